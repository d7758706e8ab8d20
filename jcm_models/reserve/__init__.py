"""The reserve against reversals: its account, and the probability that it suffices."""

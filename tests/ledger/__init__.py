"""The ledger: its rules, its database, and what may befall it."""

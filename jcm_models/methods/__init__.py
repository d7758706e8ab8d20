"""Method families: activity in, BaU, reference, project and leakage emissions out."""

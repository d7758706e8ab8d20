"""Tests of the apps: their pages without a browser, and in a real one on a real Voilà."""

"""Checks that a policy means what it says."""

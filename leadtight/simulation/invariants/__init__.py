"""Invariants of every simulated run."""

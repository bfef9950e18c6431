"""Enforcement of deadlines."""

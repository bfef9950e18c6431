"""Ownership of leads, and how it changes."""

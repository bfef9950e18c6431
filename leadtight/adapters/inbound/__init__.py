"""Readers of what websites and providers post."""

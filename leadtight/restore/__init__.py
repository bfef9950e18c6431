"""Restoring a stage's table, in steps that may be repeated."""

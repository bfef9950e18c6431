"""Alarms for everything that may endanger a promise."""

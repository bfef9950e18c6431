"""Nightly metrics and the weekly review."""

"""Sanitizing of untrusted text."""

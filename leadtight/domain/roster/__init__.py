"""Availability and stand-ins."""

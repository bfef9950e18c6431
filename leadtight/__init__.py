"""Leadtight: each lead has an owner and a clock."""

__version__ = "0.2.0"

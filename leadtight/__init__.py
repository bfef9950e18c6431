"""Leadtight: a lead is a state machine with a promise attached."""

__version__ = "0.2.0"

"""Automatic sequences of touches."""

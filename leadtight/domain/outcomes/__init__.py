"""Recorded outcomes and their effects."""

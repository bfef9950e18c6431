"""Automatic touches over days."""

"""Amounts of money in cells and columns."""

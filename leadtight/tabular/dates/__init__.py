"""Dates in cells and columns.

One definition for the audit and the import.
"""

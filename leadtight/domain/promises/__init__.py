"""Deadlines of a lead."""

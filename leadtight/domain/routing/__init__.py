"""Routing: the selection of an owner."""

"""Use cases that capture leads."""

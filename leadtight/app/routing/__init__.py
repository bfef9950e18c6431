"""Use cases that assign leads."""

"""Use cases that send messages."""

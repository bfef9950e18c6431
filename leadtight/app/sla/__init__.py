"""Use cases that enforce deadlines."""

"""Values and rules. Standard library only: no I/O, no wall clock, no environment, no randomness."""

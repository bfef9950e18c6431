"""Values and rules of the domain.

Standard library only: no I/O, no wall clock, no environment, no randomness.
"""

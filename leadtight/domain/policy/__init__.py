"""The policy as typed values."""

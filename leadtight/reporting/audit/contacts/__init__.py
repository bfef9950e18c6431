"""Which activities count as contact."""

"""Business hours and timestamps."""

"""Facts of leads, folded from events."""

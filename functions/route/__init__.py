"""Stream: a lead needs an owner."""

"""What the team hears, and on which channel."""

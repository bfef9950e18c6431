"""Marketing spend by source."""

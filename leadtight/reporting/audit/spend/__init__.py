"""What marketing cost, by source."""

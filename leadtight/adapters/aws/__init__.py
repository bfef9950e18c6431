"""AWS services behind ports."""

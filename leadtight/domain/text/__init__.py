"""Text from outside, cleaned."""

"""What happens when a deadline passes."""

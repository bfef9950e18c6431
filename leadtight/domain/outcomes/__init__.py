"""What people record, and what follows."""

"""What people see of their leads."""

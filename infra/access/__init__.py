"""What people may do on a stage, as managed policies."""

"""Read, check and describe a policy file."""

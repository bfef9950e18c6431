"""Describe a stage on AWS, and prove that it works."""

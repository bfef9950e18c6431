"""Public reference data: holidays and calling hours."""

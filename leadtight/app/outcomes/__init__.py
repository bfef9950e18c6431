"""Use cases that record what people did."""

"""Who is there, and who stands in."""

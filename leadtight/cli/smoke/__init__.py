"""`leadtight smoke`."""

"""Web forms of site builders, read as submissions."""

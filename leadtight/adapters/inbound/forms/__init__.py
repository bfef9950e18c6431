"""Web forms: what site builders post, read as submissions."""

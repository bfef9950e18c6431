"""Charts, rows and templates of reports."""

"""Who may do what: links and keys."""

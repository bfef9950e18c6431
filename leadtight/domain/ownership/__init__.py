"""Who owns a lead, and how it changes hands."""

"""How a submission becomes a lead."""

"""How an owner is selected."""

"""Views of leads for the team."""

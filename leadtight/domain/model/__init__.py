"""The lead and its parts."""

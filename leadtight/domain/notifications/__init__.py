"""Notifications to the team, and their channels."""

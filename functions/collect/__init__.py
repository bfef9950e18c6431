"""Fetch announced leads and inbound mails, by queue and schedule."""

"""Providers that post inbound e-mail."""

"""Parsers for inbound e-mail."""

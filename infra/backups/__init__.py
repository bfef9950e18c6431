"""Backups beyond the table's own account and region."""

"""Exports as rows of text, for the audit and the import of leads: what a file is shows in its bytes (R15)."""

"""Exported files as rows of text.

For the audit and the import of leads; the type of a file shows in its bytes (R15).
"""

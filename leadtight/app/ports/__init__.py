"""Ports of the use cases, as Protocols.

Adapters implement each twice: for real, and in memory. A reader of many rows skips those that it cannot read, and
returns a `Listing` that names them. A row that is read by its own key raises UnreadableRow.
"""

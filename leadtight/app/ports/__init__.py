"""What use cases need of the outside, as Protocols. Adapters implement each twice: for real, and in memory.

A reader of many passes over the rows that it cannot read, and its tuple is a `Listing` that names them. A row that is
asked for by its own key raises UnreadableRow.
"""

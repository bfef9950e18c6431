"""What a date is in a cell, and how a column of them is to be read: one definition for the audit and the import."""

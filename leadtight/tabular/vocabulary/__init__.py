"""Words that exports use, in the languages that CRM systems ship in: what a stage or a column's name means."""

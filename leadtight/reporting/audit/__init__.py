"""The audit of a CRM export: files become facts, facts become the same figures that the deployed system reports."""

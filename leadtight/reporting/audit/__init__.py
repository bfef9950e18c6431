"""The audit of a CRM export.

Files become facts, and facts become the same figures that the deployed system reports.
"""

"""Words that exports use for stages and columns.

In the languages that CRM systems ship in.
"""

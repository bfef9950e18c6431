"""Use cases, one module each.

They know ports (Protocols), never AWS.
"""

"""Adapters of every port: AWS, other services, and memory.

Only this package talks to AWS; each port has a twin in memory.
"""

"""A stage in one process on a virtual clock.

The functions run unchanged over AWS services that keep their limits.
"""

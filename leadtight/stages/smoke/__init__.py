"""Prove a deployed stage by asking it: `make smoke STAGE=NAME`.

Each step says what it checks, what it saw and how to mend it, and leaves nothing behind.
"""

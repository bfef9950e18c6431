"""HTTP API: signed pages for people, leads for programs.

Programs need a key.
"""

"""Readers of posts from websites and providers."""

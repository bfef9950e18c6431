"""Stored attachments of inquiries."""

from __future__ import annotations

from dataclasses import dataclass

KILOBYTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A kept file: name, type, size and location.

    The type is its sender's; the size is in bytes.
    """

    name: str
    content_type: str
    size: int
    key: str

    def __str__(self) -> str:
        """Return the file's text among the fields."""
        return f"file {self.name} ({size_in_words(self.size)})"


def size_in_words(size: int) -> str:
    """Return a size for people."""
    return f"{size} bytes" if size < KILOBYTE else f"{round(size / KILOBYTE)} KB"

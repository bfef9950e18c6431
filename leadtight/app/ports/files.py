"""The files that the use cases keep and erase, as Protocols."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.domain.intake.inbound_email import InboundEmail


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersion:
    """One version of a file; a bucket with versions keeps those before it, and the marks of deletions."""

    key: str
    id: str
    is_latest: bool = True
    is_mark: bool = False


class VersionedFiles(Protocol):
    """Files with everything that was ever in their place."""

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version of the files that start with `prefix`, marks of deletions too."""

    def read(self, version: FileVersion) -> bytes:
        """Return what a version holds: of a very large one only its beginning."""

    def delete(self, version: FileVersion) -> None:
        """Delete one version for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail as it was stored: raw, or as another system posted it; only the beginning of one that is too large."""

    content: bytes
    content_type: str
    stored_at: datetime


class MailFiles(Protocol):
    """The mails that came in, as they came: the truth from which each can be read again."""

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail."""

    def fetch(self, file: str) -> StoredMail | None:
        """Return a mail, or None when there is none (any more)."""


class UploadFiles(Protocol):
    """The uploads of form posts: never opened here, downloaded by the lead's owner."""

    def keep(self, key: str, content: bytes, name: str) -> bool:
        """Store a file, to be downloaded under its name; tell whether it is stored."""

    def address(self, key: str, name: str, expires_in: timedelta) -> str:
        """Return an address that downloads a file until `expires_in` has passed."""


ReadMail: TypeAlias = "Callable[[str, StoredMail], InboundEmail]"
"""Reads a stored mail; its file's name tells how it came. Raises InvalidInquiry when it cannot be read."""

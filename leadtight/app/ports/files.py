"""Ports of the files that use cases store and erase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.domain.intake.inbound_email import InboundEmail


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersion:
    """One version of a file.

    A versioned bucket keeps earlier versions and delete markers.
    """

    key: str
    id: str
    is_latest: bool = True
    is_mark: bool = False


class VersionedFiles(Protocol):
    """Files with everything that was ever in their place."""

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version, delete markers too, under `prefix`."""

    def read(self, version: FileVersion) -> bytes:
        """Return a version's content, cut when it is very large."""

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail as stored: raw, or posted by another system.

    It is cut when it is too large.
    """

    content: bytes
    content_type: str
    stored_at: datetime


class MailFiles(Protocol):
    """Inbound mails as they came, to be read again."""

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail."""

    def fetch(self, file: str) -> StoredMail | None:
        """Return a mail; None when it does not exist."""


class MailDirectory(Protocol):
    """The list of stored mails."""

    def stored_between(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of mails stored within a time."""


class UploadFiles(Protocol):
    """The uploads of form posts.

    They are never opened here; the lead's owner downloads them.
    """

    def keep(self, key: str, content: bytes, name: str) -> bool:
        """Store a file for download; return whether it is stored.

        `name` is its name on download.
        """

    def address(self, key: str, name: str, expires_in: timedelta) -> str | None:
        """Return a download link that expires after `expires_in`.

        None when the file no longer exists.
        """


ReadMail: TypeAlias = "Callable[[str, StoredMail], InboundEmail]"
"""Reads a stored mail; its file name tells its way.

Raises InvalidInquiry when it cannot be read.
"""

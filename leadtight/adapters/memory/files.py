"""Files in memory: reports, mails, uploads, versions, dead letters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from leadtight.app.ports.files import FileVersion, StoredMail


@dataclass
class MemoryFiles:
    """Report files in a dictionary."""

    files: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a file."""
        self.files[key], self.content_types[key] = body, content_type

    def get(self, key: str) -> bytes | None:
        """Return a file, or None."""
        return self.files.get(key)

    def list(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""
        return tuple(sorted(k for k in self.files if k.startswith(prefix)))

    def presign(self, key: str, expires_in: timedelta) -> str | None:
        """Return an address with the file's name and its validity."""
        return f"memory://{key}?expires={int(expires_in.total_seconds())}" if key in self.files else None


@dataclass
class MemoryMails:
    """Mails in a dictionary, stored at `now`.

    The machine's clock does not count.
    """

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    files: dict[str, StoredMail] = field(default_factory=dict)

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail."""
        self.files[file] = StoredMail(content=content, content_type=content_type, stored_at=self.now)

    def fetch(self, file: str) -> StoredMail | None:
        """Return a mail, or None."""
        return self.files.get(file)

    def stored_between(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of mails stored within a time."""
        yield from (file for file, stored in self.files.items() if since <= stored.stored_at < until)


@dataclass
class MemoryUploads:
    """Uploads of form posts in a dictionary, with their names."""

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def keep(self, key: str, content: bytes, name: str) -> bool:
        """Store a file."""
        self.files[key] = name, content
        return True

    def address(self, key: str, name: str, expires_in: timedelta) -> str | None:
        """Return an address with the file's name, which opens nothing."""
        return f"memory://{key}?name={name}&expires={int(expires_in.total_seconds())}" if key in self.files else None


@dataclass
class MemoryVersions:
    """Every version of files, in a dictionary."""

    stored: dict[FileVersion, bytes] = field(default_factory=dict)

    def put(self, key: str, body: bytes) -> None:
        """Store the next version of a file."""
        self._store(FileVersion(key=key, id=self._next(key)), body)

    def remove(self, key: str) -> None:
        """Replace a file with a delete marker; its versions stay."""
        self._store(FileVersion(key=key, id=self._next(key), is_mark=True), b"")

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version."""
        return tuple(version for version in self.stored if version.key.startswith(prefix))

    def read(self, version: FileVersion) -> bytes:
        """Return the content of a version."""
        return next(body for v, body in self.stored.items() if (v.key, v.id) == (version.key, version.id))

    def delete(self, version: FileVersion) -> None:
        """Delete one version permanently.

        The one before the latest becomes the latest.
        """
        self._put_back([(v, body) for v, body in self._taken(version.key) if v.id != version.id])

    def _store(self, version: FileVersion, body: bytes) -> None:
        self._put_back([*self._taken(version.key), (version, body)])

    def _taken(self, key: str) -> list[tuple[FileVersion, bytes]]:
        return [(v, self.stored.pop(v)) for v in self.versions(key) if v.key == key]

    def _put_back(self, versions: list[tuple[FileVersion, bytes]]) -> None:
        latest = len(versions) - 1
        self.stored |= {replace(v, is_latest=number == latest): body for number, (v, body) in enumerate(versions)}

    def _next(self, key: str) -> str:
        return str(max((int(v.id) for v in self.stored if v.key == key), default=0) + 1)


@dataclass
class MemoryDeadLetters:
    """Dead letters in a list."""

    bodies: list[str] = field(default_factory=list)

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Count the matching messages; with `apply`, delete them."""
        matching = [body for body in self.bodies if names(body)]
        if apply:
            self.bodies = [body for body in self.bodies if body not in matching]
        return len(matching)

"""Which uploaded files are kept, by type, content and size."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadtight.domain.model.stored_file import KILOBYTE, size_in_words

LARGEST_FILE = 4 * 1024 * 1024
MOST_FILES = 10
LONGEST_NAME, LONGEST_ENDING = 120, 8
BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    "pdf": (b"%PDF-",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "ogg": (b"OggS",),
}
"""First bytes of a file type, by file extension."""

BOXED = frozenset({"heic", "heif", "avif", "mp4", "mov", "m4a", "3gp"})
"""Types in ISO base media boxes (ISO/IEC 14496-12): `ftyp` stands at byte 4."""

PLAIN = frozenset({"txt", "csv", "md"})
_SAME = {"jpeg": "jpg", "jpe": "jpg"}
_UNSAFE = re.compile(r"[^\w.() -]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded file, as its sender describes it.

    The name and type are its sender's; the size is in bytes.
    """

    field_name: str
    name: str
    content_type: str
    size: int
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        """Return the placeholder of a file not kept yet."""
        return f"file {self.name} ({size_in_words(self.size)}, not kept)"


def rejection_reason(upload: Upload) -> str:
    """Return why a file is rejected, if it is."""
    ending = _ending(upload.name)
    if not upload.size:
        return "it is empty"
    if upload.size > LARGEST_FILE:
        return f"over {LARGEST_FILE // KILOBYTE**2} MB"
    if ending not in BEGINNINGS and ending not in BOXED and ending not in PLAIN:
        return "files of this type are not accepted"
    return "" if _is_what_it_says(ending, upload.content) else f"it is not a {ending} file"


def storage_path(form_id: str, fields: Mapping[str, Any], uploads: Sequence[Upload], number: int) -> str:
    """Return the storage path of a file.

    The same post always has the same paths, another post others.
    """
    digest = hashlib.sha256(f"{form_id}\n{sorted(map(str, fields.items()))}".encode("utf-8", "replace"))
    for upload in uploads:
        digest.update(f"\n{upload.field_name}\n{upload.name}\n".encode("utf-8", "replace"))
        digest.update(upload.content)
    return f"uploads/{digest.hexdigest()}/{number}"


def safe_name(name: str) -> str:
    """Return a file name safe in paths and headers.

    Folders are dropped.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    cleaned = _UNSAFE.sub("_", base).strip(" .") or "file"
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return cleaned[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].strip().casefold()
    return _SAME.get(ending, ending)


def _is_what_it_says(ending: str, content: bytes) -> bool:
    if ending in PLAIN:
        return b"\0" not in content
    if ending in BOXED:
        return content[4:8] == b"ftyp"
    if ending == "webp" and content[8:12] != b"WEBP":
        return False
    return content.startswith(BEGINNINGS[ending])

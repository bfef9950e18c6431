"""Forms with files: multipart/form-data."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import multipart  # type: ignore[import-untyped]  # it ships no types

HEADER_CHARSET = "latin-1"
"""The charset that keeps header bytes as they are.

The charset of their names is only known once all parts are.
"""


def parts(raw: bytes, content_type: str, most: int, *, header_charset: str = "utf-8") -> Sequence[Any]:
    """Return a form's parts, at most `most`, in memory.

    Raises ValueError when it cannot be read.
    """
    boundary = multipart.parse_options_header(content_type)[1].get("boundary", "")
    limits = {"part_limit": most, "memory_limit": len(raw) + 1, "spool_limit": len(raw) + 1}
    return list(multipart.MultipartParser(BytesIO(raw), boundary, charset=header_charset, **limits))

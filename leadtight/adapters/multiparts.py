"""Forms as browsers send them with files: multipart/form-data."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import multipart  # type: ignore[import-untyped]  # it ships no types


def parts(raw: bytes, content_type: str, most: int) -> Sequence[Any]:
    """Return the parts of a form, at most so many, all in memory. Raises ValueError when it cannot be read."""
    boundary = multipart.parse_options_header(content_type)[1].get("boundary", "")
    limits = {"part_limit": most, "memory_limit": len(raw) + 1}
    return list(multipart.MultipartParser(BytesIO(raw), boundary, charset="utf-8", **limits))

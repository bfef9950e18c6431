"""The charset of a form post, and its decoded values.

The page says it in a field `_charset_`, the part or the post in its content type (HTML standard 4.10.21.8, RFC 7578
4.6). Without any of these a value is UTF-8, or windows-1252 when it is not: pages that declare nothing post these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CHARSET_FIELD = "_charset_"
UTF_8 = "utf-8"
FALLBACK = "windows-1252"
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"';,\s]+)""", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(\d{2,7});")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawField:
    """A posted field: name, value and declared charset, in bytes."""

    name: bytes
    value: bytes
    charset: str = ""


def decoded(fields: Iterable[RawField], content_type: str) -> list[tuple[str, str]]:
    """Return the fields of a post as text."""
    fields = tuple(fields)
    declared = _declared(fields, content_type)
    return [(text(field.name, declared), text(field.value, field.charset or declared)) for field in fields]


def text(raw: bytes, label: str) -> str:
    """Decode bytes by a label (Encoding Standard), else by guess.

    Where a charset lacks a character, browsers write a reference to it (`&#8364;`): such references are resolved.
    """
    charset = _canonical(label) if label else UTF_8
    if charset in ("", UTF_8):
        return _utf_8(raw)
    return _REFERENCE.sub(_character, _in(charset, raw))


def charset_of(content_type: str) -> str:
    """Return the charset of a content type, if any."""
    match = _CHARSET.search(content_type)
    return match[1] if match else ""


def _declared(fields: tuple[RawField, ...], content_type: str) -> str:
    charsets = (field.value.decode("latin-1").strip() for field in fields if field.name == CHARSET_FIELD.encode())
    return next((label for label in charsets if _canonical(label)), charset_of(content_type))


def _canonical(label: str) -> str:
    if label.lower() in (UTF_8, "utf8"):
        return UTF_8
    import webencodings  # imported here: few pages post other charsets

    encoding = webencodings.lookup(label)
    return str(encoding.name) if encoding else ""


def _utf_8(raw: bytes) -> str:
    """Decode UTF-8, or windows-1252 where little of it is UTF-8.

    In a value that is mostly UTF-8, one bad byte costs one character.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        replaced = raw.decode(errors="replace")
    is_mostly_utf_8 = any(character > "\x7f" and character != "\ufffd" for character in replaced)
    return replaced if is_mostly_utf_8 else _REFERENCE.sub(_character, _in(FALLBACK, raw))


def _in(charset: str, raw: bytes) -> str:
    import webencodings

    return str(webencodings.decode(raw, charset)[0])


def _character(reference: re.Match[str]) -> str:
    number = int(reference[1])
    is_character = 0x20 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else reference[0]

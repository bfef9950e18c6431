"""Headers of mails, decoded to text.

Encoded words are read by their real charsets, raw UTF-8 (RFC 6532) as it is.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.policy import EmailPolicy
from email.utils import getaddresses
from itertools import islice
from typing import Any

from leadtight.adapters.email.charsets import UNREADABLE, decoded
from leadtight.domain.text.sanitizing import sanitize

LONGEST_HEADER, LONGEST_OF_PART = 8_000, 1_000
MOST_ADDRESSES, MOST_FIELDS, MOST_QUOTES = 50, 10, 400
"""Limits on addresses, headers of one name, and quotation marks.

The parser takes quadratic time in their number.
"""

MOST_SEGMENTS = 20
FAULTS = (MessageError, LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
_WORD = r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\r\n]*)\?="
_ENCODED_WORD = re.compile(_WORD)
_ENCODED_RUN = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_PARAMETER = re.compile(r';\s*([!-:<>-~]{1,60}?)(\*\d{1,2})?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')


class MailPolicy(EmailPolicy):
    """The library's modern policy, within bounds.

    An overlong header is cut; one that fails to parse stays as it is.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: LONGEST_OF_PART if name.lower().startswith("content-") else LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Return a header's parsed value, or its raw one."""
        readable = _with_utf_8_words(_unicode(str(value)))
        if readable.count('"') > MOST_QUOTES:
            return sanitize(readable)
        try:
            return super().header_fetch_parse(name, readable)
        except FAULTS:
            return sanitize(readable)


def raw_header(message: Message, name: str) -> str:
    """Return a header's first raw value, as one line."""
    value = next((v for n, v in message.raw_items() if n.lower() == name), "")
    return sanitize(_unicode(str(value)[:LONGEST_HEADER]))


def header_text(message: Message, name: str) -> str:
    """Return a header's value, decoded.

    Bytes that are neither ASCII nor UTF-8 are in the charset of the mail's words.
    """
    raw = next((str(v) for n, v in message.raw_items() if n.lower() == name), "")
    value = sanitize(str(message.get(name, "")))
    return sanitize(_in_charset_of(message, raw)) if UNREADABLE in value and _has_raw_bytes(raw) else value


def charset_of_words(message: Message) -> str:
    """Return the charset of the subject's or sender's encoded words.

    Words without a charset are in it, too.
    """
    words = (_ENCODED_WORD.search(raw_header(message, name)) for name in ("subject", "from"))
    return next((word[1] for word in words if word), "")


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """Return the names and addresses in a header.

    A header that the modern parser does not know is read by the old one. An address with bytes that are not UTF-8 holds
    U+FFFD in their place: its owner is unknown.
    """
    pairs: list[tuple[str, str]] = []
    fields = (value for field, value in message.raw_items() if field.lower() == name.lower())
    for value in (message.policy.header_fetch_parse(name, each) for each in islice(fields, MOST_FIELDS)):
        parsed = getattr(value, "addresses", None)
        mailboxes = [(a.display_name, a.addr_spec) for a in parsed] if parsed else getaddresses([str(value)])
        pairs += [(sanitize(name), sanitize(address)) for name, address in mailboxes if "@" in address]
    if any(UNREADABLE in name for name, _ in pairs):
        pairs = _named_in_charset(message, name, pairs)
    return pairs[:MOST_ADDRESSES]


def parameter(part: Message, header: str, name: str) -> str:
    """Return a header parameter (RFC 2231), empty without one.

    Variants that mail programs write are read, too.
    """
    raw = next((str(v) for n, v in part.raw_items() if n.lower() == header), "")
    segments: list[tuple[str, bool]] = []
    plain = ""
    for key, number, is_encoded, value in _PARAMETER.findall(_one_line(raw[:LONGEST_OF_PART])):
        if key.lower() != name:
            continue
        if number or is_encoded:
            segments.append((_unquoted(value), bool(is_encoded)))
        else:
            plain = plain or _unquoted(value)
    return sanitize(_joined(segments[:MOST_SEGMENTS]) if segments else _words(decoded(_bytes(plain))))


def _joined(segments: list[tuple[str, bool]]) -> str:
    """Join the parts of a continued parameter, then decode."""
    first, is_encoded = segments[0]
    charset, quoted, rest = "", first.split("'", 2), segments
    if is_encoded and len(quoted) == 3:
        charset, rest = quoted[0], [(quoted[2], True), *segments[1:]]
    raw = b"".join(_percent_decoded(text) if encoded else _bytes(text) for text, encoded in rest)
    return decoded(raw, charset)


def _percent_decoded(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), _bytes(text))


def _unquoted(value: str) -> str:
    text = value.strip()
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if len(text) > 1 and text[0] == text[-1] == '"' else text


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", " ")


def _unicode(value: str) -> str:
    """Decode a raw header as UTF-8, with U+FFFD for errors.

    RFC 6532 allows UTF-8.
    """
    return _bytes(value).decode("utf-8", "replace") if _has_raw_bytes(value) else value


def _has_raw_bytes(value: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in value)


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _in_charset_of(message: Message, raw: str) -> str:
    return _words(decoded(_bytes(raw), parameter(message, "content-type", "charset")))


def _named_in_charset(message: Message, header: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return mailboxes with their names decoded in the mail's charset.

    Their addresses stay as they are.
    """
    values = [str(v) for n, v in message.raw_items() if n.lower() == header]
    names = [
        sanitize(name) for value in values for name, a in getaddresses([_in_charset_of(message, value)]) if "@" in a
    ]
    if len(names) != len(pairs):
        return pairs
    return [(name if UNREADABLE in old else old, address) for name, (old, address) in zip(names, pairs, strict=True)]


def _with_utf_8_words(value: str) -> str:
    """Re-encode a header's encoded words in UTF-8.

    The parser takes labels literally, and reads word by word.
    """
    if "=?" not in value:
        return value
    return _ENCODED_RUN.sub(lambda run: _encoded(_words_of_run(run[0])), value)


def _words(value: str) -> str:
    return _ENCODED_RUN.sub(lambda run: _words_of_run(run[0]), value)


def _encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="


def _words_of_run(run: str) -> str:
    """Decode a run of encoded words together.

    A character may begin in one word and end in the next.
    """
    return "".join(decoded(raw, charset) for charset, raw in _joined_words(run))


def _joined_words(run: str) -> Iterator[tuple[str, bytes]]:
    charset, raw = "", b""
    for label, encoding, content in _ENCODED_WORD.findall(run):
        if label.lower() != charset and raw:
            yield charset, raw
            raw = b""
        charset = label.lower()
        raw += _content(encoding, content)
    yield charset, raw


def _content(encoding: str, content: str) -> bytes:
    raw = _bytes(content)
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b" ", b"_"), header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw

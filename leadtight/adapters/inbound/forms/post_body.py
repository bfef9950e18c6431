"""A form post's body as fields and files.

It may be urlencoded, multipart or JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms.charsets import CHARSET_FIELD, RawField, charset_of, decoded, text
from leadtight.domain.intake.uploads import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_POST = 5 * 1024 * 1024
"""Most bytes of a post.

A function receives at most 6 MB, base64 included.
"""

MOST_FIELDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBody:
    """A form's fields and files; a file's field describes it.

    The field's value is the file's name and size.
    """

    fields: Mapping[str, Any]
    uploads: Sequence[Upload] = field(default_factory=tuple)


def read(event: events.Event) -> FormBody:
    """Parse a form post; repeated fields are lists.

    Raises BodyTooLargeError when the words in it are over 64 KB, or words and files over 5 MB; UnreadableBodyError.
    """
    content_type = events.header(event, "content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart(events.body(event, LARGEST_POST), content_type)
    raw = events.body(event)
    if kind == "application/json" or kind.endswith("+json") or (kind in _OF_SCRIPTS and raw.lstrip()[:1] == b"{"):
        return FormBody(fields=_json(raw, content_type))
    fields = _lines(raw) if kind == "text/plain" else _pairs(raw)
    return FormBody(fields=collect_fields(decoded(fields, content_type)))


def collect_fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Collect fields by name; repeated ones are lists.

    Equal values count once.
    """
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        if name != CHARSET_FIELD and value not in values.setdefault(name, []):
            values[name].append(value)
    return {name: several[0] if len(several) == 1 else several for name, several in values.items()}


def _json(raw: bytes, content_type: str) -> Mapping[str, Any]:
    """Parse a JSON post.

    It may be in UTF-16, have a byte order mark, or be in the charset of its content type.
    """
    encoding = json.detect_encoding(raw)
    is_unicode = encoding not in ("utf-8", "utf-8-sig")
    label = "" if encoding == "utf-8-sig" else charset_of(content_type)  # a byte order mark overrides the label
    words = raw.decode(encoding, "replace") if is_unicode else text(raw.removeprefix(_BOM), label)
    return events.json_object(words.encode("utf-8", "replace"))


_BOM = b"\xef\xbb\xbf"
_OF_SCRIPTS = ("", "text/plain")
"""Content types of JSON that needs no preflight request."""


def _lines(raw: bytes) -> Iterator[RawField]:
    """Yield the fields of `enctype="text/plain"`, one per line.

    A line without a name continues the field before.
    """
    fields: list[tuple[bytes, bytes]] = []
    for line in raw.splitlines():
        name, equals, value = line.partition(b"=")
        if equals or not fields:
            fields.append((name, value))
        else:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\n" + line)
    if len(fields) > MOST_FIELDS:
        raise events.UnreadableBodyError(f"too many fields: at most {MOST_FIELDS}")
    for name, value in fields:
        yield RawField(name=name, value=value)


def _pairs(raw: bytes) -> Iterator[RawField]:
    try:
        pairs = parse_qsl(
            raw.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise events.UnreadableBodyError(f"too many fields: at most {MOST_FIELDS}") from error
    for name, value in pairs:
        yield RawField(name=name.encode("utf-8", "surrogateescape"), value=value.encode("utf-8", "surrogateescape"))


def _multipart(raw: bytes, content_type: str) -> FormBody:
    from leadtight.adapters.http.multipart import HEADER_CHARSET, parts  # imported here: few forms are multipart

    try:
        sent = parts(raw, content_type, MOST_FIELDS, header_charset=HEADER_CHARSET)
    except ValueError as error:
        raise events.UnreadableBodyError(f"the form data cannot be read: {error}") from error
    fields = [_raw_field(part, HEADER_CHARSET) for part in sent]
    if sum(len(field.name) + len(field.value) for field in fields) > events.LONGEST_BODY:
        raise events.BodyTooLargeError
    pairs = decoded(fields, content_type)
    uploads: list[Upload] = []
    values: list[tuple[str, str]] = []
    for part, (name, value) in zip(sent, pairs, strict=True):
        if not _is_file(part):
            values.append((name, value))
        elif part.size or value:
            uploads.append(_upload(part, name, value))
            values.append((name, str(uploads[-1])))
    return FormBody(fields=collect_fields(values), uploads=tuple(uploads))


def _is_file(part: Any) -> bool:
    return part.filename is not None


def _raw_field(part: Any, header_charset: str) -> RawField:
    """Return a part as a field.

    A file's value is its name.
    """
    value = part.filename.encode(header_charset) if _is_file(part) else bytes(part.raw)
    own = "" if _is_file(part) else charset_of(part.headers.get("content-type", ""))
    return RawField(name=part.name.encode(header_charset), value=value, charset=own)


def _upload(part: Any, field_name: str, file_name: str) -> Upload:
    return Upload(
        field_name=field_name,
        name=file_name[:200],
        content_type=str(part.content_type)[:100],
        size=int(part.size),
        content=bytes(part.raw),
    )

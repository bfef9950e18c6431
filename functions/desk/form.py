"""What a browser posted, as what the use case understands."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from leadtight.app.desk import OutcomeForm
from leadtight.app.intake import clean

LARGEST = 64 * 1024
MOST_FIELDS = 20
LONGEST_NOTE = 2_000
LONGEST_REASON = 200

Fields = dict[str, str]


class UnreadableForm(Exception):
    """The body is not what a form of ours posts; the text says why in words for its reader."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the outcome that was recorded as `version`."""

    version: int


def read(event: dict[str, Any]) -> OutcomeForm | Undo:
    """Return what an API Gateway event asks for. Raises UnreadableForm when no form of ours makes it."""
    given = _fields(_body(event))
    if "undo" in given:
        return Undo(_number(given, "undo"))
    return OutcomeForm(
        outcome=given.get("outcome", ""),
        submission=_number(given, "submission"),
        note=clean(given.get("note", ""), multiline=True)[:LONGEST_NOTE],
        reason=clean(given.get("reason", ""))[:LONGEST_REASON],
    )


def _body(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise UnreadableForm("it was not a form") from error
    if len(body) > LARGEST:
        raise UnreadableForm("it was too long", status=413)
    return body


def _fields(body: bytes) -> Fields:
    try:
        parsed = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UnreadableForm("it was not a form") from error
    return {name: values[-1] for name, values in parsed.items()}


def _number(given: Fields, name: str) -> int:
    try:
        return int(given[name])
    except (KeyError, ValueError) as error:
        raise UnreadableForm(f"“{name}” was missing or not a number") from error

"""Convert a file's rows to requests or rejections."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.cli.import_.mapping import CONTACTS, NAMES, ImportMapping
from leadtight.cli.import_.stages import UnclearStageError, is_over, stage_of
from leadtight.cli.import_.table import Record
from leadtight.domain.model.stage import Stage
from leadtight.tabular.amounts.column import read_amount
from leadtight.tabular.blanks import is_blank
from leadtight.tabular.dates.column import DateColumn
from leadtight.tabular.dates.header_zones import UnknownHeaderZoneError, header_zone
from leadtight.tabular.dates.moment import WrittenMoment
from leadtight.tabular.dates.orders import AmbiguousDatesError
from leadtight.tabular.vocabulary.opt_outs import is_opt_out, says_yes
from leadtight.tabular.vocabulary.totals import is_total

LONGEST_ROW = 64 * 1024
FLAGS = ("is_won", "is_closed")
ASIDE = ("external_id", "received_at", "stage", "closed_at", "lost_reason", "value", *FLAGS)
"""Fields that are not simply copied to the request."""

COMPANYS = ZoneInfo("Etc/UTC")
"""Placeholder for the company's zone.

Only the stack knows it: such times are sent without a zone.
"""

SEVERAL = " ::: "
"""Separator of several addresses or numbers in one cell."""


class RejectedError(Exception):
    """A row that cannot be sent.

    The message names the column.
    """


@dataclass(frozen=True, slots=True)
class Reader:
    """Reader of one file's rows."""

    mapping: ImportMapping
    historical: bool

    def read(self, record: Record) -> dict[str, Any]:
        """Return a row in the form that intake accepts.

        Raises RejectedError.
        """
        if record.problem:
            raise RejectedError(record.problem)
        cells = {field_name: self._cell(record, field_name) for field_name in self.mapping.by_field}
        if _is_total(record, cells):
            raise RejectedError("is a total, not a lead")
        stage = self._stage(cells)
        if not (self.historical or stage.is_closed):
            _refuse_opted_out(record)
        body = self._body(record, cells)
        if len(json.dumps(body).encode()) > LONGEST_ROW:
            raise RejectedError(f"over {LONGEST_ROW // 1024} KB")
        row = {"row": record.number, "key": cells.get("external_id") or _digest(record), "body": body}
        if self.historical or stage.is_closed:
            closed_at = self._moment("closed_at", cells) if stage.is_closed else None
            row["past"] = {"stage": stage, "closed_at": closed_at, "lost_reason": cells.get("lost_reason", "")}
        return row

    def _cell(self, record: Record, field_name: str) -> str:
        """Return a field's value: the first filled of its columns."""
        if field_name == "stage":
            return self._stage_text(record)
        for column in self.mapping.columns(field_name):
            text = record.cells.get(column, "")
            if text and (field_name in NAMES or not is_blank(text)):
                return text.split(SEVERAL)[0].strip() if field_name in CONTACTS else text
        return ""

    def _stage_text(self, record: Record) -> str:
        """Return a row's stage.

        Of several columns the first closed value counts, else the first filled one.
        """
        texts = [record.cells.get(column, "") for column in self.mapping.columns("stage")]
        filled = [text for text in texts if not is_blank(text)]
        return next((text for text in filled if is_over(text, self.mapping)), filled[0] if filled else "")

    def _body(self, record: Record, cells: dict[str, str]) -> dict[str, Any]:
        body: dict[str, Any] = {name: text for name, text in cells.items() if text and name not in ASIDE}
        if text := cells.get("value"):
            amount = self.amount(text)
            body["value"] = text if amount is None else amount
        if received_at := self._moment("received_at", cells):
            body["received_at"] = received_at
        own = {column: text for column, text in record.cells.items() if text and column not in record.joined}
        kept = {column: text for column, text in own.items() if self._is_kept(column, text, cells)}
        return body | {"fields": kept}

    def _is_kept(self, column: str, text: str, cells: dict[str, str]) -> bool:
        """Return whether a cell is kept as it is.

        That holds for columns without a field, and for values not sent whole.
        """
        field_name = self.mapping.fields.get(column, "")
        if not field_name or field_name in ("stage", *FLAGS):
            return True
        return field_name in CONTACTS and text != cells[field_name]

    def amount(self, text: str) -> str | None:
        """Return an amount as digits with a dot.

        None when it is not understood: the text is then kept as written.
        """
        reading = self.mapping.amounts
        amount = reading.read(text) if reading else read_amount(text, self.mapping.decimal)
        return None if amount is None else format(amount, "f")

    def _moment(self, name: str, cells: dict[str, str]) -> str | None:
        text = cells.get(name, "")
        if not text:
            return None
        column = self.mapping.column(name) or name
        try:
            reading = self.mapping.dates.get(name) or _alone(text, self.mapping.date_format)
        except AmbiguousDatesError as error:
            raise RejectedError(f"column {column!r}: {text!r} {error.reason}") from error
        moment = reading.read(text)
        if moment is None:
            raise RejectedError(
                f"column {column!r}: {text!r} is not a date; write it as in 2026-11-22 09:30, or leave it blank"
            )
        return _in_named_zone(moment, column)

    def _stage(self, cells: dict[str, str]) -> Stage:
        text = cells.get("stage", "")
        if not text and cells.get("lost_reason") and not any(cells.get(flag) for flag in FLAGS):
            return Stage.LOST
        try:
            return stage_of(text, self.mapping, {flag: cells.get(flag, "") for flag in FLAGS})
        except UnclearStageError as error:
            if self.historical:
                return Stage.NEW
            column = self.mapping.column("stage") or self.mapping.column("is_closed")
            raise RejectedError(
                f"column {column!r}: {text!r} is closed: won or lost? List it as won, lost or open under [leads]"
                " in a --mapping"
            ) from error


def _in_named_zone(moment: WrittenMoment, column: str) -> str:
    """Return a moment in ISO 8601, in its column's zone.

    Without a zone in the column's name it is in the company's.
    """
    try:
        zone = header_zone(column, COMPANYS)
    except UnknownHeaderZoneError as error:
        raise RejectedError(f"column {column!r}: {error} is not a known time zone; write it as UTC+2") from error
    if moment.offset is not None or zone is COMPANYS:
        return moment.isoformat()
    return moment.local.replace(tzinfo=zone).isoformat()


def _alone(text: str, date_format: str | None) -> Any:
    column = DateColumn()
    column.add(text, 0)
    return column.decide(date_format=date_format)


def _refuse_opted_out(record: Record) -> None:
    """Raise RejectedError for a person who opted out.

    As a live lead they would receive messages.
    """
    for column, text in record.cells.items():
        if is_opt_out(column) and not is_blank(text) and says_yes(text):
            raise RejectedError(
                f"column {column!r}: {text!r}: this person opted out, and a live lead receives messages;"
                " import the row as a record with --historical, or clear the cell"
            )


def _is_total(record: Record, cells: dict[str, str]) -> bool:
    """Return whether a row is a `Total` without contact data."""
    first = next((text for text in record.cells.values() if text), "")
    return is_total(first) and "@" not in cells.get("email", "") and len(re.sub(r"\D", "", cells.get("phone", ""))) < 5


def _digest(record: Record) -> str:
    """Return the key of a row without an id.

    It is computed from the row's content, wherever the row stands in the file.
    """
    content = json.dumps(
        {c: text for c, text in record.cells.items() if text and c not in record.joined}, sort_keys=True
    )
    return f"row:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"

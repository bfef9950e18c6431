"""From a row of the file to what the stack is sent, or to the reason why not."""

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
"""Fields that are not simply handed on."""

COMPANYS = ZoneInfo("Etc/UTC")
"""Stands for the company's zone, which the stack knows: what is in it is sent without one."""

SEVERAL = " ::: "
"""Stands between several addresses or numbers in one cell of an address book."""


class RejectedError(Exception):
    """A row that cannot be sent; the text names the column."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one file."""

    mapping: ImportMapping
    historical: bool

    def read(self, record: Record) -> dict[str, Any]:
        """Return a row as the stack's intake takes it. Raises RejectedError."""
        if record.problem:
            raise RejectedError(record.problem)
        cells = {ours: self._cell(record, ours) for ours in self.mapping.by_field}
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

    def _cell(self, record: Record, ours: str) -> str:
        """Return what a row says for one of our fields: of several columns the first that is filled."""
        if ours == "stage":
            return self._stage_text(record)
        for column in self.mapping.columns(ours):
            text = record.cells.get(column, "")
            if text and (ours in NAMES or not is_blank(text)):
                return text.split(SEVERAL)[0].strip() if ours in CONTACTS else text
        return ""

    def _stage_text(self, record: Record) -> str:
        """Return the stage of a row: of several columns the first that is over, else the first that is filled."""
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
        """Tell whether a cell is kept as it stands: what is not one of our fields, and what was not handed on whole."""
        ours = self.mapping.fields.get(column, "")
        if not ours or ours in ("stage", *FLAGS):
            return True
        return ours in CONTACTS and text != cells[ours]

    def amount(self, text: str) -> str | None:
        """Return an amount as digits with a dot, None where it is not understood: it is kept as it is written then."""
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
                f"column {column!r}: {text!r} is no date; write it as in 2026-11-22 09:30, or leave it blank"
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
                f"column {column!r}: {text!r} is over: won or lost? Say won, lost or open under [leads] in a --mapping"
            ) from error


def _in_named_zone(moment: WrittenMoment, column: str) -> str:
    """Return a moment in ISO 8601, in the zone that its column's name has; without one it is the company's."""
    try:
        zone = header_zone(column, COMPANYS)
    except UnknownHeaderZoneError as error:
        raise RejectedError(f"column {column!r}: {error} is no zone that is known; write it as UTC+2") from error
    if moment.offset is not None or zone is COMPANYS:
        return moment.isoformat()
    return moment.local.replace(tzinfo=zone).isoformat()


def _alone(text: str, date_format: str | None) -> Any:
    column = DateColumn()
    column.add(text, 0)
    return column.decide(date_format=date_format)


def _refuse_opted_out(record: Record) -> None:
    """Raise RejectedError for a person who wants to hear no more: as a live lead they would be written to."""
    for column, text in record.cells.items():
        if is_opt_out(column) and not is_blank(text) and says_yes(text):
            raise RejectedError(
                f"column {column!r}: {text!r}: they want to hear no more, and a live lead is written to;"
                " import them with --historical, as a record, or clear the cell"
            )


def _is_total(record: Record, cells: dict[str, str]) -> bool:
    """Tell whether a row says `Total`, and nothing that reaches anybody."""
    first = next((text for text in record.cells.values() if text), "")
    return is_total(first) and "@" not in cells.get("email", "") and len(re.sub(r"\D", "", cells.get("phone", ""))) < 5


def _digest(record: Record) -> str:
    """Return the key of a row that has no id: what stands in it, wherever it stands in the file."""
    content = json.dumps(
        {c: text for c, text in record.cells.items() if text and c not in record.joined}, sort_keys=True
    )
    return f"row:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"

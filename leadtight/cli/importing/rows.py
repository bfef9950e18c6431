"""From a row of the file to what the stack is sent, or to the reason why not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from leadtight.cli.importing import dates
from leadtight.cli.importing.mapping import Mapping
from leadtight.cli.importing.table import Record
from leadtight.domain.stage import Stage

LONGEST_ROW = 64 * 1024
ASIDE = ("external_id", "received_at", "stage", "closed_at", "lost_reason", "value")
"""Fields that are not simply handed on."""


class RejectedError(Exception):
    """A row that cannot be sent; the text names the column."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one file."""

    mapping: Mapping
    historical: bool

    def read(self, record: Record) -> dict[str, Any]:
        """Return a row as the stack's intake takes it. Raises RejectedError."""
        if record.problem:
            raise RejectedError(record.problem)
        given = {ours: record.cells.get(column, "") for column, ours in self.mapping.fields.items()}
        stage = self._stage(given.get("stage", ""))
        body = self._body(record, given)
        if len(json.dumps(body).encode()) > LONGEST_ROW:
            raise RejectedError(f"over {LONGEST_ROW // 1024} KB")
        row = {"row": record.number, "key": given.get("external_id") or _digest(record), "body": body}
        if self.historical or stage.is_closed:
            closed_at = self._moment("closed_at", given) if stage.is_closed else None
            row["past"] = {"stage": stage, "closed_at": closed_at, "lost_reason": given.get("lost_reason", "")}
        return row

    def _body(self, record: Record, given: dict[str, str]) -> dict[str, Any]:
        said: dict[str, Any] = {name: text for name, text in given.items() if text and name not in ASIDE}
        if value := given.get("value"):
            said["value"] = self._amount(value)
        if received_at := self._moment("received_at", given):
            said["received_at"] = received_at
        mapped = self.mapping.fields
        kept = {c: text for c, text in record.cells.items() if text and mapped.get(c, "stage") == "stage"}
        return said | {"fields": kept}

    def _moment(self, name: str, given: dict[str, str]) -> str | None:
        text, form = given.get(name, ""), self.mapping.formats.get(name, dates.ISO)
        if not text:
            return None
        at = dates.read(text, form)
        if at is None:
            written = "as in 2026-11-22T09:30" if form == dates.ISO else f"as {form}"
            raise RejectedError(f"column {self.mapping.column(name)!r}: {text!r} is no date written {written}")
        return at.isoformat()

    def _amount(self, text: str) -> str:
        groups = "." if self.mapping.decimal == "," else ","
        text = text.replace(groups, "").replace(self.mapping.decimal, ".")
        return "".join(c for c in text if c.isdecimal() or c in ".-")

    def _stage(self, text: str) -> Stage:
        plain = text.casefold()
        if plain in (one.casefold() for one in self.mapping.won):
            return Stage.WON
        if plain in (one.casefold() for one in self.mapping.lost):
            return Stage.LOST
        named = {stage.label.casefold(): stage for stage in Stage} | {stage.value: stage for stage in Stage}
        return named.get(plain, Stage.NEW)


def _digest(record: Record) -> str:
    """Return the key of a row that has no id: what stands in it, wherever it stands in the file."""
    content = json.dumps({c: text for c, text in record.cells.items() if text}, sort_keys=True)
    return f"row:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"

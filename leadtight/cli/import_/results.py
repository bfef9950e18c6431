"""What became of each row, as a file that a spreadsheet may open without running anything."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

COLUMNS = ("row", "result", "lead_id", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Results:
    """Writes the file row by row, and counts."""

    def __init__(self, path: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def __enter__(self) -> Results:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, row: int, result: str, lead_id: str, reason: str) -> None:
        """Write one row's result."""
        self.counts[result] += 1
        self._writer.writerow((row, result, harmless(lead_id), harmless(reason)))

    def told(self, one: dict[str, Any], columns: dict[str, str]) -> None:
        """Write what the stack answered, its fields named by their columns."""
        reasons = [f"{_where(p['field'], columns)}{p['detail']}" for p in one["problems"]]
        self.add(one["row"], one["result"], one["lead_id"], "; ".join(reasons))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _where(field: str, columns: dict[str, str]) -> str:
    if not field:
        return ""
    return f"column {columns[field]!r}: " if field in columns else f"{field}: "

"""The result file of an import, safe in spreadsheets."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

COLUMNS = ("row", "result", "lead_id", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Results:
    """Writer of the result file, with counts by result."""

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

    def add_answer(self, answer: dict[str, Any], columns: dict[str, str]) -> None:
        """Write a row's answer, naming columns instead of fields."""
        reasons = [f"{_where(p['field'], columns)}{p['detail']}" for p in answer["problems"]]
        self.add(answer["row"], answer["result"], answer["lead_id"], "; ".join(reasons))


def harmless(text: str) -> str:
    """Return text that no spreadsheet reads as a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _where(field: str, columns: dict[str, str]) -> str:
    if not field:
        return ""
    return f"column {columns[field]!r}: " if field in columns else f"{field}: "

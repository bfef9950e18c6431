"""Memory of the nightly and the weekly report.

Each runs in a process of its own, as a Lambda starts it: `python -m leadtight.bench.report_memory FOLDER nightly`.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.bench.nightly_reports import FIRST, SyntheticCompany, after, keep_snapshot, reports_of
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.event import Event, EventKind
from leadtight.policy import loader as policies

if TYPE_CHECKING:
    from leadtight.bench.measures import Result

DAYS = 90
NIGHTS = 3
"""Last nights whose metrics exist already.

A night reads the two before it.
"""

MESSAGES = 3
"""Messages added for each of a lead's own events.

The log of a real stage has them.
"""

KINDS = ("nightly", "weekly", "first")
"""Kinds of reports; `first` is a night without a snapshot.

It reads all events: after an import, or a change of the facts.
"""


def memory(leads_a_day: int) -> Result:
    """Measure the reports of the last of 90 days."""
    from leadtight.bench.auditing.measure import run
    from leadtight.bench.measures import Result

    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        _write(Path(name), leads_a_day)
        for kind in KINDS:
            usage = run([sys.executable, "-m", __name__, name, kind])
            figures |= {f"{kind}_{figure}": value for figure, value in (usage.output | {"cpu_s": usage.cpu}).items()}
    return Result(
        id="report_memory",
        description=f"the reports of day {DAYS}, {leads_a_day} leads on each of {DAYS} days",
        figures=figures,
    )


def _write(folder: Path, leads_a_day: int) -> None:
    """Write each day's events and the earlier nights' reports."""
    company, files = SyntheticCompany(policies.shipped(), leads_a_day, DAYS), MemoryFiles()
    for number in range(1, DAYS + 1):
        day = FIRST + timedelta(days=number - 1)
        events = tuple(each for event in company.events_on(day) for each in _with_messages(event))
        (folder / f"{day}.json").write_text(json.dumps(to_document(events)))
        if DAYS - NIGHTS <= number < DAYS:
            reports_of(DiskEventLog(folder), files).nightly(day, after(day))
        elif number % 7 == 0:
            keep_snapshot(DiskEventLog(folder), files, day)
    for key, body in files.files.items():
        (folder / "files" / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / "files" / key).write_bytes(body)


def _with_messages(event: Event) -> list[Event]:
    sent = {"template": "alert_owner", "recipient": "ana", "message": event.id}
    kind = EventKind.MESSAGE_SENT
    return [
        event,
        *(
            Event(
                id=f"{event.id}-{n}", lead_id=event.lead_id, at=event.at, kind=kind, actor="system:respond", data=sent
            )
            for n in range(MESSAGES)
        ),
    ]


class DiskEventLog:
    """An event log that loads one day at a time.

    It counts the events that are read.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of daily files."""
        self._folder = folder
        self.read = 0

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day."""
        file = self._folder / f"{day}.json"
        events = (
            tuple(from_document(Event, document) for document in json.loads(file.read_text())) if file.exists() else ()
        )
        self.read += len(events)
        return events

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return nothing: no lead here comes back.

        A page thus lacks a few hundred sentences.
        """
        return ()


def _report(folder: Path, kind: str) -> int:
    """Write one report with the function's imports; return events read."""
    import boto3  # noqa: F401 - it is in memory there
    import pynamodb.models  # noqa: F401

    from functions.report import handler  # noqa: F401

    stored = {str(file.relative_to(folder / "files")): file for file in (folder / "files").rglob("*") if file.is_file()}
    kept = {key: file.read_bytes() for key, file in stored.items() if kind != "first" or not key.startswith("facts/")}
    log, day = DiskEventLog(folder), FIRST + timedelta(days=DAYS - 1)
    reports = reports_of(log, MemoryFiles(kept))
    (reports.weekly if kind == "weekly" else reports.nightly)(day, after(day))
    return log.read


def _highest() -> float:
    """Return the peak memory of this process in MB.

    The figure of getrusage begins with that of the parent.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    print(json.dumps({"events": _report(Path(sys.argv[1]), sys.argv[2]), "mb": _highest()}))

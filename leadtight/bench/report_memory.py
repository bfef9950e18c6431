"""How much memory the nightly and the weekly report take: each in a process of its own, as a Lambda starts it.

Run as a module it is that process: `python -m leadtight.bench.report_memory FOLDER nightly`.
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
"""So many of the last nights have their metrics already: a night looks at the two before it."""

MESSAGES = 3
"""For each event of a lead's own so many of its messages are added, as the log of a real stage has them."""

KINDS = ("nightly", "weekly", "first")
"""`first` is a night that finds no snapshot, so that all events are read: after an import, or a change of the facts."""


def memory(leads_a_day: int) -> Result:
    """Measure the reports of the last of 90 days, with so many leads each."""
    from leadtight.bench.auditing.measure import run
    from leadtight.bench.measures import Result

    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        _write(Path(name), leads_a_day)
        for kind in KINDS:
            taken = run([sys.executable, "-m", __name__, name, kind])
            figures |= {f"{kind}_{what}": value for what, value in (taken.told | {"cpu_s": taken.cpu}).items()}
    return Result(
        id="report_memory",
        what=f"the reports of day {DAYS}, {leads_a_day} leads on each of {DAYS} days",
        figures=figures,
    )


def _write(folder: Path, leads_a_day: int) -> None:
    """Write the events of each day, and what earlier nights have left in the reports bucket."""
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
    """An event log of which a day is in memory only when it is asked for; it counts what is read."""

    def __init__(self, folder: Path) -> None:
        """Take the folder with the files of the days."""
        self._folder = folder
        self.read = 0

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day."""
        file = self._folder / f"{day}.json"
        events = tuple(from_document(Event, told) for told in json.loads(file.read_text())) if file.exists() else ()
        self.read += len(events)
        return events

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return nothing: nobody here comes back, and a page is short of a few hundred sentences."""
        return ()


def _report(folder: Path, kind: str) -> int:
    """Write one report as the function does, with what it imports, and return how many events it read."""
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
    """Return the most memory this process has had, in MB; what getrusage says begins with that of the parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    print(json.dumps({"events": _report(Path(sys.argv[1]), sys.argv[2]), "mb": _highest()}))

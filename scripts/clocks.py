"""Run tests under other clocks, zones and languages.

Run `make clocks [CLOCK=new-year]`; it exits with 1 when any run failed. The tests are those of `make test-fast`, or
with `--whole` every test that needs no other program.

libfaketime is loaded before Python and shifts the wall clock of every process; time goes on, and clocks for durations
(monotonic and CPU time) stay real. docs/decisions/0089 explains why.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.extra import environment

if TYPE_CHECKING:
    from scripts.test import Run

LIBRARY = "libfaketime.so.1"


@dataclass(frozen=True, slots=True)
class TestClock:
    """An instant, time zone and language of a run."""

    at: str
    zone: str = "UTC"
    language: str = "C.UTF-8"


CLOCKS: Mapping[str, TestClock] = {
    "before-opening": TestClock("2026-11-30T06:50Z"),
    "warning-at-opening": TestClock("2026-11-30T07:50Z"),
    "opening": TestClock("2026-11-30T07:58Z"),
    "just-open": TestClock("2026-11-30T08:10Z"),
    "noon": TestClock("2026-12-01T11:00Z", "Europe/Berlin", "de_DE.UTF-8"),
    "before-closing": TestClock("2026-12-02T16:50Z"),
    "closing": TestClock("2026-12-03T16:59Z", "Europe/Berlin"),
    "friday-evening": TestClock("2026-12-04T17:30Z"),
    "night": TestClock("2026-12-02T22:30Z"),
    "saturday": TestClock("2026-12-05T12:00Z", "Europe/Paris", "fr_FR.UTF-8"),
    "sunday-night": TestClock("2026-11-29T23:30Z"),
    "sunday-evening": TestClock("2026-11-29T21:00Z", "America/New_York", "en_US.UTF-8"),
    "forward": TestClock("2027-03-28T00:59:30Z", "Europe/Berlin"),
    "after-forward": TestClock("2027-03-28T01:10Z", "Europe/London", "en_GB.UTF-8"),
    "back": TestClock("2026-10-25T00:30Z", "Europe/Berlin"),
    "after-back": TestClock("2026-10-25T01:10Z", "Europe/Berlin"),
    "back-in-america": TestClock("2026-11-01T06:05Z", "America/New_York"),
    "month-end": TestClock("2027-01-31T22:58Z", "Europe/Berlin"),
    "year-end": TestClock("2026-12-31T23:58Z"),
    "new-year": TestClock("2027-01-01T00:01Z", "Asia/Kolkata", "hi_IN.UTF-8"),
    "week-53": TestClock("2027-01-03T10:00Z"),
    "leap-day": TestClock("2028-02-29T09:00Z"),
    "leap-day-end": TestClock("2028-02-29T23:58Z", "Europe/Istanbul", "tr_TR.UTF-8"),
    "christmas": TestClock("2026-12-25T10:00Z"),
    "tomorrow": TestClock("2026-12-01T20:00Z", "Pacific/Kiritimati", "ja_JP.UTF-8"),
    "yesterday": TestClock("2026-12-02T05:00Z", "Pacific/Pago_Pago", "ar_EG.UTF-8"),
    "summer": TestClock("2027-07-14T08:00Z", "Australia/Lord_Howe", "pt_BR.UTF-8"),
}


PASSED = (
    "opening",
    "warning-at-opening",
    "noon",
    "sunday-night",
    "forward",
    "back",
    "year-end",
    "leap-day-end",
    "tomorrow",
    "yesterday",
)
"""Clocks under which the tests of `make test-fast` pass.

`make test` uses one of them (decision 0089).
"""


def python(name: str) -> str:
    """Return the command line of Python under a named clock.

    It is computed as of now.
    """
    clock = CLOCKS[name]
    library = next((environment("clocks", alone=True) / "lib").rglob(LIBRARY))
    ahead = datetime.fromisoformat(clock.at) - datetime.now(UTC)
    places = {"TZ": clock.zone, "LANG": clock.language, "LC_ALL": clock.language}
    moved = {"LD_PRELOAD": str(library), "FAKETIME": f"{ahead.total_seconds():+.0f}s"}
    shell = places | moved | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return shlex.join(["env", *(f"{key}={value}" for key, value in shell.items()), sys.executable])


def main(words: Sequence[str]) -> int:
    """Run the tests under the named clocks, or all.

    Other words go to pytest.
    """
    from scripts.test import FAST, WHOLE  # here: it imports this module

    run = WHOLE if "--whole" in words else FAST
    names = [word for word in words if word in CLOCKS] or list(CLOCKS)
    others = [word for word in words if word not in (*CLOCKS, "--whole")]
    failed = [name for name in names if not _passes(replace(run, clock=name), others)]
    print(f"\nFailed under: {', '.join(failed)}" if failed else "\nGreen under every clock.")
    return int(bool(failed))


def _passes(run: Run, words: Sequence[str]) -> bool:
    print(f"\n=== {run.clock}: {CLOCKS[run.clock or '']}", flush=True)
    return run.finish(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

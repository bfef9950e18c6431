"""A run that has not succeeded for long is noticed."""

from datetime import UTC, datetime, timedelta

import pytest

from leadtight.adapters.memory.runs import MemoryRuns
from leadtight.app.scheduled_runs import LATE_AFTER, ScheduledRun, ScheduledRuns

NOW = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("run", list(LATE_AFTER))
def test_a_run_is_overdue_after_its_time_and_until_it_succeeds(run: ScheduledRun) -> None:
    runs = ScheduledRuns(MemoryRuns())
    runs.overdue(NOW)
    late = NOW + LATE_AFTER[run]
    for each in LATE_AFTER:
        if each is not run:
            runs.succeeded(each, late)
    assert runs.overdue(late) == {}
    assert runs.overdue(late + MINUTE) == {run: NOW}
    runs.succeeded(run, late + MINUTE)
    assert runs.overdue(late + 2 * MINUTE) == {}


def test_a_new_stage_has_its_time_until_the_first_run() -> None:
    runs = ScheduledRuns(MemoryRuns())
    assert runs.overdue(NOW) == {}
    assert runs.overdue(NOW + 19 * MINUTE) == {}
    assert runs.overdue(NOW + 21 * MINUTE) == {ScheduledRun.COLLECT: NOW}


def test_every_run_with_a_schedule_but_the_sweep_is_looked_at() -> None:
    assert LATE_AFTER.keys() | {ScheduledRun.SWEEP} == set(ScheduledRun)

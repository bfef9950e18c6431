"""Broken promises read as broken within a minute (F10).

Everywhere, although nothing has been written since.
"""

from datetime import timedelta

import pytest

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.devstage.console.standing import promise_status, running_timers
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stage import Stage
from leadtight.reporting.review.service import ReportService
from tests.scenarios.world import MONDAY_NINE, World

pytestmark = pytest.mark.slow


@pytest.mark.proves("F10")
def test_f10_a_lead_reads_as_breached_on_every_read_path_without_a_write() -> None:
    world = World(sweeping=False)
    lead_id = world.receive(name="Ada Obi")
    token = world.link(lead_id)
    world.alarms.lost = True
    world.alarms.armed.clear()
    stored, history = world.lead(lead_id), world.table.history(lead_id)
    deadline = stored.promise.deadline
    for wait, is_over in ((timedelta(), False), (timedelta(seconds=60), True)):
        now = deadline + wait
        assert stored.is_breached(now) is is_over
        page = Pages(world.policy).outcome(world.desk.show(token, now), now)
        assert ('<p class="due late"><strong>Overdue by 1 minute</strong>' in page) is is_over
        assert (promise_status(stored, now).kind == "overdue") is is_over
        assert [t.is_over for t in running_timers(world.policy, stored, now) if t.name == "First answer"] == [is_over]
        files = MemoryFiles()
        reports = ReportService(
            world.policy,
            world.table,
            files,
            lambda _: "Ada Obi",
            lambda _: None,
            lambda *_: "https://x.example",
            lambda _: "",
        )
        report = reports.nightly(now.date(), now)
        assert (report["missed"], report["pending"], report["day"]["missed"]) == (is_over, not is_over, is_over)
        review = reports.weekly(now.date(), now)
        assert review["headline"]["missed"] == review["headline"]["promises"]["missed"] == is_over
        assert [row["lead_id"] for row in review["missed_promises"]["leads"]] == [lead_id] * is_over
        assert [row["lead_id"] for row in review["questions"]["not_contacted"]["leads"]] == [lead_id]
    night = MONDAY_NINE.date()
    whole = ReportService(
        world.policy,
        world.table,
        MemoryFiles(),
        lambda _: "Ada Obi",
        lambda _: None,
        lambda *_: "https://x.example",
        lambda _: "",
    )
    assert whole.nightly(night, MONDAY_NINE + timedelta(days=1))["missed"] == 1
    assert (world.lead(lead_id), world.table.history(lead_id)) == (stored, history)
    assert stored.stage is Stage.NEW
    assert stored.clock(FIRST_RESPONSE) is not None


def test_a_report_of_a_running_day_is_as_of_its_latest_event_or_deadline() -> None:
    world = World(sweeping=False)
    world.receive()
    world.alarms.armed.clear()
    deadline = MONDAY_NINE + timedelta(minutes=5)

    def as_of(minutes: int) -> object:
        reports = ReportService(
            world.policy,
            world.table,
            MemoryFiles(),
            lambda _: "Ada",
            lambda _: None,
            lambda *_: "https://x.example",
            lambda _: "",
        )
        return reports.nightly(MONDAY_NINE.date(), MONDAY_NINE + timedelta(minutes=minutes))["period"]["as_of"]

    assert as_of(2) == as_of(4)
    assert as_of(6) == as_of(600) == (deadline + timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

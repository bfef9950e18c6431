"""The sweep isolates failures and shares time.

One bad item or reader costs only itself, and what was not reached comes next.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadtight.app.sweep import SHARES, SweepTask, SweepTaskKind, work_off
from leadtight.domain.model.errors import SendFailed
from leadtight.domain.model.message import Status, Template
from tests.scenarios.world import MONDAY_NINE, World

READERS = {
    "due_leads": {SweepTaskKind.UNOWNED, SweepTaskKind.OVERDUE},
    "owners": {SweepTaskKind.COVER, SweepTaskKind.OVERDUE},
    "waiting_in_short": {SweepTaskKind.WAITING},
    "due": {SweepTaskKind.MESSAGES},
    "queued": {SweepTaskKind.DIGESTS},
}


GRACE = timedelta(seconds=30)
"""How long the stream has before a lead without owner is due."""


class Stopwatch:
    """Remaining time, of which each task takes a second."""

    def __init__(self, seconds: float) -> None:
        self.left = timedelta(seconds=seconds)

    def __call__(self) -> timedelta:
        return self.left

    def take(self, seconds: float = 1) -> None:
        self.left -= timedelta(seconds=seconds)


def refuses(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no answer")


def stuck_world() -> World:
    """Return a world with three things for the sweep.

    A lead has no owner, another's alarm was lost, and a message was never sent.
    """
    world = World(sweeping=False)
    world.alarms.lost = True
    world.receive()
    world.stream_down = True
    world.receive()
    world.advance(minutes=10)
    return world


@pytest.mark.proves("Q4")
@pytest.mark.parametrize("reader", sorted(READERS))
def test_a_failing_reader_affects_only_its_own_kinds(monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    world = stuck_world()
    monkeypatch.setattr(world.table, reader, refuses)
    swept = world.sweep()
    assert {fault.kind for fault in swept.faults} == READERS[reader]
    assert all("no answer" in str(fault) for fault in swept.faults)
    assert (swept.routed > 0) is (SweepTaskKind.UNOWNED not in READERS[reader])
    assert (swept.rung > 0) is (reader != "due_leads")
    assert (swept.sent > 0) is (SweepTaskKind.MESSAGES not in READERS[reader])


def test_one_owners_unreadable_leads_hide_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(sweeping=False)
    world.alarms.lost = True
    leads = [world.receive() for _ in range(3)]
    assert world.owners() == ["ana", "ben", "cem"]
    world.advance(minutes=10)
    whole = world.table.due_leads

    def torn(owner_id: str | None, *rest: Any) -> Any:
        return refuses() if owner_id == "ben" else whole(owner_id, *rest)

    monkeypatch.setattr(world.table, "due_leads", torn)
    swept = world.sweep()
    assert swept.rung == 2
    assert [str(fault) for fault in swept.faults] == ["overdue all: RuntimeError: no answer"]
    assert world.lead(leads[1]).owner_id == "ben"


def test_an_unsendable_message_is_one_fault_and_the_others_are_sent() -> None:
    world = World(stream_down=True, sweeping=False)
    poison, good = world.receive(), world.receive()
    world.advance(minutes=2)
    world.mailer.failures = [RuntimeError("cannot be rendered")]
    swept = world.sweep()
    assert [(fault.kind, fault.lead_id) for fault in swept.faults] == [(SweepTaskKind.MESSAGES, poison)]
    assert world.message(good, Template.ACKNOWLEDGE).status is Status.SENT


@pytest.mark.slow
def test_hundreds_of_leads_left_by_a_dead_stream_are_routed_in_one_sweep() -> None:
    world = World(stream_down=True, sweeping=False)
    for number in range(450):
        world.receive(message=f"I have question {number}")
    world.advance(minutes=2)
    assert world.sweep().routed == 450


def tasks(name: str, count: int, took: Callable[[], None], log: list[str]) -> Any:
    def run(now: datetime) -> None:
        took()
        log.append(name)

    return iter([SweepTask(lead_id=f"{name}{n}", run=run, since=MONDAY_NINE) for n in range(count)])


@pytest.mark.proves("Q4")
def test_no_kind_takes_more_than_its_share_of_time() -> None:
    log, watch = list[str](), Stopwatch(150)
    kinds = {
        SweepTaskKind.MESSAGES: tasks("slow", 1_000, lambda: watch.take(6), log),
        SweepTaskKind.UNOWNED: tasks("quick", 1_000, lambda: watch.take(0.1), log),
        SweepTaskKind.COVER: tasks("cover", 1_000, lambda: watch.take(0.1), log),
    }
    swept = work_off(kinds, MONDAY_NINE, watch)
    spent = {"slow": 6 * log.count("slow"), "quick": 0.1 * log.count("quick"), "cover": 0.1 * log.count("cover")}
    whole = SHARES[SweepTaskKind.MESSAGES] + SHARES[SweepTaskKind.UNOWNED] + SHARES[SweepTaskKind.COVER]
    assert spent["quick"] >= 150 * SHARES[SweepTaskKind.UNOWNED] / whole - 6
    assert spent["cover"] >= 150 * SHARES[SweepTaskKind.COVER] / whole - 6
    assert swept.unfinished == frozenset(kinds)
    assert watch.left > -timedelta(seconds=6), "nothing starts without time left"


def test_an_empty_kind_leaves_its_time_to_the_others() -> None:
    log, watch = list[str](), Stopwatch(20)
    swept = work_off(
        {SweepTaskKind.UNOWNED: tasks("quick", 19, watch.take, log), SweepTaskKind.MESSAGES: iter(())},
        MONDAY_NINE,
        watch,
    )
    assert (len(log), swept.unfinished) == (19, frozenset())
    assert swept.backlogs[SweepTaskKind.UNOWNED].count == 19
    assert swept.backlogs[SweepTaskKind.UNOWNED].age(MONDAY_NINE + timedelta(minutes=3)) == timedelta(minutes=3)


def test_each_task_uses_its_actual_time() -> None:
    watch, at = Stopwatch(10), list[datetime]()

    def run(now: datetime) -> None:
        at.append(now)
        watch.take(3)

    work_off({SweepTaskKind.MESSAGES: iter([SweepTask(lead_id="L", run=run)] * 3)}, MONDAY_NINE, watch)
    assert [moment - MONDAY_NINE for moment in at] == [timedelta(seconds=s) for s in (0, 3, 6)]


def assert_each_is_tried_in_turn(
    monkeypatch: pytest.MonkeyPatch, world: World, work: tuple[object, str], leads: list[str], seconds: int
) -> None:
    """Assert that failing sweeps reach each lead in turn.

    Sweeps of so many seconds reach each lead before any again.
    """
    tried = list[str]()
    watch = Stopwatch(0)

    def fail(lead: Any, now: datetime) -> None:
        watch.take()
        tried.append(lead.id)
        raise RuntimeError("cannot be done")

    monkeypatch.setattr(*work, fail)
    monkeypatch.setattr(world.sla, "_dispatch", Nothing())
    while len(tried) < 14:
        watch.left = timedelta(seconds=seconds)
        world.sla.sweep(world.now, watch)
    assert sorted(tried[:7]) == sorted(leads), "each was tried before any was tried again"
    assert sorted(tried[7:14]) == sorted(leads)


@pytest.mark.parametrize("seconds", [1, 3, 4])
def test_sweeps_that_run_out_of_time_resume_where_they_stopped(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    world = World(stream_down=True, sweeping=False)
    leads = [world.receive(email=f"ada{n}@example.com") for n in range(7)]
    world.advance(minutes=2)
    assert_each_is_tried_in_turn(monkeypatch, world, (world.route, "route"), leads, seconds)


@pytest.mark.parametrize("seconds", [1, 3, 4])
def test_sweeps_that_run_out_of_time_over_lost_alarms_reach_each_owners_leads(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    world = World(sweeping=False)
    world.alarms.lost = True
    leads = [world.receive() for _ in range(7)]
    assert len({world.lead(lead_id).owner_id for lead_id in leads}) == 3
    world.advance(minutes=10)
    assert_each_is_tried_in_turn(monkeypatch, world, (world.sla, "_ring_overdue"), leads, seconds)


class Nothing:
    """An outbox in which nothing waits."""

    def messages(self, now: datetime, patience: timedelta) -> Any:
        return iter(())

    def digests(self, now: datetime, left: Any) -> Any:
        return iter(())


def test_due_work_and_its_age_are_counted() -> None:
    world = World(stream_down=True, sweeping=False)
    world.receive()
    world.advance(minutes=3)
    world.receive()
    world.advance(minutes=2)
    backlogs = world.sweep().backlogs
    overdue = timedelta(minutes=5) - GRACE
    assert (backlogs[SweepTaskKind.UNOWNED].count, backlogs[SweepTaskKind.UNOWNED].age(world.now)) == (2, overdue)
    assert (backlogs[SweepTaskKind.MESSAGES].count, backlogs[SweepTaskKind.MESSAGES].age(world.now)) == (
        2,
        timedelta(minutes=5),
    )
    again = world.sweep().backlogs
    assert (again[SweepTaskKind.UNOWNED].count, again[SweepTaskKind.UNOWNED].age(world.now)) == (0, timedelta())


def test_a_postponed_message_has_been_owed_since_its_decision() -> None:
    world = World(sweeping=False)
    world.retries.lost = True
    world.mailer.failures = [SendFailed("down")] * 3
    world.receive()
    world.advance(minutes=30)
    assert world.sweep().backlogs[SweepTaskKind.MESSAGES].age(world.now) == timedelta(minutes=30)

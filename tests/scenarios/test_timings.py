"""Each lead is measured once: owner, reply and promise."""

from dataclasses import dataclass, field

import pytest

from leadtight.adapters.memory.table import MemoryTable
from leadtight.domain.change import Change
from leadtight.domain.promises.timings import timings
from tests.scenarios.world import World


@dataclass
class Measured:
    """A world, and what each stored change measured."""

    world: World
    measured: list[tuple[str, float]] = field(default_factory=list)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Measured:
    made = Measured(World())
    stored = MemoryTable.commit

    def commit(table: MemoryTable, change: Change) -> None:
        stored(table, change)
        made.measured += timings(change)

    monkeypatch.setattr(MemoryTable, "commit", commit)
    return made


def test_a_reply_in_time_keeps_the_promise(stage: Measured) -> None:
    lead = stage.world.receive()
    stage.world.advance(minutes=2)
    stage.world.press(lead, "connected")
    assert stage.measured == [("SecondsToOwner", 0), ("SecondsToReply", 120), ("PromisesKept", 1)]


def test_a_late_reply_breaks_it_once_and_is_still_timed(stage: Measured) -> None:
    lead = stage.world.receive()
    stage.world.advance(hours=3)
    stage.world.press(lead, "connected")
    names = [name for name, _ in stage.measured]
    assert (names.count("SecondsToOwner"), names.count("SecondsToReply")) == (1, 1)
    assert "PromisesBroken" in names
    assert "PromisesKept" not in names


def test_an_attempt_that_reaches_no_one_is_no_reply(stage: Measured) -> None:
    lead = stage.world.receive()
    stage.world.advance(minutes=1)
    stage.world.press(lead, "no_answer")
    assert [name for name, _ in stage.measured] == ["SecondsToOwner"]

"""The simulation finds nothing in the product, and finds what is missing when one of its safeguards is taken away."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from leadtight import policy as policies
from leadtight.adapters.memory import MemoryTable
from leadtight.cli.simulation.command import document, run
from leadtight.cli.simulation.run import Plan, Run
from leadtight.domain.change import Change
from leadtight.domain.consent import Suppression
from leadtight.domain.message import Message

POLICY = policies.shipped()
FEW = 3
"""Leads of a short run; six hours."""

SEEDS_THAT_FAILED: tuple[int, ...] = ()
"""Short runs in which something was found once. None so far that was not the simulation's own mistake."""


def short(seed: int, faults: float = 0.05) -> Plan:
    return Plan(seed=seed, leads=FEW, days=0.25, faults=faults)


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_whatever_fails_every_invariant_holds(first: int) -> None:
    outcomes = [run(short(seed), POLICY) for seed in (*range(first, first + 20), *SEEDS_THAT_FAILED)]
    assert [(o.replay, o.violations) for o in outcomes if o.violations] == []
    assert sum(outcome.injected.total() for outcome in outcomes) > 100


def test_a_run_of_days_with_faults_holds_and_is_repaired() -> None:
    outcome = run(Plan(seed=1, leads=20, days=2, faults=0.05), POLICY)
    assert outcome.violations == []
    assert outcome.repairs > 0
    assert {kind for kind, _ in outcome.injected} >= {"refused", "answer_lost", "repeated", "died_before", "died_after"}


def test_a_seed_decides_the_whole_run() -> None:
    assert document([run(short(7), POLICY)]) == document([run(short(7), POLICY)])
    assert document([run(short(7), POLICY)]) != document([run(short(8), POLICY)])


def test_with_nothing_in_the_way_nothing_is_repaired_or_sent_twice() -> None:
    outcomes = [run(short(seed, faults=0), POLICY) for seed in range(10)]
    assert all(not o.violations and not o.repairs and not o.doubles and not o.injected for o in outcomes)
    assert max(seconds for outcome in outcomes for seconds in outcome.to_owner) < 60


def _no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "_sweep", lambda run: None)


def _no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTable, "_taken", lambda *_: None)


def _no_condition_on_the_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(table: MemoryTable, change: Change) -> None:
        table._check_rotation(change)
        table._put(change)

    monkeypatch.setattr(MemoryTable, "commit", commit)


def _no_condition_on_the_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTable, "_check_rotation", lambda *_: None)
    monkeypatch.setattr(MemoryTable, "_check_loads", lambda *_: None)  # of people with caps it sees the same


def _no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim(
        table: MemoryTable, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime
    ) -> Message | None:
        return table._messages.get((lead_id, message_id))

    monkeypatch.setattr(MemoryTable, "claim", claim)


def _no_memory_of_opt_outs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTable, "suppression", lambda *_: Suppression())


@pytest.mark.parametrize(
    ("remove", "found_by"),
    [
        (_no_sweep, {"I3", "I7", "I11"}),
        (_no_guard, {"I1", "I2"}),
        (_no_condition_on_the_lead, {"I4", "I5", "I8"}),
        (_no_condition_on_the_rotation, {"I8"}),
        (_no_lease, {"I9", "I12"}),
        (_no_memory_of_opt_outs, {"I10"}),
    ],
)
def test_without_a_safeguard_something_is_found(
    monkeypatch: pytest.MonkeyPatch, remove: Callable[[Any], None], found_by: set[str]
) -> None:
    remove(monkeypatch)
    for seed in count(1):
        found = {violation.split()[0] for violation in run(short(seed), POLICY).violations}
        if found & found_by:
            return
        assert seed < 1_000, f"found only {found}"

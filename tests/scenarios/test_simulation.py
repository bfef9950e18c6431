"""The simulation passes, and detects each removed safeguard."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.adapters.inbound.webhooks import reader
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.compliance.opt_out import OptOut
from leadtight.app.intake import inbound_mail, inquiry_decision, quarantine, receive
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import NewerLeadExists
from leadtight.app.sla.sla import Alarm, Sla
from leadtight.cli import app
from leadtight.cli.simulate import every_strike
from leadtight.domain.change import Change
from leadtight.domain.compliance.send_permission import Suppression
from leadtight.domain.enforcement import due_steps
from leadtight.domain.intake import merging
from leadtight.domain.model import identity
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Message
from leadtight.simulation.actors.people import SimulatedPeople
from leadtight.simulation.event_delivery import EventDelivery
from leadtight.simulation.faults import DELIVERED, FaultKind, PlannedFault, PortUnavailable
from leadtight.simulation.plan import LIFE, SimulationPlan, series
from leadtight.simulation.result import run
from leadtight.simulation.run import HOME, SETTLING, SimulationRun
from leadtight.simulation.shrinking import shrink
from leadtight.simulation.simulated_policy import simulated_policy
from leadtight.simulation.summary import Summary, matrix

pytestmark = pytest.mark.slow

POLICY = simulated_policy()
FEW = 3
"""Leads of a short run; six hours."""

SMALL = SimulationPlan(seed=20, leads=2, days=0.2, faults=0)
"""A run in which few calls are made, for what is done to it at every one of them."""

KEPT = tomllib.loads((Path(__file__).parent / "runs_that_failed.toml").read_text(encoding="utf-8"))["run"]


def short(seed: int, faults: float = 0.05) -> SimulationPlan:
    return SimulationPlan(seed=seed, leads=FEW, days=0.25, faults=faults)


def life(seed: int, faults: float = 0.05) -> SimulationPlan:
    leads, days = LIFE
    return SimulationPlan(seed=seed, leads=leads, days=days, faults=faults)


@pytest.mark.proves("A11", "Q4")
@pytest.mark.parametrize("first", range(0, 120, 20))
def test_every_invariant_holds_under_any_fault(first: int) -> None:
    outcomes = [run(short(seed), POLICY) for seed in range(first, first + 20)]
    assert [(o.plan.replay, o.violations) for o in outcomes if o.violations] == []
    assert sum(outcome.injected.total() for outcome in outcomes) > 100


def planned(kept: Mapping[str, Any]) -> SimulationPlan:
    strike = kept.get("strike")
    return SimulationPlan(
        seed=kept["seed"],
        leads=kept["leads"],
        days=kept["days"],
        faults=kept["faults"],
        strike=PlannedFault(strike[0], FaultKind(strike[1])) if strike else None,
        without=frozenset(kept.get("without", ())),
        only=frozenset(kept["only"]) if "only" in kept else None,
    )


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: f"{kept['seed']}: {kept['found']}")
def test_former_findings_do_not_recur(kept: Mapping[str, Any]) -> None:
    assert run(planned(kept), POLICY).violations == []


def test_a_run_of_days_with_faults_passes_and_is_repaired() -> None:
    outcome = run(SimulationPlan(seed=1, leads=20, days=2, faults=0.05), POLICY)
    assert outcome.violations == []
    assert outcome.repairs > 0
    assert {kind for kind, _ in outcome.injected} >= {"refused", "answer_lost", "repeated", "died_before", "died_after"}


@pytest.mark.proves("A11")
def test_one_fault_anywhere_breaks_nothing() -> None:
    plans = every_strike(SMALL, POLICY)
    summary = Summary.of(run(plan, POLICY) for plan in plans)
    assert [o.plan.replay for o in summary.failed] == []
    assert len(plans) > 100
    assert summary.injected.total() == len(plans)  # each hit once, at its own place
    assert {kind for kind, point in summary.injected if point == "table.commit"} == {
        "refused",
        "answer_lost",
        "repeated",
        "died_before",
        "died_after",
    }
    assert {kind for kind, point in summary.injected if point == "stream"} == {*map(str, DELIVERED["stream"])}
    assert "stream" in {point for _, point in summary.possible}
    assert not [point for _, point in summary.possible if point.startswith("texter.")]
    assert summary.doubles == 0  # of a mail the answer and the report must be lost, which are two faults


def test_a_seed_decides_the_whole_run() -> None:
    def of(seed: int) -> dict[str, Any]:
        return Summary.of([run(short(seed), POLICY)]).document()

    first, again = of(7), of(7)
    assert first == again
    assert first != of(8)


def test_some_runs_are_long() -> None:
    plans = series(short(5), 4, 2)
    assert [(plan.seed, plan.leads) for plan in plans] == [(5, 3), (6, 20), (7, 3), (8, 20)]


def test_some_runs_last_a_month() -> None:
    plans = series(short(5), 6, long_every=2, life_every=3)
    assert [(plan.leads, plan.days) for plan in plans] == [(3, 0.25), (20, 2), (4, 30), (20, 2), (3, 0.25), (4, 30)]


@pytest.mark.parametrize("first", range(0, 16, 4))
def test_every_invariant_holds_under_any_fault_in_a_month(first: int) -> None:
    outcomes = [run(life(seed), POLICY) for seed in range(first, first + 4)]
    assert [(o.plan.replay, o.violations) for o in outcomes if o.violations] == []


@pytest.mark.parametrize("seed", [6, 10])
def test_the_commands_default_run_passes(seed: int) -> None:
    assert run(SimulationPlan(seed=seed, leads=100, days=7), POLICY).violations == []


def test_with_clock_skew_of_minutes_a_message_may_repeat_and_nothing_else_breaks() -> None:
    outcomes = [run(replace(short(seed), clocks_off=5), POLICY) for seed in range(40)]
    assert [(o.plan.replay, o.violations) for o in outcomes if o.violations] == []
    assert all("--clocks-off 5" in outcome.plan.replay for outcome in outcomes)


@pytest.mark.parametrize("faults", [0.25, 0.3, 0.5])
def test_a_run_with_mostly_faults_ends(faults: float) -> None:
    outcome = run(short(500_034, faults), POLICY)  # rivals who pressed again caused ever more rivals
    assert outcome.violations == []
    assert outcome.injected.total() > 50


def test_a_higher_fault_rate_is_refused() -> None:
    result = CliRunner().invoke(app, ["simulate", "--faults", "0.6"])
    assert result.exit_code == 2
    assert "0.6 is not in the range" in result.output


def test_a_managers_release_in_the_last_second_fails_nothing() -> None:
    simulation = SimulationRun(short(1417), POLICY)
    people = SimulatedPeople(simulation)
    simulation.at(simulation.end + SETTLING - timedelta(seconds=1), people.managers._come)
    simulation.at(simulation.end + SETTLING - timedelta(seconds=1), people.managers._decides("H1", release=True))
    simulation.go()
    assert "quarantine" not in [step for at, step in simulation.steps if at > simulation.end + SETTLING - HOME]


def test_without_faults_nothing_is_repaired_or_sent_twice() -> None:
    outcomes = [run(short(seed, faults=0), POLICY) for seed in range(10)]
    assert all(not o.violations and not o.repairs and not o.doubles and not o.injected for o in outcomes)
    assert max(seconds for outcome in outcomes for seconds in outcome.to_owner) < 60


def test_a_fault_that_never_hits_a_point_is_reported() -> None:
    summary = Summary.of(run(short(seed), POLICY) for seed in range(3))
    kind, point = min(summary.possible - summary.injected.keys())
    assert summary.too_few(0) == []
    assert f"{point} {kind}: hit 0 times, not 1" in summary.too_few(1)
    assert any(line.split()[0] == point and f"{kind} 0" in line for line in matrix(summary))


@pytest.mark.proves("Q4")
def test_a_stopped_series_resumes(tmp_path: Path) -> None:
    def printed(*words: str) -> str:
        result = CliRunner().invoke(app, ["simulate", "--leads", "2", "--days", "0.05", *words])
        return result.stdout.partition("Simulating")[0] if result.exit_code == 0 else f"exit {result.exit_code}"

    state = ("--state", str(tmp_path / "series.json"))
    printed("--seeds", "4", *state)
    assert printed("--seeds", "9", *state) == printed("--seeds", "9")
    assert printed("--seeds", "9", "--faults", "0.2", *state) == "exit 2"  # another series


def test_the_least_hit_cells_are_reported_with_their_expected_runs() -> None:
    summary = Summary(runs=500, possible={("lost", "hint"), ("late", "hint")})
    summary.injected.update({("lost", "hint"): 5, ("late", "hint"): 50})
    first, then = summary.least()
    assert first == "2 kinds of fault at a point; hit least: hint lost 5, hint late 50"
    assert then == "at this rate each is hit 1,000 times in about 100,000 runs"


# findings without a safeguard


def no_sweep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EventDelivery, "_sweep", lambda delivering: None)


def no_guard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTable, "_taken", lambda *_: None)


def unless(predicate: Callable[[MemoryTable, Change], bool]) -> Callable[[MemoryTable, Change], None]:
    """Return a `commit` that drops the lead's condition sometimes.

    Where the predicate holds.
    """
    commit = MemoryTable.commit

    def commits(table: MemoryTable, change: Change) -> None:
        if not predicate(table, change):
            return commit(table, change)
        table._check_rotation(change)
        return table._put(change)

    return commits


def no_condition_on_the_owner(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTable, "commit", unless(lambda _, change: change.after.owner_id is not None))


def no_condition_on_the_level(patch: pytest.MonkeyPatch) -> None:
    def tells(_: MemoryTable, change: Change) -> bool:
        return any(event.kind in (EventKind.LEAD_ESCALATED, EventKind.DEADLINE_MISSED) for event in change.events)

    patch.setattr(MemoryTable, "commit", unless(tells))


def no_condition_on_the_rotation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTable, "_check_rotation", lambda *_: None)
    patch.setattr(MemoryTable, "_check_loads", lambda *_: None)  # of people with caps it sees the same


def rotation_beside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """Split one call in two.

    What can happen at any call can happen between them.
    """
    commit, calls = MemoryTable.commit, count(1)

    def commits(table: MemoryTable, change: Change) -> None:
        if change.rotation:
            table._check_rotation(change)
            table._rotations[change.rotation.pool_id] = change.rotation
            if next(calls) % 20 == 0:
                raise PortUnavailable("in between")
        commit(table, replace(change, rotation=None))

    patch.setattr(MemoryTable, "commit", commits)


def no_lease(patch: pytest.MonkeyPatch) -> None:
    def claim(
        table: MemoryTable, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime
    ) -> Message | None:
        return table._messages.get((lead_id, message_id))

    patch.setattr(MemoryTable, "claim", claim)


def no_token(patch: pytest.MonkeyPatch) -> None:
    rang = Sla.on_alarm

    def rings(sla: Sla, alarm: Alarm, now: datetime) -> Change | None:
        lead = sla._store.load(alarm.lead_id)
        return rang(sla, replace(alarm, token=lead.wake_token if lead else ""), now)

    patch.setattr(Sla, "on_alarm", rings)


def no_read_back(patch: pytest.MonkeyPatch) -> None:
    commit, create = MemoryTable.commit, MemoryTable.create

    def commits(table: MemoryTable, change: Change) -> None:
        if table._leads.get(change.after.id) == change.after:
            raise Conflict("somebody was faster")
        commit(table, change)

    def creates(
        table: MemoryTable, change: Change, guard: Guard, *rest: Any, **more: Any
    ) -> AlreadyTaken | Full | NewerLeadExists | None:
        return table._taken(guard, rest[1]) or create(table, change, guard, *rest, **more)

    patch.setattr(MemoryTable, "commit", commits)
    patch.setattr(MemoryTable, "create", creates)


def no_memory_of_opt_outs(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTable, "suppression", lambda *_: Suppression())


def no_record_of_a_begun_release(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarantine, "begin_release", lambda delivery: delivery)


def no_check_of_later_sequences(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OptOut, "has_begun_since", lambda *_: False)


def no_queue_of_spilled_posts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EventDelivery, "spill", lambda *_: None)


def no_key_of_unreadable_contact_points(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(identity, "identifiers", lambda inquiry: tuple(filter(None, (inquiry.email, inquiry.phone))))


def quotations_act(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inbound_mail, "_own_words", lambda letter: letter.text)


def no_delivery_by_item(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reader, "_split", lambda webhook, body: [body])


def no_key_of_chat_handles(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(receive, "lookup_keys", lambda inquiry: identity.lookup_keys(replace(inquiry, handle="")))


def no_task_from_an_answer_to_a_closed_lead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inquiry_decision, "find_mergeable_lead", lambda policy, leads, now: merging.latest(leads))
    patch.setattr(merging, "_reopen", lambda *_: None)


def no_check_of_the_managers_absence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(due_steps, "notification_recipient", lambda policy, person_id, *_, **__: person_id)


def no_cover_for_departed_owners(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sla, "_cover", lambda *_: None)


REMOVED: dict[Callable[[pytest.MonkeyPatch], None], tuple[set[str], int]] = {
    no_sweep: ({"I3", "I7", "I11"}, 7),
    no_guard: ({"I1", "I2"}, 0),
    no_condition_on_the_owner: ({"I4", "I5", "I8"}, 5),
    no_condition_on_the_level: ({"I4", "I5"}, 5),
    no_condition_on_the_rotation: ({"I8"}, 368),
    rotation_beside_the_transaction: ({"I8"}, 7),
    no_lease: ({"I9"}, 0),
    no_token: ({"I12"}, 0),
    no_read_back: ({"I15"}, 37),
    no_memory_of_opt_outs: ({"I10"}, 88),
    no_record_of_a_begun_release: ({"I2"}, 106),
    no_check_of_later_sequences: ({"I12"}, 1363),
    no_queue_of_spilled_posts: ({"I2"}, 50),
    no_key_of_unreadable_contact_points: ({"I17"}, 0),
    quotations_act: ({"I18"}, 111),
    no_delivery_by_item: ({"I19"}, 1),
    no_key_of_chat_handles: ({"I20"}, 0),
    no_task_from_an_answer_to_a_closed_lead: ({"I21"}, 29),
    no_check_of_the_managers_absence: ({"I22"}, 7),
    no_cover_for_departed_owners: ({"I23"}, 25),
}
"""By safeguard: what shows that it is missing, and from which seed on to look: it showed there once."""


@pytest.mark.proves("A11")
@pytest.mark.parametrize("remove", REMOVED, ids=lambda remove: remove.__name__)
def test_removing_a_safeguard_is_detected(
    monkeypatch: pytest.MonkeyPatch, remove: Callable[[pytest.MonkeyPatch], None]
) -> None:
    found_by, first = REMOVED[remove]
    remove(monkeypatch)
    assert any(run(short(seed), POLICY).broken & found_by for seed in range(first, first + 1_000))


@pytest.mark.proves("Q4")
def test_a_finding_is_shrunk_as_far_as_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    no_lease(monkeypatch)
    failure = next(o for seed in range(1, 1_000) if "I9" in (o := run(short(seed), POLICY)).broken)
    smaller = shrink(failure, lambda plan: run(plan, POLICY))
    assert smaller.broken & failure.broken
    assert FEW - len(smaller.plan.without) == 1
    assert smaller.plan.only is not None
    assert len(smaller.plan.only) <= 2 < failure.faults
    assert run(smaller.plan, POLICY).violations == smaller.violations


def test_a_finding_is_not_shrunk_after_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    no_lease(monkeypatch)
    failure = next(o for seed in range(1, 1_000) if "I9" in (o := run(short(seed), POLICY)).broken)
    heard: list[tuple[int, SimulationPlan]] = []
    smaller = shrink(
        failure,
        lambda plan: run(plan, POLICY),
        is_time_over=lambda: len(heard) == 2,
        tried=lambda runs, smallest: heard.append((runs, smallest)),
    )
    assert [runs for runs, _ in heard] == [1, 2]
    assert smaller.plan == heard[-1][1]
    assert shrink(failure, lambda plan: run(plan, POLICY), is_time_over=lambda: True) is failure


def test_the_command_prints_how_to_repeat_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    no_lease(monkeypatch)
    result = CliRunner().invoke(app, ["simulate", "--leads", "2", "--days", "0.1", "--seeds", "4", "--faults", "0.2"])
    assert result.exit_code == 1
    again = next(line for line in result.stdout.splitlines() if line.startswith("leadtight simulate"))
    assert "--only" in again
    result = CliRunner().invoke(app, [*again.split()[1:], "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["violations"][0]["replay"] == again

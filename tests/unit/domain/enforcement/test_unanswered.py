"""One unanswered lead, event by event, to the second.

Every event, every message and every field of every change.

The hot tier promises five minutes, warns at 60 and 85 % of them, escalates at once to the manager, and passes the lead
on after five minutes of grace with a window of five more, twice; then the manager has it and is reminded hourly.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.domain.change import Change
from leadtight.domain.enforcement.due_steps import pool_of_due_steps, run_due_steps
from leadtight.domain.model.capacity import Caps, Load, OwnerState
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.rotation import LEAD, Rotation
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION, StepKind, TimerStep
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import next_action_clock, reassigned_due, team_promise
from leadtight.policy import loader as policies
from tests.unit.domain.leads import new_lead, owned_lead

POLICY = policies.shipped()
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INBOUND = Rotation(pool_id="inbound", turn=1)
DUE = ("2026-11-23T09:05:00.000000Z", "2026-11-23T09:15:00.000000Z", "2026-11-23T09:25:00.000000Z")
Told = list[tuple[str, str, dict[str, Any]]]


def clock_at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def ring(policy: Policy, lead: Lead, rotation: Rotation = INBOUND, **people: OwnerState) -> Change:
    """Return the change of the lead's awaited alarm."""
    assert lead.wake_at is not None
    change = run_due_steps(policy, lead, rotation, people, lead.wake_at)
    assert change is not None
    return change


def events(change: Change) -> Told:
    entries = [(e.kind.value, e.actor, {k: v for k, v in e.data.items() if k != "receipt"}) for e in change.events]
    assert all(e.at == change.events[0].at for e in change.events)
    return entries


def messages(change: Change) -> Told:
    return [(m.template.value, m.recipient, dict(m.data)) for m in change.messages]


def steps(lead: Lead, target: str = FIRST_RESPONSE) -> list[tuple[str, float, int, str | None]]:
    clock = lead.clock(target)
    assert clock is not None
    return [(s.kind.value, (s.at - NINE) / timedelta(minutes=1), s.level, s.notify) for s in clock.steps]


def window(start: float, last: tuple[str, float]) -> list[tuple[str, float, int, str | None]]:
    """Return the steps of a five-minute window and what follows.

    It begins at `start`.
    """
    warned = [("warn", start + 3, 1, None), ("warn", start + 4.25, 2, None)]
    told = [("miss", start + 5, 0, None), ("escalate", start + 5, 1, "manager"), ("escalate", start + 35, 2, "dora")]
    return sorted([*warned, *told, (*last, 0, None)], key=lambda step: step[1])


def test_the_first_owner_is_warned_twice_then_misses_and_the_manager_is_notified() -> None:
    lead = owned_lead(POLICY, NINE)
    assert steps(lead) == window(0, ("reassign", 10))
    for level, minute in ((1, 3), (2, 4.25)):
        change = ring(POLICY, lead)
        data = {"target": FIRST_RESPONSE, "level": level, "deadline": DUE[0]}
        assert events(change) == [("owner_warned", "system:sla", data)]
        assert messages(change) == [("warn_owner", "ana", {"due_at": DUE[0], "level": level})]
        assert (change.events[0].at, change.rotation, change.loads) == (clock_at(minute), None, ())
        lead = change.after
    change = ring(POLICY, lead)
    assert events(change) == [
        ("deadline_missed", "system:sla", {"target": FIRST_RESPONSE, "deadline": DUE[0], "owner": "ana"}),
        ("lead_escalated", "system:sla", {"target": FIRST_RESPONSE, "level": 1, "to": "mia", "owner": "ana"}),
    ]
    assert messages(change) == [
        ("deadline_missed", "ana", {"due_at": DUE[0], "target": FIRST_RESPONSE}),
        ("escalate", "mia", {"due_at": DUE[0], "level": 1, "owner": "ana", "target": FIRST_RESPONSE}),
    ]
    assert steps(change.after) == [("reassign", 10, 0, None), ("escalate", 35, 2, "dora")]
    assert change.after.wake_at == clock_at(10)


def test_then_it_is_reassigned_twice_with_shorter_windows_and_finally_the_manager_has_it() -> None:
    lead, rotation = owned_lead(POLICY, NINE), INBOUND
    passed: list[Change] = []
    while len(passed) < 3:
        change = ring(POLICY, lead, rotation)
        lead, rotation = change.after, change.rotation or rotation
        passed += [change] if change.before and change.before.owner_id != lead.owner_id else []
    first, second, last = passed
    for change, previous, owner, at, due in ((first, "ana", "ben", 10, 15), (second, "ben", "cem", 20, 25)):
        after, due_at = change.after, f"2026-11-23T09:{due}:00.000000Z"
        moved = {"owner": owner, "previous": previous, "reason": "rotation"}
        assert events(change) == [("lead_reassigned", "system:sla", moved)]
        assert messages(change) == [
            ("alert_owner", owner, {"due_at": due_at, "reason": "rotation", "previous": previous}),
            ("lead_moved", previous, {"to": owner}),
        ]
        assert (after.owner_id, after.pool_id, after.owned_since) == (owner, "inbound", clock_at(at))
        assert after.waiting_since is None
        assert after.next_action == NextAction(what="Write to Ada Obi", due_at=clock_at(due))
        assert change.loads == (Load(person_id=previous, by=-1), Load(person_id=owner, by=1))
        assert steps(after) == window(at, ("reassign", at + 10))
        assert change.events[0].data["receipt"]["owner"] == owner
    assert (first.after.hops, first.after.past_owners, first.after.generation) == (1, ("ana",), 2)
    assert (second.after.hops, second.after.past_owners, second.after.generation) == (2, ("ana", "ben"), 3)
    assert second.rotation == Rotation(pool_id="inbound", turn=3, credits={"ben": -LEAD // 2, "cem": LEAD // 2})
    assert events(last)[0][2] == {"owner": "mia", "previous": "cem", "reason": "hop_limit"}
    assert last.events[0].data.get("receipt") is None
    assert (last.after.hops, last.after.past_owners, last.rotation) == (3, ("ana", "ben", "cem"), None)
    assert last.after.waiting_since is None
    assert steps(last.after) == window(30, ("remind", 95))
    assert last.after.promise == passed[0].after.promise


def test_the_manager_is_not_notified_twice_and_is_reminded_hourly_without_end() -> None:
    lead, rotation = owned_lead(POLICY, NINE), INBOUND
    while lead.owner_id != "mia":
        change = ring(POLICY, lead, rotation)
        lead, rotation = change.after, change.rotation or rotation
    lead = ring(POLICY, ring(POLICY, lead).after).after
    missed = ring(POLICY, lead)
    assert [kind for kind, *_ in events(missed)] == ["deadline_missed", "lead_escalated"]
    assert [template for template, *_ in messages(missed)] == ["deadline_missed"]
    second = ring(POLICY, missed.after)
    told = {"target": FIRST_RESPONSE, "level": 2, "to": "dora", "owner": "mia"}
    assert events(second) == [("lead_escalated", "system:sla", told)]
    lead = second.after
    for next_at in (215, 275, 335):  # an hour of office time: it is closed from 12:30 to 13:30 in Berlin
        reminded = ring(POLICY, lead)
        assert events(reminded) == [("owner_reminded", "system:sla", {"target": FIRST_RESPONSE, "owner": "mia"})]
        due = {"due_at": "2026-11-23T09:35:00.000000Z", "target": FIRST_RESPONSE}
        assert messages(reminded) == [("remind", "mia", due)]
        lead = reminded.after
        assert steps(lead) == [("remind", next_at, 0, None)]


def test_with_nobody_else_in_the_pool_the_manager_has_it_waiting() -> None:
    alone = replace(POLICY, pools={**POLICY.pools, "inbound": replace(POLICY.pools["inbound"], members={"ana": 1})})
    lead = owned_lead(alone, NINE)
    change = run_due_steps(alone, lead, INBOUND, {}, clock_at(10))
    assert change is not None
    moved = events(change)[-1][2]
    assert moved == {"owner": "mia", "previous": "ana", "reason": "no_eligible_rep"}
    assert (change.after.waiting_since, change.rotation) == (clock_at(10), None)
    assert [load.taken for load in change.loads] == [None, None]


def test_a_reassignment_checks_caps_and_keeps_the_state_it_was_decided_on() -> None:
    people = {p: replace(person, caps=Caps(day=9)) for p, person in POLICY.people.items()}
    policy = replace(POLICY, people=people)
    roster = {p: OwnerState(person_id=p, open=1, turn=5) for p in people}
    change = run_due_steps(policy, owned_lead(policy, NINE), INBOUND, roster, clock_at(10))
    assert change is not None
    [_, taken] = change.loads
    assert taken.taken == OwnerState(person_id="ben", open=2, turn=6, recent=(clock_at(10),))


def test_an_escalation_may_name_another_person_and_falls_back_on_the_catch_all() -> None:
    lead = owned_lead(POLICY, NINE)
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None
    for notify, to in (("ben", "ben"), (None, POLICY.routing.catch_all), ("manager", "mia")):
        step = TimerStep(kind=StepKind.ESCALATE, at=clock_at(5), level=2, notify=notify)
        changed = replace(lead, clocks=(replace(clock, steps=(step,)),), wake_at=step.at)
        change = ring(POLICY, changed)
        assert events(change)[0][2] == {"target": FIRST_RESPONSE, "level": 2, "to": to, "owner": "ana"}
        assert [(recipient, data["level"]) for _, recipient, data in messages(change)] == [(to, 2)]


def test_a_step_of_another_pool_waits_for_its_own_alarm() -> None:
    rule = replace(POLICY.stages[Stage.NEW], bypass="closers", limit=timedelta(minutes=4))
    pools = {**POLICY.pools, "closers": replace(POLICY.pools["inbound"], id="closers", members={"cem": 1})}
    policy = replace(POLICY, stages={**POLICY.stages, Stage.NEW: rule}, pools=pools)
    lead = owned_lead(policy, NINE)
    assert pool_of_due_steps(policy, lead, NINE) == "inbound"
    late = run_due_steps(policy, lead, INBOUND, {}, clock_at(9))
    assert late is not None
    assert late.after.owner_id == "ana"  # the bypass is about another pool: this rotation is not its own
    assert late.after.wake_at is not None
    assert late.after.wake_at <= clock_at(9)
    assert pool_of_due_steps(policy, late.after, clock_at(9)) == "closers"
    brought = run_due_steps(policy, late.after, Rotation(pool_id="closers"), {}, clock_at(9))
    assert brought is not None
    assert brought.after.pool_id == "closers"


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.CONTACTED])
def test_a_stalled_lead_gets_a_task_and_timer_and_notifies_the_stages_owner(stage: Stage) -> None:
    rule = replace(POLICY.stages[stage], limit=timedelta(days=2), owner="manager", bypass=None)
    policy = replace(POLICY, stages={**POLICY.stages, stage: rule})
    lead = owned_lead(policy, NINE)
    clock = replace(lead.clocks[0], target="stage", steps=(TimerStep(kind=StepKind.STALL, at=clock_at(600)),))
    standing = replace(lead, stage=stage, clocks=(clock,), wake_at=clock_at(600))
    change = ring(policy, standing)
    [(kind, actor, data)] = events(change)
    action = change.after.next_action
    assert action is not None
    assert (kind, actor) == ("lead_stalled", "system:sla")
    assert data == {"target": "stage", "task": action.what, "owner": "ana"}
    assert action.due_at == policy.calendars["office"].add(clock_at(600), timedelta(hours=4))
    running = change.after.clock(NEXT_ACTION)
    whole = next_action_clock(policy, action.due_at, clock_at(600))
    assert [s.kind for s in whole.steps] == [StepKind.BREACH, StepKind.ESCALATE, StepKind.REMIND]
    assert running == replace(whole, steps=(whole.steps[0], whole.steps[2]))  # the manager has just been notified
    again = change.after.clock("stage")
    assert again is not None
    assert [s.kind for s in again.steps] == [StepKind.STALL]
    assert again.steps[0].at > clock_at(600)
    escalated = {"due_at": clock.deadline.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "level": 1, "owner": "ana"}
    assert messages(change)[0] == ("escalate", "mia", {**escalated, "target": "stage"})


def test_nothing_rings_for_a_closed_or_unowned_lead() -> None:
    lead = owned_lead(POLICY, NINE)
    assert run_due_steps(POLICY, replace(lead, stage=Stage.WON), INBOUND, {}, clock_at(60)) is None
    assert run_due_steps(POLICY, new_lead(POLICY, NINE), INBOUND, {}, clock_at(60)) is None
    assert run_due_steps(POLICY, lead, INBOUND, {}, clock_at(2.9)) is None


def test_a_later_owner_gets_the_reassignment_window_or_else_the_whole_target() -> None:
    lead = owned_lead(POLICY, NINE)
    hot = POLICY.targets[lead.promise.target]
    assert hot.reassign is not None
    shorter = replace(hot, reassign=replace(hot.reassign, within=timedelta(minutes=2)))
    without = replace(hot, reassign=None)
    for target, minutes in ((hot, 5), (shorter, 2), (without, 5)):
        policy = replace(POLICY, targets={**POLICY.targets, hot.id: target})
        assert reassigned_due(policy, lead.promise, clock_at(10)) == clock_at(10 + minutes)


def test_a_team_promises_in_its_own_calendar_for_the_same_tier() -> None:
    own = owned_lead(POLICY, NINE).promise
    pool = POLICY.pools["projects"]
    promise = team_promise(POLICY, own, replace(pool, target=None), "ana", clock_at(60))
    assert (promise.tier, promise.target, promise.starts_at) == (own.tier, own.target, clock_at(60))
    assert promise.calendar == POLICY.teams[POLICY.people["ana"].team].calendar
    pool_promise = team_promise(POLICY, own, replace(pool, target="next_morning"), "ana", clock_at(60))
    assert (pool_promise.target, pool_promise.calendar) == ("next_morning", POLICY.targets["next_morning"].calendar)

"""Idle capacity against a second implementation.

Who had room for leads without an owner, checked every ten minutes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.event import Event
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from leadtight.reporting.facts.facts import LeadFact
from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.review.unassigned_leads import room_for_unassigned

# Friday and Saturday: a day on which the office opens twice, and one on which it does not.
START = datetime(2026, 3, 6, tzinfo=UTC)
PERIOD = ReportPeriod(
    start=START + timedelta(hours=6), end=START + timedelta(hours=40), as_of=START + timedelta(hours=40)
)
STEP = timedelta(minutes=10)
BERLIN = ZoneInfo("Europe/Berlin")
MEMBERS = ("ana", "ben", "cem")

moments = st.integers(0, 40 * 6).map(lambda steps: START + steps * STEP)
caps = st.builds(Caps, hour=st.sampled_from([None, 1]), day=st.sampled_from([None, 2]), open=st.sampled_from([None, 1]))


@st.composite
def facts(draw: st.DrawFn, number: int) -> LeadFact:
    received, later, closed = draw(moments), draw(st.none() | moments), draw(st.none() | moments)
    assigned = max(received, later) if later else None
    owner = draw(st.sampled_from(MEMBERS)) if assigned else None
    return LeadFact(
        lead_id=f"l{number}",
        version=1,
        source="web_form",
        tier="hot",
        target="hot",
        policy_version="1",
        stage="new",
        stage_since=received,
        owner=owner,
        owner_since=assigned,
        received_at=received,
        recorded_at=received,
        first_assigned_at=assigned,
        deadline=received,
        closed_at=max(closed, assigned or received) if closed else None,
    )


@st.composite
def companies(draw: st.DrawFn) -> Policy:
    shipped = policies.shipped()
    people = dict(shipped.people)
    for person in MEMBERS:
        begin, end = sorted((draw(moments), draw(moments)))
        away = (Absence(begin, end),) if draw(st.booleans()) and begin < end else ()
        people[person] = replace(people[person], caps=draw(caps), away=away, active=draw(st.integers(0, 3)) > 0)
    return replace(shipped, people=people)


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 10, deadline=None)  # a database each
@given(companies(), st.integers(1, 5).flatmap(lambda count: st.tuples(*map(facts, range(count)))))
def test_free_capacity_equals_a_check_at_every_step(policy: Policy, leads: tuple[LeadFact, ...]) -> None:
    with FactTable.of(leads) as table:
        rooms = room_for_unassigned(table, PERIOD, policy, STEP, lambda lead_id: history(policy, lead_id))
    actual = {lead_id: (room.people, room.since) for lead_id, room in rooms.items()}
    assert actual == {lead.lead_id: room for lead in leads if (room := _room(policy, leads, lead))}


def history(policy: Policy, lead_id: str) -> tuple[Event, ...]:
    inquiry = Inquiry(name="Somebody", email="somebody@private.example")
    return receive(
        policy, inquiry, lead_id=lead_id, source="web_form", form=None, received_at=START, now=START - STEP
    ).events


def _room(policy: Policy, leads: tuple[LeadFact, ...], lead: LeadFact) -> tuple[tuple[str, ...], datetime] | None:
    first: dict[str, datetime] = {}
    at, end = lead.recorded_at + STEP, lead.first_assigned_at or lead.closed_at or PERIOD.as_of
    while at < min(end, PERIOD.as_of):
        if at >= PERIOD.start:
            for person in MEMBERS:
                if person not in first and _is_free(policy, leads, person, at):
                    first[person] = at
        at += STEP
    return _in_order(first) if first else None


def _in_order(first: Mapping[str, datetime]) -> tuple[tuple[str, ...], datetime]:
    return tuple(sorted(first, key=lambda person: (first[person], person))), min(first.values())


def _is_free(policy: Policy, leads: tuple[LeadFact, ...], person: str, at: datetime) -> bool:
    member, local = policy.people[person], at.astimezone(BERLIN)
    minute = local.hour * 60 + local.minute
    closes = 16 if local.weekday() == 4 else 18
    if local.weekday() > 4 or not (9 * 60 <= minute < 12 * 60 + 30 or 13 * 60 + 30 <= minute < closes * 60):
        return False
    if not member.active or any(leave.start <= at < leave.end for leave in member.away):
        return False
    had = [lead for lead in leads if lead.owner == person and lead.owner_since and lead.owner_since <= at]
    still = [lead for lead in had if not lead.closed_at or lead.closed_at > at]
    within_hour = [lead for lead in had if lead.owner_since and lead.owner_since > at - timedelta(hours=1)]
    today = [lead for lead in had if lead.owner_since and lead.owner_since.astimezone(BERLIN).date() == local.date()]
    reached = ((member.caps.open, still), (member.caps.hour, within_hour), (member.caps.day, today))
    return not any(cap is not None and len(some) >= cap for cap, some in reached)

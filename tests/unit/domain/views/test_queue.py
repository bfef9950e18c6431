"""The order of a queue: total and stable.

Overdue first; until then hot before cold.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead, NextAction, Score
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION, Promise, SlaTimer
from leadtight.domain.views.queue import due_at, in_order
from leadtight.policy import loader as policies
from tests.unit.adapters.presentation.leads import MONDAY_NINE as NOW

pytestmark = pytest.mark.slow

POLICY = policies.shipped()
PLACES = {tier.id: place for place, tier in enumerate(POLICY.tiers)} | {"gone": len(POLICY.tiers)}


@st.composite
def lead(draw: st.DrawFn, number: int) -> Lead:
    due = NOW + timedelta(minutes=draw(st.integers(-90, 90)))
    target = draw(st.sampled_from([FIRST_RESPONSE, NEXT_ACTION]))
    tier = draw(st.sampled_from(sorted(PLACES)))
    return Lead(
        id=f"L{number:03d}",
        source="api",
        received_at=NOW,
        recorded_at=NOW,
        inquiry=Inquiry(name="Ada"),
        promise=Promise(tier=tier, target="hot", policy_version="1", starts_at=NOW, deadline=due),
        score=Score(total=draw(st.integers(-5, 5))),
        next_action=NextAction(what="Call", due_at=due),
        clocks=(SlaTimer(target=target, started_at=NOW, deadline=due, policy_version="1", steps=()),),
    )


@st.composite
def queues(draw: st.DrawFn) -> list[Lead]:
    return [draw(lead(number)) for number in range(draw(st.integers(0, 12)))]


@given(queues().flatmap(lambda leads: st.tuples(st.just(leads), st.permutations(leads))))
def test_the_order_is_total_for_any_input_order(both: tuple[list[Lead], list[Lead]]) -> None:
    leads, shuffled = both
    assert in_order(POLICY, shuffled, NOW) == in_order(POLICY, leads, NOW)
    assert sorted(lead.id for lead in in_order(POLICY, leads, NOW)) == sorted(lead.id for lead in leads)


@given(queues())
def test_overdue_leads_come_first_longest_first(leads: list[Lead]) -> None:
    ordered = in_order(POLICY, leads, NOW)
    late = [lead for lead in leads if due_at(lead) < NOW]
    assert {lead.id for lead in ordered[: len(late)]} == {lead.id for lead in late}
    dues = [due_at(lead) for lead in ordered[: len(late)]]
    assert dues == sorted(dues)


@given(queues())
def test_of_unanswered_leads_the_hotter_comes_first_and_within_a_tier_the_sooner(leads: list[Lead]) -> None:
    waiting = [lead for lead in in_order(POLICY, leads, NOW) if due_at(lead) >= NOW and lead.clock(FIRST_RESPONSE)]
    keys = [(PLACES[lead.promise.tier], due_at(lead), -lead.score.total, lead.id) for lead in waiting]
    assert keys == sorted(keys)


@given(queues())
def test_next_actions_are_ordered_by_time_then_tier_score_and_id(leads: list[Lead]) -> None:
    actions = [lead for lead in in_order(POLICY, leads, NOW) if lead.clock(NEXT_ACTION)]
    keys = [(due_at(lead), PLACES[lead.promise.tier], -lead.score.total, lead.id) for lead in actions]
    assert keys == sorted(keys)


@given(queues())
def test_removing_one_keeps_the_others_overdue_order(leads: list[Lead]) -> None:
    late = [replace(lead, clocks=()) for lead in leads if due_at(lead) < NOW]
    ordered = in_order(POLICY, late, NOW)
    assert in_order(POLICY, ordered[1:], NOW) == ordered[1:]

"""Every open lead has owner, stage, action and contact."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.app.outcomes.desk import HandOverForm
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, StaleSubmission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stage import Stage
from leadtight.policy import loader as policies
from tests.scenarios.world import HOT, WARM, World

pytestmark = pytest.mark.slow

SHIPPED = policies.shipped()
DETAILS = {
    outcome: ({"reason": "price"} if rule.needs_reason else {})
    | ({"follow_up": "2026-12-24T10:00"} if rule.needs_time else {})
    for outcome, rule in SHIPPED.outcomes.items()
}
STEPS = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from([HOT, WARM])),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 45, 600, 3 * 24 * 60, 11 * 24 * 60])),
    st.tuples(st.just("press"), st.sampled_from(sorted(SHIPPED.outcomes))),
    st.tuples(st.just("hand_over"), st.sampled_from(["projects", "inbound"])),
    st.tuples(st.just("away"), st.sampled_from(["ana", "ben", "cem", "dora"])),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("write"), st.sampled_from(["Any news?", "STOP"])),
)


@pytest.mark.proves("I2")
@settings(max_examples=settings().max_examples // 2)
@given(st.lists(STEPS, min_size=1, max_size=14))
def test_after_every_outcome_each_open_lead_has_owner_stage_next_action_and_last_contact(
    steps: list[tuple[str, Any]],
) -> None:
    world = World()
    world.receive(email="ada@example.com")
    for action, how in steps:
        _do(world, action, how)
        for lead_id in world.lead_ids():
            _is_complete(world, world.lead(lead_id))


@pytest.mark.proves("I2")
@pytest.mark.parametrize("outcome", sorted(SHIPPED.outcomes))
def test_each_outcome_leaves_an_open_lead_complete(outcome: str) -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    _do(world, "press", outcome)
    lead = world.lead(lead_id)
    assert lead.last_outcome is not None
    assert lead.last_outcome.outcome in (outcome, "connected")
    _is_complete(world, lead)


def _do(world: World, action: str, how: Any) -> None:
    lead_id = world.lead_ids()[0]
    if action == "receive":
        world.receive(message=how)
    elif action == "wait":
        world.advance(minutes=how)
    elif action == "away":
        world.table.set_away(how, world.now + timedelta(hours=30))
    elif action == "write":
        world.receive(email="ada@example.com", message=how)
    else:
        try:
            _record(world, lead_id, action, how)
        except (StopIteration, LinkExpired, StaleSubmission, InvalidInquiry):
            return  # what cannot be recorded now changes nothing
    world.run_stream()


def _record(world: World, lead_id: str, action: str, how: Any) -> None:
    if action == "press":
        world.press(lead_id, how, **DETAILS[how])
    elif action == "undo":
        world.undo(lead_id)
    else:
        form = HandOverForm(pool=how, reason="", submission=world.lead(lead_id).version)
        world.desk.hand_over(world.link(lead_id), form, world.now)


def _is_complete(world: World, lead: Lead) -> None:
    if not lead.is_open:
        return
    assert lead.owner_id in world.policy.people
    assert lead.stage in Stage
    assert lead.next_action is not None
    assert lead.next_action.what
    assert lead.next_action.due_at > lead.received_at
    assert lead.wake_at is not None
    reached = [e for e in world.table.history(lead.id) if e.kind is Kind.OUTCOME_RECORDED]
    assert lead.last_contact_at is not None or lead.stage is Stage.NEW, reached

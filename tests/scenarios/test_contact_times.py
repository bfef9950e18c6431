"""When a contact counts.

Proof counts from its time; words count from their recording where they could clear a miss.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.app.outcomes.recording import LeadView
from leadtight.devstage.console.standing import promise_status
from leadtight.domain.model.errors import InvalidInquiry, NotFound
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.first_contact import ContactProof, ProofSource
from tests.scenarios.reports import reports
from tests.scenarios.world import MONDAY_NINE, WARM, World

NINE_O_FIVE = MONDAY_NINE + timedelta(minutes=5)
BERLIN = "%Y-%m-%dT%H:%M"


def after(minutes: float) -> datetime:
    return MONDAY_NINE + timedelta(minutes=minutes)


def prove(
    world: World, lead_id: str, at: datetime, by: str = "ana", outcome: str = "connected", ref: str | None = None
) -> LeadView:
    evidence = ContactProof(proof=ProofSource.CALL_LOG, ref=ref or f"{by}-{at.isoformat()}", at=at)
    view = world.proofs.prove(lead_id, outcome, by, evidence, world.now)
    world.run_stream()
    return view


def typed(world: World, at: datetime) -> str:
    return at.astimezone(world.policy.company.zone).strftime(BERLIN)


def metrics(world: World) -> dict[str, Any]:
    """Return the nightly metrics of Monday, from the events alone."""
    day_after = MONDAY_NINE + timedelta(days=1)
    return reports(world).nightly(MONDAY_NINE.date(), max(world.now, day_after))


def verdict(lead: Lead, now: datetime) -> tuple[datetime | None, str | None, bool]:
    return lead.first_contact_at, lead.first_contact_by, lead.is_breached(now)


@pytest.mark.proves("R10")
@pytest.mark.slow
def test_r10_proof_of_a_contact_in_time_keeps_the_promise_even_an_hour_late() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(hours=1)
    warned = world.kinds(lead_id)
    assert world.lead(lead_id).is_breached(world.now)
    lead = prove(world, lead_id, after(3), ref="call-17").lead
    assert verdict(lead, world.now) == (after(3), "ana", False)
    assert lead.clock(FIRST_RESPONSE) is None
    assert promise_status(lead, world.now).kind == "kept"
    assert (metrics(world)["missed"], metrics(world)["contacted_in_window"]) == (0, 1)
    assert metrics(world)["buckets"]["under_5m"] == 1
    review = reports(world).weekly(MONDAY_NINE.date(), MONDAY_NINE + timedelta(days=7))
    assert review["headline"]["promises"] == {"due": 1, "kept": 1, "missed": 0}
    assert review["missed_promises"]["total"] == 0
    assert Kind.DEADLINE_MISSED in warned  # the history still shows that warnings went out
    assert world.kinds(lead_id) == [*warned, Kind.OUTCOME_PROVEN]
    [proven] = world.events(lead_id, Kind.OUTCOME_PROVEN)
    assert (proven.actor, proven.data["by"], proven.data["evidence"]["ref"]) == ("proof:call_log", "ana", "call-17")
    assert fold(world.table.history(lead_id)) == lead
    world.advance(days=1)
    assert Kind.LEAD_REASSIGNED not in world.kinds(lead_id)[len(warned) :]


def test_an_earlier_contact_moves_the_first_one_back_with_an_event_and_a_later_one_does_not() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=7)
    pressed = world.press(lead_id, "connected").lead
    assert pressed.is_breached(world.now)
    world.advance(minutes=30)
    corrected = prove(world, lead_id, after(4), by="ben").lead
    assert verdict(corrected, world.now) == (after(4), "ben", False)
    [event] = world.events(lead_id, Kind.FIRST_CONTACT_CORRECTED)
    assert event.actor == "proof:call_log"
    assert event.data["previous_by"] == "ana"
    later = prove(world, lead_id, after(20), by="cem").lead
    assert verdict(later, world.now) == verdict(corrected, world.now)
    assert len(world.events(lead_id, Kind.FIRST_CONTACT_CORRECTED)) == 1
    assert (later.attempts, later.last_contact_at) == (3, after(20))
    assert fold(world.table.history(lead_id)) == later


def test_late_news_keeps_stage_next_action_and_closing_of_the_latest_event() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=7)
    pressed = world.press(lead_id, "interested").lead
    world.advance(minutes=1)
    lead = prove(world, lead_id, after(2), outcome="voicemail").lead
    assert (lead.stage, lead.next_action, lead.clocks) == (Stage.QUALIFIED, pressed.next_action, pressed.clocks)
    assert lead.last_outcome == pressed.last_outcome


def test_early_proof_acts_as_an_outcome_and_keeps_the_owners_open_form_valid() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    opened = world.lead(lead_id).version
    world.advance(minutes=5)
    lead = prove(world, lead_id, after(4)).lead
    assert (lead.stage, lead.attempts) == (Stage.CONTACTED, 1)
    assert lead.clock(NEXT_ACTION) is not None
    assert world.press(lead_id, "interested", submission=opened).lead.stage is Stage.QUALIFIED
    world.undo(lead_id)
    assert verdict(world.lead(lead_id), world.now) == (after(4), "ana", False)  # undo does not remove proof


def test_repeated_proof_counts_once() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    once = prove(world, lead_id, after(3), ref="call-17").lead
    world.advance(hours=2)
    assert prove(world, lead_id, after(3), ref="call-17").lead.attempts == once.attempts == 1
    assert len(world.events(lead_id, Kind.OUTCOME_PROVEN)) == 1


def test_a_proven_attempt_without_contact_keeps_the_clock_running() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    lead = prove(world, lead_id, after(3), outcome="no_answer").lead
    assert (lead.first_contact_at, lead.attempts) == (None, 1)
    assert lead.clock(FIRST_RESPONSE) is not None


def test_a_call_after_a_timely_closing_breaks_no_promise() -> None:
    world = World()
    no_fit = replace(world.policy.outcomes["lost"], id="no_fit", contact=False, needs_reason=False)
    world.govern(replace(world.policy, outcomes={**world.policy.outcomes, "no_fit": no_fit}))
    lead_id = world.receive()
    world.press(lead_id, "no_fit")
    world.advance(hours=1)
    lead = world.press(lead_id, "connected").lead
    assert not lead.is_breached(world.now)
    assert promise_status(lead, world.now).kind == "kept"
    assert metrics(world)["missed"] == 0


@pytest.mark.parametrize(
    ("by", "at", "field"),
    [("ana", after(13), "happened_at"), ("ana", after(-2), "happened_at"), ("stranger", after(3), "by")],
)
def test_impossible_proof_is_refused_by_field(by: str, at: datetime, field: str) -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=10)
    with pytest.raises(InvalidInquiry) as caught:
        prove(world, lead_id, at, by=by)
    assert [p.field for p in caught.value.problems] == [field]


def test_proof_in_the_minute_of_arrival_counts_from_the_arrival_despite_clock_skew() -> None:
    world = World(now=MONDAY_NINE + timedelta(seconds=30))
    early, ahead = world.receive(), world.receive()
    assert prove(world, early, MONDAY_NINE).lead.first_contact_at == world.now
    in_a_minute = world.now + timedelta(minutes=1)
    assert prove(world, ahead, in_a_minute).lead.first_contact_at == in_a_minute


def test_proof_for_a_missing_lead_says_so() -> None:
    with pytest.raises(NotFound):
        prove(World(), "gone", MONDAY_NINE)


def test_a_typed_time_before_the_deadline_counts() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    world.advance(minutes=20)
    lead = world.press(lead_id, "connected", happened_at=typed(world, after(10))).lead
    assert verdict(lead, world.now) == (after(10), "ana", False)


@pytest.mark.proves("R10")
@pytest.mark.parametrize(("deadline", "recorded"), [(5, 6), (5, 30), (60, 50)])
def test_a_typed_time_that_could_clear_a_miss_or_is_long_ago_is_kept_as_a_claim(deadline: int, recorded: int) -> None:
    world = World()
    lead_id = world.receive(**({"message": WARM} if deadline == 60 else {}))
    assert world.lead(lead_id).promise.deadline == after(deadline)
    world.advance(minutes=recorded)
    lead = world.press(lead_id, "connected", happened_at=typed(world, after(4))).lead
    assert lead.first_contact_at == world.now
    assert lead.is_breached(world.now) == (recorded > deadline)
    assert lead.last_outcome is not None
    assert lead.last_outcome.claimed_at == after(4)
    [event] = world.events(lead_id, Kind.OUTCOME_RECORDED)
    assert event.data["claimed_at"] != event.data["counted_at"]
    proven = prove(world, lead_id, after(4)).lead  # the same call, now proved
    assert not proven.is_breached(world.now)


@pytest.mark.proves("F9")
def test_no_outcome_undo_or_typed_time_clears_a_missed_promise() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=7)
    world.press(lead_id, "connected", happened_at=typed(world, after(1)))
    world.undo(lead_id)
    world.advance(minutes=1)
    world.press(lead_id, "interested", happened_at=typed(world, after(1)))
    assert world.lead(lead_id).is_breached(world.now)


@pytest.mark.parametrize("text", ["2026-11-23T09:30", "2026-11-23T08:50", "yesterday"])
def test_an_impossible_typed_time_is_refused_by_field(text: str) -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=10)
    lead_before = world.lead(lead_id)
    with pytest.raises(InvalidInquiry) as caught:
        world.press(lead_id, "connected", happened_at=text)
    assert [p.field for p in caught.value.problems] == ["happened_at"]
    assert world.lead(lead_id) == lead_before


proofs = st.lists(
    st.tuples(
        st.integers(0, 120).map(lambda half_minutes: after(half_minutes / 2)),
        st.sampled_from(["ana", "ben", "cem"]),
        st.sampled_from(["connected", "interested", "voicemail", "no_answer"]),
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


@pytest.mark.proves("R10")
@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(proofs=proofs, press_at=st.sampled_from([None, 0, 1, 2]))
def test_r10_every_order_of_arrival_gives_the_same_first_contact_and_verdict(
    proofs: list[tuple[datetime, str, str]], press_at: int | None
) -> None:
    contacts = [(at, by) for at, by, outcome in proofs if outcome not in ("voicemail", "no_answer")]
    for order in permutations(proofs):
        world = World(sweeping=False)
        lead_id = world.receive()
        world.advance(minutes=61)
        for number, (at, by, outcome) in enumerate(order):
            world.advance(minutes=3)
            prove(world, lead_id, at, by=by, outcome=outcome)
            if number == press_at:  # late claims that must not change the verdict
                world.press(lead_id, "connected", happened_at=typed(world, after(1)))
        lead = world.lead(lead_id)
        assert fold(world.table.history(lead_id)) == lead
        if contacts:
            first_at, first_by = min(contacts)
            assert verdict(lead, world.now) == (first_at, first_by, first_at > NINE_O_FIVE)
        else:
            assert lead.is_breached(world.now)

"""Everything that one assignment changes.

Owner, clocks, next action, alert, receipt and the rotation.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from leadtight.domain.model.capacity import Caps, Load, OwnerState, RampStep
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.enrolment import EnrolmentOrigin
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Handover, Lead, NextAction
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.model.rotation import LEAD, Rotation
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Strategy
from leadtight.domain.promises.deadlines import first_response_clock
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.promises.stall import qualification_clock
from leadtight.domain.routing.receipt import ALL_FULL, EXISTING_OWNER, HANDED_OVER, NO_ELIGIBLE_REP, ROTATION, Receipt
from leadtight.domain.routing.selection import candidates_for, choose, owner_after_assignment
from leadtight.policy import loader as policies
from tests.unit.domain.leads import new_lead

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(minutes=3)
POLICY = policies.shipped()
TURN = Rotation(pool_id="inbound", turn=7, credits={"ana": 0, "ben": LEAD, "cem": -LEAD})


def with_caps(policy: Policy, person: str, caps: Caps) -> Policy:
    return replace(policy, people={**policy.people, person: replace(policy.people[person], caps=caps)})


def with_pool(policy: Policy, pool: str, **fields: object) -> Policy:
    return replace(policy, pools={**policy.pools, pool: replace(policy.pools[pool], **fields)})  # type: ignore[arg-type]  # named by the test


def recorded(policy: Policy, lead: Lead, outcome: str) -> Lead:
    change = record_outcome(policy, lead, outcome, by="ben", submission=lead.version, now=LATER)
    assert change is not None
    return change.after


def nobody_there(policy: Policy) -> Policy:
    away = (Absence(start=MONDAY - timedelta(days=1), end=MONDAY + timedelta(days=1)),)
    people = {
        p: replace(person, away=away) if p in policy.pools["inbound"].members else person
        for p, person in policy.people.items()
    }
    return replace(policy, people=people)


@pytest.mark.parametrize(
    ("inquiry", "action"),
    [
        (Inquiry(name="Ada Obi", phone="+4930901820"), "Call Ada Obi"),
        (Inquiry(name="Ada Obi", email="ada@example.com"), "Write to Ada Obi"),
        (Inquiry(name="Ada Obi", handle="whatsapp:u-1"), "Write to Ada Obi"),
        (Inquiry(name="Ada Obi", fields={"permalink": "https://social.example/m/1"}), "Write to Ada Obi"),
        (Inquiry(name="Ada Obi"), "Find a way to reach Ada Obi, or close the lead"),
        (Inquiry(name="Ada Obi", fields={"email": "ada-at-example"}), "Find a way to reach Ada Obi, or close the lead"),
    ],
)
def test_the_first_action_is_possible(inquiry: Inquiry, action: str) -> None:
    assert first_action(replace(new_lead(POLICY, MONDAY), inquiry=inquiry)) == action


def test_an_assignment_sets_owner_timer_next_action_and_alert_in_one_change() -> None:
    lead = new_lead(POLICY, MONDAY)
    change = assign(POLICY, lead, TURN, {}, LATER)
    assert change is not None
    after = change.after
    assert (after.owner_id, after.first_owner_id, after.pool_id) == ("ben", "ben", "inbound")
    assert (after.owned_since, after.first_assigned_at, after.waiting_since) == (LATER, LATER, None)
    assert after.generation == lead.generation + 1
    assert after.next_action == NextAction(what="Write to Ada Obi", due_at=lead.promise.deadline)
    assert after.clocks[0] == first_response_clock(POLICY, lead.promise, hops=0, owned_at=LATER)
    [assigned] = [event for event in change.events if event.kind is EventKind.LEAD_ASSIGNED]
    assert (assigned.actor, assigned.at, assigned.data["owner"]) == ("system:route", LATER, "ben")
    assert assigned.data["receipt"]["turn"] == 7
    alerts = [message for message in change.messages if message.template is Template.ALERT_OWNER]
    assert {(m.recipient, m.channel) for m in alerts} >= {("ben", Channel.EMAIL)}
    for alert in alerts:
        assert alert.data["due_at"] == "2026-11-23T09:05:00.000000Z"
        assert alert.data["reason"] == "rotation"
    third = LEAD // 3
    assert change.rotation == Rotation(
        pool_id="inbound", turn=8, credits={"ana": third, "ben": third, "cem": third - LEAD}
    )
    assert change.loads == (Load(person_id="ben", by=1),)


def test_a_lead_with_a_number_is_called() -> None:
    change = assign(POLICY, new_lead(POLICY, MONDAY, phone="+4930123456"), TURN, {}, MONDAY)
    assert change is not None
    assert change.after.next_action is not None
    assert change.after.next_action.what == "Call Ada Obi"


def test_the_timer_of_a_bypass_stage_begins_with_the_assignment() -> None:
    rule = replace(POLICY.stages[Stage.NEW], bypass="large_projects")
    policy = replace(POLICY, stages={**POLICY.stages, Stage.NEW: rule})
    change = assign(policy, new_lead(policy, MONDAY), TURN, {}, LATER)
    assert change is not None
    [clock] = qualification_clock(policy, change.after, LATER)
    assert clock in change.after.clocks


def test_a_lead_answered_before_assignment_keeps_its_timers_and_next_action() -> None:
    change = assign(POLICY, new_lead(POLICY, MONDAY), TURN, {}, MONDAY)
    assert change is not None
    contacted = recorded(POLICY, change.after, "connected")
    answered = replace(contacted, owner_id=None)
    again = assign(POLICY, answered, TURN, {}, LATER)
    assert again is not None
    assert again.after.next_action == answered.next_action
    assert again.after.clocks == answered.clocks
    [alert] = [m for m in again.messages if m.template is Template.ALERT_OWNER and m.channel is Channel.EMAIL]
    assert answered.next_action is not None
    assert alert.data["due_at"] == answered.next_action.due_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_an_owned_or_closed_lead_is_left_alone() -> None:
    lead = new_lead(POLICY, MONDAY)
    assert assign(POLICY, replace(lead, owner_id="ana"), TURN, {}, MONDAY) is None
    assert assign(POLICY, replace(lead, stage=Stage.LOST, closed_at=MONDAY), TURN, {}, MONDAY) is None


def test_without_candidates_the_catch_all_has_it_waiting_and_no_turn_is_used() -> None:
    policy = nobody_there(POLICY)
    change = assign(policy, new_lead(policy, MONDAY), TURN, {}, LATER)
    assert change is not None
    assert change.after.owner_id == policy.routing.catch_all
    assert change.after.waiting_since == LATER
    assert change.rotation is None
    [assigned] = [event for event in change.events if event.kind is EventKind.LEAD_ASSIGNED]
    assert assigned.data["receipt"]["reason"] == NO_ELIGIBLE_REP


@pytest.mark.parametrize(("dealt_with", "enrolled"), [(False, True), (True, False)])
def test_a_tiers_sequence_applies_only_to_untouched_leads(dealt_with: bool, enrolled: bool) -> None:
    mine = new_lead(POLICY, MONDAY).promise.tier
    tiers = (replace(tier, sequence="nurture" if tier.id == mine else "follow_up") for tier in POLICY.tiers)
    policy = replace(POLICY, tiers=tuple(tiers))
    change = assign(policy, new_lead(policy, MONDAY), TURN, {}, MONDAY)
    assert change is not None
    lead = new_lead(policy, MONDAY)
    if dealt_with:
        contacted = recorded(policy, replace(change.after, enrolment=None), "voicemail")
        lead = replace(contacted, owner_id=None, enrolment=None)
    again = assign(policy, lead, TURN, {}, MONDAY)
    assert again is not None
    begun = again.after.enrolment
    assert (begun is not None) is enrolled
    assert begun is None or (begun.sequence, begun.origin, begun.starts_at) == ("nurture", EnrolmentOrigin.TIER, MONDAY)


def receipt_for(policy: Policy, lead: Lead, roster: dict[str, OwnerState]) -> tuple[Receipt, Load]:
    change = assign(policy, lead, TURN, roster, LATER)
    assert change is not None
    [assigned] = [event for event in change.events if event.kind is EventKind.LEAD_ASSIGNED]
    [load] = change.loads
    return from_document(Receipt, assigned.data["receipt"]), load


def test_the_state_checked_for_a_cap_is_part_of_the_change() -> None:
    roster = {p: OwnerState(person_id=p, open=2, turn=4) for p in POLICY.people}
    free, capped = with_caps(POLICY, "ben", Caps()), with_caps(POLICY, "ben", Caps(day=2))
    lead = new_lead(POLICY, MONDAY)
    assert receipt_for(free, lead, roster)[1].taken is None  # they were not loaded
    assert receipt_for(capped, lead, {})[1].taken is None  # unknown
    uncounted = assign(capped, replace(lead, counts_to_cap=False), TURN, roster, LATER)
    assert uncounted is not None
    assert uncounted.loads == ()
    state = receipt_for(capped, lead, roster)[1].taken
    assert state == OwnerState(person_id="ben", open=3, turn=5, recent=(LATER,))
    least = with_pool(free, "inbound", strategy=Strategy.LEAST_LOADED)
    assert receipt_for(least, lead, roster)[1].taken == OwnerState(person_id="ben", open=3, turn=5)


def test_an_unchosen_catch_all_person_is_not_counted() -> None:
    policy = with_caps(nobody_there(POLICY), POLICY.routing.catch_all, Caps(day=2))
    roster = {p: OwnerState(person_id=p) for p in POLICY.people}
    lead = new_lead(policy, MONDAY)
    receipt, load = receipt_for(policy, lead, roster)
    assert receipt.found_nobody
    assert load.taken is None
    assert owner_after_assignment(policy, lead, replace(receipt, reason=ALL_FULL), roster) is None


def test_only_assignments_relevant_to_caps_are_remembered() -> None:
    state = OwnerState(person_id="ana", recent=(MONDAY, MONDAY + timedelta(minutes=9)))
    caps = Caps(hour=2, day=1, ramp=(RampStep(days=14, day=2),), started=date(2026, 11, 1))
    assert state.after_one_more(caps, LATER).recent == (LATER, MONDAY + timedelta(minutes=9))
    assert state.after_one_more(Caps(open=5), LATER).recent == ()
    assert state.after_one_more(Caps(day=9), LATER).recent == (MONDAY, LATER, MONDAY + timedelta(minutes=9))


def test_routing_reads_the_pool_and_by_rule_the_known_owner() -> None:
    rules = tuple(replace(rule, to_existing_owner=True) for rule in POLICY.routing.rules)
    knowing = replace(POLICY, routing=replace(POLICY.routing, rules=rules))
    lead = new_lead(POLICY, MONDAY)
    members = tuple(POLICY.pools["inbound"].members)
    stranger = next(p for p in POLICY.people if p not in members)
    assert candidates_for(knowing, lead)[1] == members
    assert candidates_for(knowing, replace(lead, known_owner_id=stranger))[1] == (*members, stranger)
    assert candidates_for(knowing, replace(lead, known_owner_id=members[1]))[1] == members
    assert candidates_for(knowing, replace(lead, known_owner_id="somebody who left"))[1] == members
    assert candidates_for(POLICY, replace(lead, known_owner_id=stranger))[1] == members


def receipt_of(
    policy: Policy, lead: Lead, roster: dict[str, OwnerState] | None = None, turn: Rotation = TURN
) -> Receipt:
    return choose(policy, lead, turn, roster or {}, LATER, not_again=frozenset())[0]


def test_a_handover_overrides_all_rules_and_a_tiers_pool_overrides_rules() -> None:
    lead = new_lead(POLICY, MONDAY)
    handed = replace(lead, handover=Handover(pool="projects", promise=lead.promise))
    assert (receipt_of(POLICY, handed).rule, receipt_of(POLICY, handed).pool) == (HANDED_OVER, "projects")
    gone = replace(lead, handover=Handover(pool="a pool of old", promise=lead.promise))
    assert receipt_of(POLICY, gone).rule == receipt_of(POLICY, lead).rule == "everything_else"
    pools = {lead.promise.tier: "projects"}
    tiers = tuple(replace(tier, pool=pools.get(tier.id, "inbound")) for tier in POLICY.tiers)
    tiered = replace(POLICY, tiers=tiers)
    assert (receipt_of(tiered, lead).rule, receipt_of(tiered, lead).pool) == (f"tier:{lead.promise.tier}", "projects")
    knowing = to_known_owner(tiered)
    assert receipt_of(knowing, lead).rule == "everything_else"
    assert receipt_of(tiered, replace(lead, promise=replace(lead.promise, tier="of old"))).rule == "everything_else"
    assert receipt_of(POLICY, lead).policy_version == POLICY.version


def to_known_owner(policy: Policy) -> Policy:
    rules = tuple(replace(rule, to_existing_owner=True) for rule in policy.routing.rules)
    return replace(policy, routing=replace(policy.routing, rules=rules))


def test_a_known_owner_gets_it_by_rule_and_has_weight_one_in_the_receipt() -> None:
    lead = replace(new_lead(POLICY, MONDAY), known_owner_id="mia")
    there = {p: OwnerState(person_id=p) for p in POLICY.people}
    receipt = receipt_of(to_known_owner(POLICY), lead, there)
    assert (receipt.owner, receipt.reason, receipt.people, receipt.weights) == ("mia", EXISTING_OWNER, ("mia",), {})
    assert receipt_of(POLICY, lead, there).reason == ROTATION
    assert receipt_of(to_known_owner(POLICY), lead, {}).reason == ROTATION  # unknown
    away = {**there, "mia": OwnerState(person_id="mia", away_until=LATER + timedelta(hours=1))}
    by_turn = receipt_of(to_known_owner(POLICY), lead, away)
    assert (by_turn.reason, by_turn.people[0], by_turn.weights) == (ROTATION, "mia", {})
    assert by_turn.owner != "mia"


def test_least_loaded_treats_unknown_load_as_zero() -> None:
    least = with_pool(POLICY, "inbound", strategy=Strategy.LEAST_LOADED)
    busy = {p: OwnerState(person_id=p, open=1) for p in ("ana", "ben")}
    assert receipt_of(least, new_lead(least, MONDAY), busy).owner == "cem"
    assert receipt_of(nobody_there(least), new_lead(least, MONDAY), busy).reason == NO_ELIGIBLE_REP


def test_only_languages_match_by_their_first_part() -> None:
    for need, spoken, met in (
        ("language", {"de"}, True),
        ("language", {"at"}, False),
        ("language", {"de-at"}, True),
        ("product", {"de"}, False),
        ("product", {"de-at"}, True),
    ):
        people = {
            p: replace(person, skills=frozenset(spoken if p == "cem" else {"x"})) for p, person in POLICY.people.items()
        }
        policy = replace(with_pool(POLICY, "inbound", require=(need,), relax=()), people=people)
        receipt = receipt_of(policy, new_lead(policy, MONDAY, **{need: "de-AT"}))
        assert (receipt.owner == "cem") is met, (need, spoken)


def test_an_absent_person_accrues_exactly_their_weight_a_turn_up_to_the_bound() -> None:
    turn, share = Rotation(pool_id="p", credits={"a": 0, "b": 0}), LEAD // 4
    chosen, after = turn.take({"a": 1, "b": 1}, absent={"c": 2}, owed_at_most=1)
    assert (chosen, after.credits) == ("a", {"a": share - LEAD, "b": share, "c": 2 * share})
    _, further = after.take({"a": 1, "b": 1}, absent={"c": 2}, owed_at_most=1)
    assert further.credits["c"] == LEAD
    _, bound = further.take({"a": 1, "b": 1}, absent={"c": 2}, owed_at_most=1)
    assert (bound.credits["c"], sum(bound.credits.values())) == (LEAD, 0)
    assert turn.take({"a": 1, "b": 1}, absent={"c": 2})[1].credits["c"] == 0
    with pytest.raises(ValueError, match=r"^no candidate to choose from$"):
        turn.take({})

"""Leads excluded by a rule: stored, unowned, not counted (F12).

They are seen, but not timed.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.devstage.console.standing import promise_status
from leadtight.devstage.console.story import story_lines
from leadtight.domain.model.errors import StaleSubmission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.outcomes.first_contact import ContactProof, ProofSource
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.rules import ExcludeRule, UnwantedReason
from leadtight.reporting.facts.projection import fold as facts_of
from tests.scenarios.reports import reports
from tests.scenarios.world import MONDAY_NINE, World

pytestmark = pytest.mark.slow

OURS = ExcludeRule(
    id="ours", reason=UnwantedReason.TEST, when=Condition(email=("@Test.Example", "boss@harbour.example"))
)
SEO = ExcludeRule(id="seo", reason=UnwantedReason.SPAM, when=Condition(message_has=("backlinks",)))
AGAIN = ExcludeRule(id="again", reason=UnwantedReason.DUPLICATE, when=Condition(field_is={"copy": ("yes",)}))
TEST = {"email": "qa@test.example"}


def excluding(**knobs: Any) -> World:
    world = World(**knobs)
    world.govern(replace(world.policy, exclude=(OURS, SEO, AGAIN)))
    return world


@pytest.mark.proves("F12")
@pytest.mark.parametrize(
    ("body", "rule", "reason"),
    [
        (TEST, "ours", "test"),
        ({"email": "Boss@Harbour.example"}, "ours", "test"),
        ({"email": "qa@test.example", "message": "backlinks, cheap"}, "ours", "test"),
        ({"message": "Buy backlinks today", "phone": "+49 30 901820", "consent": {"sms": True}}, "seo", "spam"),
        ({"fields": {"copy": "yes"}}, "again", "duplicate"),
    ],
)
def test_f12_an_excluded_lead_is_stored_and_visible_without_owner_timer_or_message(
    body: dict[str, Any], rule: str, reason: str
) -> None:
    world = excluding()
    lead_id = world.receive(**body)
    world.advance(days=10)
    lead = world.lead(lead_id)
    assert lead.excluded is not None
    assert (lead.excluded.rule, lead.excluded.reason) == (rule, reason)
    assert lead.excluded.policy_version == world.policy.version
    assert (lead.is_open, lead.closed_at, lead.owner_id, lead.clocks) == (False, MONDAY_NINE, None, ())
    assert lead.wake_at is None
    assert world.kinds(lead_id) == [Kind.LEAD_RECEIVED, Kind.LEAD_EXCLUDED]
    assert (world.table.messages(lead_id), world.mailer.sent, world.texter.sent) == ((), [], [])
    assert not lead.is_breached(world.now)
    assert promise_status(lead, world.now).label == "Not counted"
    texts = [entry.text for entry in story_lines(world.policy, lead, world.table.history(lead_id), world.now)]
    assert f"by the rule “{rule}”" in texts[-1]
    assert fold(world.table.history(lead_id)) == lead
    assert world.repairs() == 0


@pytest.mark.parametrize(
    "email", ["qa@test.example.org", "qa@mytest.example", "theboss@harbour.example", "test.example"]
)
def test_an_address_that_only_resembles_an_excluded_one_counts(email: str) -> None:
    world = excluding()
    assert world.lead(world.receive(email=email)).owner_id == "ana"


@pytest.mark.proves("F12")
def test_f12_excluded_leads_take_no_turn_and_count_only_under_their_reason() -> None:
    world = excluding()
    kept = world.receive()
    for body in (TEST, TEST | {"name": "Q"}, {"message": "backlinks"}):
        world.receive(**body)
    other = world.receive()
    late = MONDAY_NINE - timedelta(hours=2)
    world.receive(email="late@test.example", received_at=late.isoformat())  # its deadline has passed on arrival
    assert [world.lead(i).owner_id for i in (kept, other)] == ["ana", "ben"]
    world.advance(minutes=1)
    world.press(kept, "connected")
    world.advance(days=1)
    report = reports(world).nightly(MONDAY_NINE.date(), world.now)
    assert (report["leads"], report["contacted"], report["missed"], report["pending"]) == (2, 1, 1, 0)
    assert (report["follow_up_rate"], sum(report["buckets"].values())) == (0.5, 2)
    assert report["excluded"] == {"total": 4, "by_reason": {"spam": 1, "test": 3}}
    assert report["day"]["events"]["excluded"] == 4
    assert sum(source["leads"] for source in report["sources"]) == 2
    review = reports(world).weekly(MONDAY_NINE.date(), MONDAY_NINE + timedelta(days=8))
    assert review["headline"]["promises"] == {"due": 2, "kept": 1, "missed": 1}
    assert review["headline"]["excluded"]["total"] == 4
    listed = {row["lead_id"] for question in review["questions"].values() for row in question["leads"]}
    assert listed <= {kept, other}
    assert [row["lead_id"] for row in review["missed_promises"]["leads"]] == [other]


def test_no_outcome_can_be_recorded_on_an_excluded_lead() -> None:
    world = excluding()
    lead_id = world.receive(**TEST)
    token = world.links.outcome(world.lead(lead_id), "mia", world.now).rpartition("/")[2]
    with pytest.raises(StaleSubmission, match="excluded as test"):
        world.press_form(token, OutcomeForm(outcome="connected", submission=1))
    proof = ContactProof(proof=ProofSource.CALL_LOG, ref="1", at=world.now)
    with pytest.raises(StaleSubmission, match="rule ours"):
        world.proofs.prove(lead_id, "connected", "ana", proof, world.now)


def test_a_failing_or_repeating_stream_assigns_no_excluded_lead() -> None:
    world = excluding(stream_doubled=True)
    lead_id = world.receive(**TEST)
    world.sweep()
    assert world.lead(lead_id).version == 1


@pytest.mark.proves("F12")
def test_f12_both_clocks_are_stored_and_only_a_human_contact_stops_them() -> None:
    world = World(stream_down=True, sweeping=False)
    lead_id = world.receive()
    world.stream_down = False
    world.advance(minutes=2)
    world.sweep()  # two minutes without an owner: the owner's clock starts later than the lead's
    lead = world.lead(lead_id)
    assert (lead.received_at, lead.promise.starts_at) == (MONDAY_NINE, MONDAY_NINE)
    assert (lead.first_assigned_at, lead.owned_since) == (world.now, world.now)
    assert world.mailer.sent  # acknowledged and alerted, which is no contact
    world.press(lead_id, "no_answer")
    lead = world.lead(lead_id)
    assert lead.first_contact_at is None
    assert lead.clock(FIRST_RESPONSE) is not None
    world.advance(minutes=2)
    lead = world.press(lead_id, "connected").lead
    assert (lead.first_contact_at, lead.first_contact_by) == (world.now, "ana")
    assert lead.clock(FIRST_RESPONSE) is None
    fact = facts_of({}, world.table.history(lead_id), settled_before=world.now).facts[lead_id]
    assert (fact.received_at, fact.first_assigned_at, fact.first_contact_at) == (
        lead.received_at,
        lead.first_assigned_at,
        lead.first_contact_at,
    )

"""May this message go, now, to this person?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.domain.change import ChangeBuilder
from leadtight.domain.compliance.contact_hours import ContactWindow
from leadtight.domain.compliance.send_permission import (
    Decision,
    Permission,
    Refusal,
    Suppression,
    Wait,
    Windows,
    authorize_send,
)
from leadtight.domain.model.enrolment import Enrolment, EnrolmentOrigin, PlannedStep, StepAction
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.inquiry import Consent, Inquiry
from leadtight.domain.model.message import LEAD, TO_TEAM, Channel, Message, Template
from leadtight.domain.policy.messaging import Voice
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import LegalBasis
from leadtight.domain.sequences.progress import enrol
from leadtight.policy import loader as policies
from tests.unit.domain.leads import new_lead

POLICY = policies.shipped()
WINDOWS = RealHours().windows
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
CALLING = replace(POLICY, voice=Voice(instance="i", contact_flow="f", source_number="+4930123450"))
BOTH: dict[str, Any] = {"phone": "+4930901820", "consent": Consent(sms=True, text="yes")}


def decide(
    channel: Channel,
    now: datetime = NOON,
    *,
    recipient: str = LEAD,
    suppressed: tuple[Channel, ...] = (),
    policy: Policy = POLICY,
    windows: Windows = WINDOWS,
    **inquiry: Any,
) -> Decision:
    message = Message(
        id="m",
        lead_id="L1",
        template=Template.ACKNOWLEDGE,
        channel=channel,
        recipient=recipient,
        created_at=now,
        next_try_at=now,
    )
    lead = new_lead(policy, now, **({"phone_proof": "verified"} | inquiry))
    return authorize_send(policy, message, lead, Suppression(channels=frozenset(suppressed)), windows, now)


def allowed(channel: Channel, address: str, basis: str, zones: tuple[str, ...] = ()) -> Permission:
    return Permission(
        person=person_key(address),
        channel=channel,
        purpose=Template.ACKNOWLEDGE,
        address=address,
        policy_version=POLICY.version,
        basis=basis,
        zones=zones,
    )


def test_an_inquiry_permits_its_acknowledgement() -> None:
    assert decide(Channel.EMAIL) == allowed(Channel.EMAIL, "ada@example.com", "inquiry")


def test_a_text_requires_consent_a_number_and_a_permitted_hour() -> None:
    berlin = ("Europe/Berlin",)
    assert decide(Channel.SMS, **BOTH) == allowed(Channel.SMS, "+4930901820", "consent", berlin)
    assert decide(Channel.SMS, phone="+4930901820") == Refusal("no consent to texts", berlin)
    assert decide(Channel.SMS, **BOTH, phone_proof="") == Refusal("the phone number is not verified", berlin)
    assert decide(Channel.SMS, consent=Consent(sms=True)) == Refusal("no sms address")
    night = NOON + timedelta(hours=12)
    assert decide(Channel.SMS, night, **BOTH) == Wait(NOON + timedelta(hours=20), "outside permitted hours", berlin)


def test_a_number_in_no_known_zone_is_not_texted() -> None:
    decision = decide(Channel.SMS, windows=lambda number, inquiry: (), **BOTH)
    assert decision == Refusal("the time zone of the number is unknown")


def test_an_ended_channel_is_refused_and_the_other_is_not() -> None:
    assert decide(Channel.EMAIL, suppressed=(Channel.EMAIL,)) == Refusal("opted out of email")
    assert isinstance(decide(Channel.SMS, suppressed=(Channel.EMAIL,), **BOTH), Permission)


def test_team_members_are_reached_at_the_policys_address_at_any_hour() -> None:
    night = NOON + timedelta(hours=12)
    permission = decide(Channel.EMAIL, night, recipient="ana", suppressed=(Channel.EMAIL,))
    assert isinstance(permission, Permission)
    assert (permission.address, permission.basis) == ("ana@leadtight.example", "team")
    assert decide(Channel.SMS, recipient="ana") == Refusal("ana has no sms address in the policy")
    assert decide(Channel.EMAIL, recipient="zoe") == Refusal("zoe has no email address in the policy")


NUMBERS = ["+4930901820", "+61412345678", "+551199999", "+18005551234", "+13055551234", "+14015551234", "+6421123456"]


@pytest.mark.slow
@given(
    phone=st.sampled_from(NUMBERS),
    country=st.sampled_from(["", "US", "DE", "JP"]),
    timezone=st.sampled_from(["", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "Nowhere/At_All"]),
    minute=st.integers(0, 366 * 1440),
    start=st.integers(0, 21),
    hours=st.integers(2, 23),
)
def test_a_text_is_sent_only_in_hours_permitted_in_every_zone_and_waits_for_the_first(
    phone: str, country: str, timezone: str, minute: int, start: int, hours: int
) -> None:
    messaging = replace(POLICY.messaging, sms_from=time(start), sms_until=time(min(start + hours, 23), 30))
    policy = replace(POLICY, messaging=messaging)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    body: dict[str, Any] = {**BOTH, "phone": phone, "country": country, "fields": {"timezone": timezone}}
    places = RealHours().windows(phone, Inquiry(phone=phone, country=country, fields={"timezone": timezone}))

    decision = decide(Channel.SMS, now, policy=policy, **body)
    assert {place.zone.key for place in places} == set(decision.zones)
    if isinstance(decision, Permission):
        assert permitted(policy, places, now)
    if isinstance(decision, Wait):
        assert now < decision.until
        assert permitted(policy, places, decision.until)
        assert not permitted(policy, places, decision.until - timedelta(seconds=1))
        assert isinstance(decide(Channel.SMS, decision.until, policy=policy, **body), Permission)


def permitted(policy: Policy, places: tuple[ContactWindow, ...], at: datetime) -> bool:
    """Check local times, independently of the product."""
    for place in places:
        local = at.astimezone(place.zone)
        day = place.week[local.weekday()]
        if day is None or local.date() in place.closed or not day[0] <= local.time() < day[1]:
            return False
        if not policy.messaging.sms_from <= local.time() < policy.messaging.sms_until:
            return False
    return True


@given(
    phone=st.sampled_from(NUMBERS),
    country=st.sampled_from(["", "US", "DE", "JP"]),
    timezone=st.sampled_from(["", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "Nowhere/At_All"]),
    minute=st.integers(0, 366 * 1440),
)
def test_nobody_is_called_outside_the_hours_of_any_possible_zone_on_any_day_of_a_year(
    phone: str, country: str, timezone: str, minute: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    agreed = Consent(marketing=(Channel.VOICE,), text="yes")
    body: dict[str, Any] = {"phone": phone, "country": country, "fields": {"timezone": timezone}, "consent": agreed}
    places = WINDOWS(phone, Inquiry(phone=phone, country=country, fields={"timezone": timezone}))
    decision = ring(now, **body)
    assert {place.zone.key for place in places} == set(decision.zones)
    if isinstance(decision, Wait):
        assert not permitted(CALLING, places, now)
        assert permitted(CALLING, places, decision.until)
        assert isinstance(ring(decision.until, **body), Permission)
    else:
        assert isinstance(decision, Permission) == permitted(CALLING, places, now) or not places


def ring(now: datetime, **inquiry: Any) -> Decision:
    """Return the decision on the call of a plan."""
    planned = PlannedStep(id="ring", action=StepAction.VOICE, what="Call {name}", at=now)
    enrolment = Enrolment(
        id="plan.1",
        sequence="plan",
        origin=EnrolmentOrigin.TIER,
        starts_at=now,
        stop_on=(),
        started=True,
        calling=planned,
    )
    message = Message(
        id="m",
        lead_id="L1",
        template=Template.SEQUENCE_STEP,
        channel=Channel.VOICE,
        recipient=LEAD,
        created_at=now,
        next_try_at=now,
        data={"enrolment": enrolment.id, "step": planned.id},
    )
    lead = replace(
        new_lead(CALLING, now, **({"phone_proof": "verified"} | inquiry)), owner_id="ana", enrolment=enrolment
    )
    return authorize_send(CALLING, message, lead, Suppression(), WINDOWS, now)


@given(
    left=st.sets(st.sampled_from(Channel)),
    channel=st.sampled_from(Channel),
    minute=st.integers(0, 366 * 1440),
    consent=st.builds(Consent, sms=st.booleans(), marketing=st.sets(st.sampled_from(Channel)).map(tuple)),
)
def test_after_a_stored_opt_out_the_channel_has_no_permission(
    left: set[Channel], channel: Channel, minute: int, consent: Consent
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    decision = decide(channel, now, suppressed=tuple(left), phone="+4930901820", consent=consent)
    if channel in left:
        assert isinstance(decision, Refusal)
        assert decision.reason == f"opted out of {channel}"
    if channel is Channel.VOICE and left:
        assert isinstance(decision, Refusal)
        assert decision.reason.startswith("opted out of ")


def step(channel: Channel, policy: Policy = POLICY, **inquiry: Any) -> Decision:
    """Return the decision on a step of the nurture sequence."""
    lead = new_lead(policy, NOON, **({"phone_proof": "verified"} | inquiry))
    builder = ChangeBuilder(lead, replace(lead, owner_id="ana"), NOON)
    enrol(builder, policy, "nurture", origin=EnrolmentOrigin.OUTCOME, now=NOON)
    enrolled = builder.lead
    assert enrolled.enrolment is not None
    message = Message(
        id="m",
        lead_id="L1",
        template=Template.SEQUENCE_STEP,
        channel=channel,
        recipient=LEAD,
        created_at=NOON,
        next_try_at=NOON,
        data={"enrolment": enrolled.enrolment.id},
    )
    return authorize_send(policy, message, enrolled, Suppression(), RealHours().windows, NOON)


@given(sms=st.booleans(), marketing=st.sets(st.sampled_from(Channel)), basis=st.sampled_from(LegalBasis))
def test_a_message_beyond_the_inquiry_requires_consent_on_its_channel(
    sms: bool, marketing: set[Channel], basis: LegalBasis
) -> None:
    policy = replace(POLICY, messaging=replace(POLICY.messaging, sequence_mail_basis=basis))
    consent = Consent(sms=sms, marketing=tuple(sorted(marketing)), text="yes")
    for channel in TO_TEAM:
        decision = step(channel, policy, phone="+4930901820", consent=consent)
        by_law = channel is Channel.EMAIL and basis is LegalBasis.INQUIRY
        if channel in marketing or by_law:
            assert isinstance(decision, Permission)
            assert decision.basis == ("consent" if channel in marketing else "inquiry")
        else:
            assert isinstance(decision, Refusal)
            assert decision.reason == f"no consent to {channel} beyond the inquiry"


def test_without_a_postal_address_no_sequence_mail_is_sent() -> None:
    homeless = replace(POLICY, company=replace(POLICY.company, postal_address=""))
    consent = Consent(marketing=(Channel.EMAIL,))
    assert step(Channel.EMAIL, homeless, consent=consent) == Refusal("the policy has no postal address of the company")
    assert isinstance(step(Channel.EMAIL, consent=consent), Permission)

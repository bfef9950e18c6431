"""May this message go, now, to this person?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadtight import policy as policies
from leadtight.domain.change import ChangeBuilder
from leadtight.domain.consent import Decision, Permission, Refusal, Suppression, Wait, decide
from leadtight.domain.enrolment import Origin
from leadtight.domain.lead import Consent
from leadtight.domain.message import LEAD, Channel, Message, Template
from leadtight.domain.policy import Policy
from leadtight.domain.sequence import enrol
from leadtight.domain.sequences import Basis
from tests.unit.domain.leads import new_lead

POLICY = policies.shipped()
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
BOTH: dict[str, Any] = {"phone": "+4930901820", "consent": Consent(sms=True, text="yes")}


def asked(
    channel: Channel,
    now: datetime = NOON,
    *,
    recipient: str = LEAD,
    suppressed: tuple[Channel, ...] = (),
    policy: Policy = POLICY,
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
    lead = new_lead(policy, now, **inquiry)
    return decide(policy, message, lead, Suppression(channels=frozenset(suppressed)), now)


def test_an_inquiry_is_the_basis_of_its_acknowledgement() -> None:
    assert asked(Channel.EMAIL) == Permission(
        Channel.EMAIL, Template.ACKNOWLEDGE, "ada@example.com", POLICY.version, "inquiry"
    )


def test_a_text_needs_consent_a_number_and_a_permitted_hour() -> None:
    assert asked(Channel.SMS, **BOTH) == Permission(
        Channel.SMS, Template.ACKNOWLEDGE, "+4930901820", POLICY.version, "consent"
    )
    assert asked(Channel.SMS, phone="+4930901820") == Refusal("no consent to texts")
    assert asked(Channel.SMS, consent=Consent(sms=True)) == Refusal("no sms address")
    night = NOON + timedelta(hours=12)
    assert asked(Channel.SMS, night, **BOTH) == Wait(NOON + timedelta(hours=20), "outside texting hours")


def test_an_ended_channel_is_refused_and_the_other_is_not() -> None:
    assert asked(Channel.EMAIL, suppressed=(Channel.EMAIL,)) == Refusal("opted out of email")
    assert isinstance(asked(Channel.SMS, suppressed=(Channel.EMAIL,), **BOTH), Permission)


def test_people_of_the_team_are_reached_at_the_policys_address_at_any_hour() -> None:
    night = NOON + timedelta(hours=12)
    found = asked(Channel.EMAIL, night, recipient="ana", suppressed=(Channel.EMAIL,))
    assert isinstance(found, Permission)
    assert (found.address, found.basis) == ("ana@leadtight.example", "team")
    assert asked(Channel.SMS, recipient="ana") == Refusal("ana has no sms address in the policy")
    assert asked(Channel.EMAIL, recipient="zoe") == Refusal("zoe has no email address in the policy")


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
    minute=st.integers(0, 366 * 1440),
    start=st.integers(0, 22),
    hours=st.integers(1, 23),
)
def test_a_text_leaves_only_in_permitted_hours_and_waits_until_the_next_one(
    zone: str, minute: int, start: int, hours: int
) -> None:
    end = min(start + hours, 23)
    company = replace(POLICY.company, zone=ZoneInfo(zone))
    messaging = replace(POLICY.messaging, sms_from=time(start), sms_until=time(max(end, start + 1) % 24 or 23, 30))
    policy = replace(POLICY, company=company, messaging=messaging)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    decision = asked(Channel.SMS, now, policy=policy, **BOTH)
    if isinstance(decision, Wait):
        assert now < decision.until <= now + timedelta(hours=25)
        assert isinstance(asked(Channel.SMS, decision.until, policy=policy, **BOTH), Permission)
        assert isinstance(asked(Channel.SMS, decision.until - timedelta(seconds=1), policy=policy, **BOTH), Wait)
    else:
        assert messaging.sms_from <= now.astimezone(company.zone).time() < messaging.sms_until


def step(channel: Channel, policy: Policy = POLICY, **inquiry: Any) -> Decision:
    """Return what is decided about a step of the nurture sequence that the lead is in."""
    lead = new_lead(policy, NOON, **inquiry)
    builder = ChangeBuilder(lead, replace(lead, owner_id="ana"), NOON)
    enrol(builder, policy, "nurture", origin=Origin.OUTCOME, now=NOON)
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
    return decide(policy, message, enrolled, Suppression(), NOON)


@given(sms=st.booleans(), marketing=st.sets(st.sampled_from(Channel)), basis=st.sampled_from(Basis))
def test_a_message_beyond_the_inquiry_needs_consent_on_its_channel(
    sms: bool, marketing: set[Channel], basis: Basis
) -> None:
    policy = replace(POLICY, messaging=replace(POLICY.messaging, sequence_mail_basis=basis))
    consent = Consent(sms=sms, marketing=tuple(sorted(marketing)), text="yes")
    for channel in Channel:
        decision = step(channel, policy, phone="+4930901820", consent=consent)
        by_law = channel is Channel.EMAIL and basis is Basis.INQUIRY
        if channel in marketing or by_law:
            assert isinstance(decision, Permission)
            assert decision.basis == ("consent" if channel in marketing else "inquiry")
        else:
            assert decision == Refusal(f"no consent to {channel} beyond the inquiry")


def test_without_a_postal_address_no_mail_of_a_sequence_goes_out() -> None:
    homeless = replace(POLICY, company=replace(POLICY.company, postal_address=""))
    consent = Consent(marketing=(Channel.EMAIL,))
    assert step(Channel.EMAIL, homeless, consent=consent) == Refusal("the company has no postal address in the policy")
    assert isinstance(step(Channel.EMAIL, consent=consent), Permission)

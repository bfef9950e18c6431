"""Sample leads, friendly and hostile, and all their messages."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from leadtight.domain.change import Change
from leadtight.domain.enforcement import contact_check, due_steps
from leadtight.domain.intake import arrival, merging
from leadtight.domain.model.inquiry import Consent, Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Template
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.notifications import bounces
from leadtight.domain.outcomes import recording
from leadtight.domain.ownership import assignment
from leadtight.policy import loader as policies

POLICY = policies.shipped()
MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LINK = "https://leads.example/o/v1.k1.eyJlIjoxfQ.c2lnbmF0dXJl"
QUEUE = "https://leads.example/desk/v1.k1.eyJxIjoxfQ.c2lnbmF0dXJl"
COSTS = "https://leadtight.example/costs"
BOOK = "https://leadtight.example/book"
UNSUBSCRIBE = "https://leads.example/unsubscribe/v1.k1.eyJlIjoyfQ.c2lnbmF0dXJl"
ASK = "https://leads.example/ask/v1.k1.eyJlIjoyfQ.c2lnbmF0dXJl"
POOL = Rotation(pool_id="inbound")

ADA = Inquiry(
    name="Ada Obi",
    email="ada@example.com",
    phone="+4930123456",
    company="Obi Dental",
    message="The heating is out.\nPlease send a quote today.",
    value=Decimal(4500),
    consent=Consent(sms=True),
)
HOSTILE = Inquiry(
    name="<script>alert(1)</script>\r\nBcc: victim@example.com",
    email="eve@example.com",
    phone="+4930999999",
    company="<b onmouseover=alert(2)>Eve & Sons</b>",
    message="<img src=x onerror=alert(3)> {{ 7*7 }} {% raw %} quote\n</blockquote><iframe src=//evil.example>",
    fields={"<i>k</i>": "<svg onload=alert(4)>", "phone": "<u>0</u>"},
    flags=("phone_odd",),
    consent=Consent(sms=True),
)
LONG = Inquiry(name="Maximilian-Theodor " * 11, email="max@example.com", message="quote " * 4_000)
EMOJI = Inquiry(
    name="🌟 Zoë 🚀", email="zoe@example.com", phone="+4930777777", message="Quote 🙏", consent=Consent(sms=True)
)
ARABIC = Inquiry(
    name="محمد الأحمد", phone="+971501234567", message="quote أحتاج إلى عرض سعر", consent=Consent(sms=True)
)
NAMELESS = Inquiry(phone="+4930555555", message="call me", consent=Consent(sms=True))
ALL = {"ada": ADA, "hostile": HOSTILE, "long": LONG, "emoji": EMOJI, "arabic": ARABIC, "nameless": NAMELESS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message with its lead and time of writing."""

    message: Message
    lead: Lead
    at: datetime

    @property
    def links(self) -> dict[str, str]:
        """Return the links that travel with it."""
        if self.message.recipient != LEAD:
            return {"outcome": LINK, "queue": QUEUE}
        links = {"ask": ASK} if self.message.template is Template.ASK_LEAD else {}
        return {} if self.message.template is Template.ACKNOWLEDGE else {"unsubscribe": UNSUBSCRIBE, **links}


def received(inquiry: Inquiry, at: datetime = MONDAY_NINE) -> Change:
    """Return the arrival of an inquiry by web form."""
    return arrival.receive(POLICY, inquiry, lead_id="L1", source="web_form", form="contact", received_at=at, now=at)


def assigned(inquiry: Inquiry) -> Change:
    """Return the assignment that follows at once."""
    change = assignment.assign(POLICY, received(inquiry).after, POOL, {}, MONDAY_NINE)
    assert change is not None
    return change


def rung(lead: Lead) -> Change:
    """Return the change of the lead's next alarm."""
    assert lead.wake_at is not None
    change = due_steps.run_due_steps(POLICY, lead, POOL, {}, lead.wake_at)
    assert change is not None
    return change


def answered(inquiry: Inquiry, outcome: str = "connected") -> Change:
    """Return the owner's recording, three minutes in."""
    return recorded(assigned(inquiry).after, outcome, MONDAY_NINE + timedelta(minutes=3))


def recorded(lead: Lead, outcome: str, at: datetime) -> Change:
    """Return the change of the owner's outcome."""
    change = recording.record_outcome(
        POLICY, lead, outcome, by=str(lead.owner_id), submission=lead.version, now=at, reason="chose another offer"
    )
    assert change is not None
    return change


def everything(inquiry: Inquiry) -> Iterator[Sent]:
    """Yield the messages of an unanswered and an answered lead.

    The unanswered lead goes on until the manager has it.

    Two enter sequences: one that fell silent, one that is not interested.
    """
    silent = _followed_up(inquiry, "connected", Template.SEQUENCE_STEP, Channel.SMS)
    cold = _followed_up(inquiry, "not_interested", Template.TASK, Channel.EMAIL)
    for change in (*_unanswered(inquiry), *silent, *cold):
        for message in change.messages:
            yield Sent(message=message, lead=change.after, at=message.created_at)
    yield from _wrote_again(inquiry)
    yield from _not_reached(inquiry)
    yield from _contact_check_mails(inquiry)
    for outcome in ("interested", "objection:price"):
        change = answered(inquiry, outcome)
        yield from (Sent(message=m, lead=change.after, at=m.created_at) for m in change.messages)
    after_contact = rung(answered(inquiry).after)
    for message in after_contact.messages:
        yield Sent(message=message, lead=after_contact.after, at=message.created_at + timedelta(minutes=30))


def _followed_up(inquiry: Inquiry, outcome: str, until: Template, channel: Channel) -> Iterator[Change]:
    """Yield the steps of the sequence that follows an outcome.

    The owner's calls are in vain.
    """
    change = answered(inquiry, outcome)
    while not any(m.template is until and m.channel is channel for m in change.messages):
        lead = change.after
        if lead.enrolment and lead.enrolment.awaits_outcome:
            change = recorded(lead, "no_answer", lead.enrolment.last_at or MONDAY_NINE)
            continue
        change = rung(lead)
        if lead.enrolment and lead.enrolment.due_at == lead.wake_at:
            yield change


def _wrote_again(inquiry: Inquiry) -> Iterator[Sent]:
    at = MONDAY_NINE + timedelta(hours=2)
    lead = answered(inquiry).after
    change = merging.merge(POLICY, lead, inquiry, source="whatsapp", form=None, acknowledged=True, now=at)
    for message in change.messages:
        yield Sent(message=message, lead=change.after, at=at)

    angry = replace(inquiry, message=f"This is unacceptable. {inquiry.message}")
    change = merging.merge(POLICY, lead, angry, source="whatsapp", form=None, acknowledged=True, now=at)
    for message in change.messages:
        yield Sent(message=message, lead=change.after, at=at)


def _contact_check_mails(inquiry: Inquiry) -> Iterator[Sent]:
    policy, at = replace(POLICY, ask_lead_after=timedelta(minutes=3)), MONDAY_NINE + timedelta(minutes=9)
    change = assignment.assign(policy, received(inquiry).after, POOL, {}, MONDAY_NINE)
    assert change is not None
    asked_change = due_steps.run_due_steps(policy, change.after, POOL, {}, at)
    assert asked_change is not None
    said_no = contact_check.answer(policy, asked_change.after, contact_check.ContactAnswer.NO, at)
    assert said_no is not None
    for message in (*(m for m in asked_change.messages if m.template is Template.ASK_LEAD), *said_no.messages):
        yield Sent(message=message, lead=said_no.after, at=at)


def _not_reached(inquiry: Inquiry) -> Iterator[Sent]:
    change, at = assigned(inquiry), MONDAY_NINE + timedelta(minutes=1)
    came_back = bounces.record_undelivered(POLICY, change.after, change.messages[0], at)
    assert came_back is not None
    for message in came_back.messages:
        yield Sent(message=message, lead=came_back.after, at=at)


def _unanswered(inquiry: Inquiry) -> Iterator[Change]:
    yield received(inquiry)
    change = assigned(inquiry)
    yield change
    while not any(m.template is Template.REMIND for m in change.messages):
        change = rung(change.after)
        yield change

"""May this message be sent, now, to this person? Asked when it is sent, never when it is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtight.domain.lead import Lead
from leadtight.domain.message import LEAD, Channel, Message, Template
from leadtight.domain.policy import Policy
from leadtight.domain.sequences import Basis

FOR_THE_OWNER = frozenset(
    {Template.ALERT_OWNER, Template.WARN_OWNER, Template.DEADLINE_MISSED}
    | {Template.REMIND, Template.TASK, Template.WROTE_AGAIN}
)
AFTER_OUTCOMES = frozenset({Template.BOOKING_LINK, Template.ASSET})


@dataclass(frozen=True, slots=True)
class Permission:
    """A decision that a message may go to `address` now. Only `decide` makes one that counts."""

    channel: Channel
    purpose: Template
    address: str
    policy_version: str
    basis: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision that a message must not be sent, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A decision that a message may be sent, but not before `until`."""

    until: datetime
    why: str


Decision = Permission | Refusal | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Channels that a person has opted out of or that bounced for good."""

    channels: frozenset[Channel] = frozenset()


def decide(policy: Policy, message: Message, lead: Lead, suppression: Suppression, now: datetime) -> Decision:
    """Return whether `message` may be sent at `now`.

    An inquiry is itself the basis for one e-mail that acknowledges it; a text to the lead needs recorded consent
    and a permitted hour (H1, H3). So it is for the booking link that an interested person gets (G2). A step of a
    sequence, and what answers an objection (G4), needs consent to such messages on its channel, unless the policy lets
    the inquiry be the basis of such mails; a sequence must not have been stopped meanwhile (G9). People of the team
    are reached at the addresses in the policy.
    """
    if message.recipient != LEAD:
        return _to_person(policy, message, lead)
    if message.channel in suppression.channels:
        return Refusal(f"opted out of {message.channel}")
    address = lead_address(message, lead)
    if not address:
        return Refusal(f"no {message.channel} address")
    basis = _basis(policy, message, lead)
    if isinstance(basis, Refusal):
        return basis
    opens = _texting_opens(policy, now) if message.channel is Channel.SMS else now
    if opens > now:
        return Wait(opens, "outside texting hours")
    return Permission(message.channel, message.template, address, policy.version, basis)


def _basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return what allows a message to the lead."""
    if message.template in AFTER_OUTCOMES and not lead.is_open:
        return Refusal("the lead is closed")
    if message.template is Template.BOOKING_LINK and not policy.booking_url_of(lead.owner_id):
        return Refusal("there is no booking link in the policy")
    if message.template is Template.SEQUENCE_STEP:
        return _step_basis(policy, message, lead)
    return _wider_basis(policy, message, lead) if message.template is Template.ASSET else _own_basis(message, lead)


def _own_basis(message: Message, lead: Lead) -> str | Refusal:
    """Return what allows a message about the inquiry itself."""
    if message.channel is Channel.EMAIL:
        return "inquiry"
    return "consent" if lead.inquiry.consent.sms else Refusal("no consent to texts")


def _step_basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return what allows a step of a sequence that goes on."""
    enrolment = lead.enrolment
    if not lead.is_open or enrolment is None or enrolment.id != message.data.get("enrolment"):
        return Refusal("its sequence has ended")
    return _wider_basis(policy, message, lead)


def _wider_basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return what allows a message that goes beyond the inquiry: commercial mail, by law and by its reader's wish."""
    if message.channel is Channel.EMAIL and not policy.company.postal_address:
        return Refusal("the company has no postal address in the policy")
    if message.channel in lead.inquiry.consent.marketing:
        return "consent"
    if message.channel is Channel.EMAIL and policy.messaging.sequence_mail_basis is Basis.INQUIRY:
        return "inquiry"
    return Refusal(f"no consent to {message.channel} beyond the inquiry")


def lead_address(message: Message, lead: Lead) -> str | None:
    """Return where a message to the lead goes: to the address it answers, else to the lead's own."""
    given = message.data.get("to")
    own = lead.inquiry.email if message.channel is Channel.EMAIL else lead.inquiry.phone
    return str(given) if given else own


def _to_person(policy: Policy, message: Message, lead: Lead) -> Decision:
    if message.template is Template.WARN_OWNER and lead.first_contact_at is not None:
        return Refusal("answered in the meantime")  # a warning that waited must not outlive its reason (F5)
    if message.template in FOR_THE_OWNER and message.recipient != lead.owner_id:
        return Refusal("the lead is with somebody else by now")
    person = policy.people.get(message.recipient)
    address = person and (person.email if message.channel is Channel.EMAIL else person.phone)
    if not address:
        return Refusal(f"{message.recipient} has no {message.channel} address in the policy")
    return Permission(message.channel, message.template, address, policy.version, "team")


def _texting_opens(policy: Policy, now: datetime) -> datetime:
    """Return `now` inside the permitted hours of the company's zone, else when they begin."""
    local = now.astimezone(policy.company.zone)
    rules = policy.messaging
    if rules.sms_from <= local.time() < rules.sms_until:
        return now
    day = local.date() + timedelta(days=0 if local.time() < rules.sms_from else 1)
    return datetime.combine(day, rules.sms_from, tzinfo=policy.company.zone).astimezone(now.tzinfo)

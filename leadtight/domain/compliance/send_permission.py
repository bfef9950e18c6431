"""Permission to send a message now.

It is checked when the message is sent, never when it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leadtight.domain.compliance.contact_hours import ContactWindow, every_day, first_permitted
from leadtight.domain.compliance.do_not_call import DncStatus
from leadtight.domain.model.enrolment import Enrolment
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, PHONE_PROOF, Channel, Message, Template
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import LegalBasis
from leadtight.domain.roster.stand_ins import notice_reader

FOR_THE_OWNER = frozenset(
    {Template.ALERT_OWNER, Template.WARN_OWNER, Template.DEADLINE_MISSED}
    | {Template.REMIND, Template.TASK, Template.WROTE_AGAIN}
)
BY_PHONE = frozenset({Channel.SMS, Channel.VOICE})
"""Channels bound to the recipient's permitted hours."""

AFTER_OUTCOMES = frozenset({Template.BOOKING_LINK, Template.ASSET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Permission to send a message to `address` now (Q9).

    Only `authorize_send` creates one; senders accept nothing else. `person` is the id of a team member, or the key of
    the lead's address. `zones` are all possible zones of the number, and the hour is permitted in each; mail and
    messages to the team are not bound to hours and have none.
    """

    person: str
    channel: Channel
    purpose: Template
    address: str
    policy_version: str
    basis: str
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Refusal to send a message; `zones` as in a permission."""

    reason: str
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Permission to send, but not before `until`.

    `zones` are as in a permission.
    """

    until: datetime
    reason: str
    zones: tuple[str, ...] = ()


Decision = Permission | Refusal | Wait
Windows = Callable[[str, Inquiry], tuple[ContactWindow, ...]]
"""Returns the permitted hours of every possible place of a number, or of the lead that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Reasons not to message a person.

    They are channels opted out of or bounced permanently, and do-not-call lists. `barred` says why nothing automatic is
    texted to their number or calls it, such as a country that the policy does not name; empty when it may be.
    """

    channels: frozenset[Channel] = frozenset()
    calls: DncStatus = field(default_factory=DncStatus)
    barred: str = ""


def authorize_send(
    policy: Policy, message: Message, lead: Lead, suppression: Suppression, windows: Windows, now: datetime
) -> Decision:
    """Decide whether `message` may be sent at `now`.

    An inquiry is itself the basis for one e-mail that acknowledges it; a text to the lead needs recorded consent and an
    hour that is permitted in all its possible zones (H1, H3). The inquiry is also the basis for the booking link that
    an interested person gets (G2). A step of a sequence, and an objection's asset (G4), needs consent to such messages
    on its channel, unless the policy makes the inquiry the basis of such mails; a sequence must not have been stopped
    meanwhile (G9). An automatic call is always such a step, is bound to the hours of texts, and ends once it has become
    a task. Team members are reached at the addresses in the policy.
    """
    if message.recipient != LEAD:
        return _to_person(policy, message, lead)
    address = lead_address(message, lead)
    if not address:
        return Refusal(f"no {message.channel} address")
    places = windows(address, lead.inquiry) if message.channel in BY_PHONE else ()
    zones = tuple(sorted({place.zone.key for place in places}))
    if reason := _suppression_reason(policy, message, suppression, now):
        return Refusal(reason, zones)
    basis = _basis(policy, message, lead)
    if isinstance(basis, Refusal):
        return replace(basis, zones=zones)
    if message.channel in BY_PHONE and policy.messaging.number_proof and not _is_proved(message, lead, address):
        return Refusal("the phone number is not verified", zones)
    if message.channel in BY_PHONE and (closed := _outside_hours(policy, places, zones, now)):
        return closed
    return Permission(
        person=person_key(address),
        channel=message.channel,
        purpose=message.template,
        address=address,
        policy_version=policy.version,
        basis=basis,
        zones=zones,
    )


def _is_proved(message: Message, lead: Lead, address: str) -> bool:
    """Return whether a number is verified as the sender's (R3).

    A code, a call or text from it, or the team proves it. A team member who has dealt with the lead, or requests this
    very message, has decided that it is.
    """
    if message.template in AFTER_OUTCOMES or message.data.get(PHONE_PROOF):
        return True
    return address == lead.inquiry.phone and bool(lead.inquiry.phone_proof or lead.first_contact_at)


def _outside_hours(
    policy: Policy, places: tuple[ContactWindow, ...], zones: tuple[str, ...], now: datetime
) -> Refusal | Wait | None:
    """Refuse or delay a text outside permitted hours.

    Law and policy must permit it in all possible zones of the number.
    """
    if not places:
        return Refusal("the time zone of the number is unknown")
    rules = policy.messaging
    wished = [ContactWindow(zone=ZoneInfo(zone), week=every_day(rules.sms_from, rules.sms_until)) for zone in zones]
    opens = first_permitted((*places, *wished), now)
    if opens is None:
        return Refusal("no hour is permitted in all possible time zones of the number", zones)
    return Wait(opens, "outside permitted hours", zones) if opens > now else None


def _suppression_reason(policy: Policy, message: Message, suppression: Suppression, now: datetime) -> str:
    """Return why the channel is suppressed, whatever the consent.

    Empty when it is not.
    """
    left = suppression.channels if message.channel is Channel.VOICE else suppression.channels & {message.channel}
    if left:  # any opt-out ends automatic calls (47 CFR 64.1200(a)(10) says so of texts)
        return f"opted out of {message.channel if message.channel in left else min(left)}"
    if message.channel in BY_PHONE and suppression.barred:
        return suppression.barred
    required = policy.messaging.do_not_call_lists
    return suppression.calls.forbids(required, now) if message.channel in BY_PHONE else ""


def _basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return the legal basis of a message to the lead."""
    beyond = message.template is not Template.ACKNOWLEDGE and message.channel is Channel.EMAIL
    if beyond and not policy.company.postal_address:  # 15 U.S.C. 7704(a)(5): commercial mail carries it
        return Refusal("the policy has no postal address of the company")
    if message.template in AFTER_OUTCOMES and not lead.is_open:
        return Refusal("the lead is closed")
    if message.template is Template.ASK_LEAD and (lead.first_contact_at is not None or not lead.is_open):
        return Refusal("already answered")
    if message.template is Template.BOOKING_LINK and not policy.booking_url_of(lead.owner_id):
        return Refusal("the policy has no booking link")
    if message.template is Template.SEQUENCE_STEP:
        return _step_basis(policy, message, lead)
    return _wider_basis(policy, message, lead) if message.template is Template.ASSET else _own_basis(message, lead)


def _own_basis(message: Message, lead: Lead) -> str | Refusal:
    """Return the legal basis of a message about the inquiry."""
    if message.channel is Channel.EMAIL:
        return "inquiry"
    if message.channel is Channel.VOICE:
        return Refusal("only sequence steps place calls")
    return "consent" if lead.inquiry.consent.sms else Refusal("no consent to texts")


def _step_basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return the legal basis of an active sequence's step."""
    enrolment = lead.enrolment
    if not lead.is_open or enrolment is None or enrolment.id != message.data.get("enrolment"):
        return Refusal("its sequence has ended")
    if lead.concern is not None:
        return Refusal(f"a person must act first: {lead.concern.summary}")
    if message.channel is Channel.VOICE and (reason := _call_obsolete_reason(policy, message, enrolment)):
        return Refusal(reason)
    return _wider_basis(policy, message, lead)


def _call_obsolete_reason(policy: Policy, message: Message, enrolment: Enrolment) -> str:
    """Return why a call is no longer placed.

    Empty when the plan still waits for it.
    """
    if policy.voice is None:
        return "the policy does not enable calls"
    waited_for = enrolment.calling is not None and enrolment.calling.id == message.data.get("step")
    return "" if waited_for else "the call is already a task, or has an outcome"


def _wider_basis(policy: Policy, message: Message, lead: Lead) -> str | Refusal:
    """Return the legal basis of a message beyond the inquiry.

    Such messages are commercial; law and the recipient's consent decide.
    """
    if message.channel in lead.inquiry.consent.marketing:
        return "consent"
    if message.channel is Channel.EMAIL and policy.messaging.sequence_mail_basis is LegalBasis.INQUIRY:
        return "inquiry"
    return Refusal(f"no consent to {message.channel} beyond the inquiry")


def lead_address(message: Message, lead: Lead) -> str | None:
    """Return the address for a message to the lead.

    That is the address it answers, else the lead's own.
    """
    address = message.data.get("to")
    own = lead.inquiry.email if message.channel is Channel.EMAIL else lead.inquiry.phone
    return str(address) if address else own


def _to_person(policy: Policy, message: Message, lead: Lead) -> Decision:
    if message.template is Template.WARN_OWNER and lead.first_contact_at is not None:
        return Refusal("already answered")  # a warning that waited must not outlive its reason (F5)
    owner = lead.owner_id
    if message.template in FOR_THE_OWNER and (
        owner is None or message.recipient not in (owner, notice_reader(policy, owner))
    ):
        return Refusal("the lead has a new owner")
    return to_team(policy, message)


def to_team(policy: Policy, message: Message) -> Permission | Refusal:
    """Decide whether a message may go to a team member.

    It goes to their address in the policy, at any hour.
    """
    person = policy.people.get(message.recipient)
    if person and not person.active:
        return Refusal(f"{message.recipient} is no longer active")
    address = person and _address_of(person, message.channel)
    if not address:
        return Refusal(f"{message.recipient} has no {message.channel} address in the policy")
    return Permission(
        person=message.recipient,
        channel=message.channel,
        purpose=message.template,
        address=address,
        policy_version=policy.version,
        basis="team",
    )


def _address_of(person: Person, channel: Channel) -> str | None:
    """Return the address of a person on a channel.

    For chat it is only their name: the address itself is a secret.
    """
    return {Channel.EMAIL: person.email, Channel.SMS: person.phone}.get(channel, person.id)

"""A lead in words: contact points, facts and time left."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from leadtight.adapters.presentation import formatting
from leadtight.app.intake.quick_add import CHANNELS, FORM
from leadtight.app.views.queue import QueuedLead
from leadtight.domain.compliance.timezone import LocalTime, TimezoneSource
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.policy import Policy
from leadtight.domain.text.defanging import defang
from leadtight.domain.text.sanitizing import sanitize
from leadtight.domain.text.web_address import is_web_address

LONGEST_NAME = 120
PERMALINK = "permalink"
"""The field with the link to a conversation elsewhere."""

LONGEST_VALUE = 240
MOST_EXTRAS = 10
Row = tuple[str, str]
_KNOWN_BY = {
    TimezoneSource.SAID: "as they told us",
    TimezoneSource.PHONE: "by their number",
    TimezoneSource.COUNTRY: "by their country",
    TimezoneSource.COMPANY: "ours: their location is not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One way to reach a person.

    There is no `href` when what they typed could not be read as an address or number.
    """

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """A lead's time until it is due.

    `kind` is ok, late or done; `left` is empty when nothing is due.
    """

    kind: str
    text: str
    left: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A lead in a queue: name, action, time and link.

    `submission` is its version.
    """

    name: str
    time_left: TimeLeft
    link: str
    submission: int
    warning: str = ""


def name_of(lead: Lead) -> str:
    """Return the person's name, on one line."""
    return defang(formatting.one_line(lead.inquiry.display_name, LONGEST_NAME))


def contact_points(lead: Lead, do_not_call: str = "", *, is_answered: bool = False) -> tuple[ContactPoint, ...]:
    """Return the ways to reach a person, telephone first.

    Text that could not be read is included. A number that should not be called now is not shown until the warning
    `do_not_call` is answered (H2, H3).
    """
    inquiry, points = lead.inquiry, []
    if inquiry.phone and do_not_call and not is_answered:
        points.append(ContactPoint(label="Do not call", text=do_not_call))
    elif inquiry.phone:
        points.append(ContactPoint(label="Call", text=inquiry.phone_text, href=f"tel:{inquiry.phone_uri}"))
    if inquiry.email:
        points.append(ContactPoint(label="Write", text=inquiry.email, href=f"mailto:{quote(inquiry.email, safe='@+')}"))
    if inquiry.handle:
        network, _, user = inquiry.handle.partition(":")
        points.append(ContactPoint(label=f"{formatting.title(network)} user", text=defang(formatting.one_line(user))))
    if link := _conversation(lead):
        points.append(ContactPoint(label="Open", text=f"Conversation at {urlsplit(link).hostname}", href=link))
    points += [
        ContactPoint(label=f"{formatting.title(name)} as typed", text=defang(formatting.one_line(inquiry.fields[name])))
        for name in _unread(inquiry)
    ]
    return tuple(points)


def _conversation(lead: Lead) -> str:
    """Return the link to a conversation elsewhere.

    It is empty where its caller is not trusted. Leads stored before that was known have one where the team typed it in.
    """
    typed = lead.inquiry.fields.get(PERMALINK, "") if lead.form == FORM else ""
    link = lead.inquiry.permalink or typed
    return link if is_web_address(link) else ""


def facts(policy: Policy, lead: Lead) -> tuple[Row, ...]:
    """Return an inquiry's other facts, as labels and values."""
    rows = (
        ("Needs you", formatting.one_line(lead.concern.summary) if lead.concern else ""),
        ("Company", defang(formatting.one_line(lead.inquiry.company))),
        ("Source", CHANNELS.get(lead.source) or formatting.title(lead.source)),
        ("Received", formatting.moment(lead.received_at, policy.company.zone) + _delay(lead, policy.company.zone)),
        ("Value", f"{lead.inquiry.value:,f}" if lead.inquiry.value is not None else ""),
    )
    return tuple(row for row in rows if row[1])


def differences(message: Message) -> tuple[Row, ...]:
    """Return a joined inquiry's values that differ from its lead."""
    return tuple(
        (f"Gives another {name}", defang(formatting.one_line(str(value), LONGEST_NAME)))
        for name, value in message.data.get("differs", {}).items()
    )


def extras(lead: Lead) -> tuple[Row, ...]:
    """Return other fields of the inquiry, up to a limit.

    Nothing in them is a link.
    """
    shown = {*_unread(lead.inquiry), *([PERMALINK] if _conversation(lead) else [])}
    others = [(name, value) for name, value in lead.inquiry.fields.items() if name not in shown and value]
    return tuple(
        (defang(formatting.title(formatting.one_line(name, 60))), _value(value)) for name, value in others[:MOST_EXTRAS]
    )


def time_left(lead: Lead, now: datetime, zone: ZoneInfo) -> TimeLeft:
    """Return the time left for a lead's next action."""
    if lead.excluded:
        return TimeLeft(kind="done", text=f"Not counted: {formatting.title(lead.excluded.reason)}")
    if not lead.is_open:
        uncontacted = ", without a contact" if lead.first_contact_at is None else ""
        return TimeLeft(kind="done", text=f"Closed: {lead.stage.capitalize()}{uncontacted}")
    if lead.first_contact_at is None:
        return _first_answer(lead, now, zone)
    if lead.next_action is None:
        return TimeLeft(kind="done", text="Answered")
    return _until(f"{lead.next_action.what} by", lead.next_action.due_at, now, zone)


def _first_answer(lead: Lead, now: datetime, zone: ZoneInfo) -> TimeLeft:
    """Return the time left for the first response.

    If the promise was broken before the owner had the lead, both times are named.
    """
    clock = lead.clock(FIRST_RESPONSE)
    promised = clock.deadline if clock else lead.promise.deadline
    if _retry_at(lead):
        left = _until("Answer by", promised, now, zone)
        return replace(left, text=left.text + _retry(lead, zone))
    own = lead.next_action.due_at if lead.next_action else promised
    if promised < now <= own:
        missed = f"The promise to the customer was broken: it was due {formatting.moment(promised, zone)}"
        return TimeLeft(kind="late", text=missed, left=f"Answer by {formatting.moment(own, zone)}")
    return _until("Answer by", promised, now, zone, _delay(lead, zone))


def _delay(lead: Lead, zone: ZoneInfo) -> str:
    """Return since when an inquiry is a lead.

    Empty where it arrived less than a minute before; quarantined, spilled and fetched ones took longer.
    """
    if lead.recorded_at - lead.received_at < timedelta(minutes=1):
        return ""
    return f"; became a lead {formatting.moment(lead.recorded_at, zone)}"


def clock_of(local: LocalTime, now: datetime) -> str:
    """Return a lead's local time, its zone and their source."""
    zone = formatting.zone_name(local.zone)
    return f"{formatting.moment(now, local.zone)}, {zone} ({_KNOWN_BY[local.known_by]})"


def queued(waiting: QueuedLead, now: datetime, zone: ZoneInfo) -> QueueEntry:
    """Return one lead of a queue in words."""
    delay = _delay(waiting.lead, zone) if waiting.lead.first_contact_at is None else ""
    left = _until(f"{_owed(waiting)} by", waiting.due_at, now, zone, delay)
    left = replace(left, text=left.text + _retry(waiting.lead, zone))
    return QueueEntry(
        name=name_of(waiting.lead),
        time_left=left,
        link=waiting.link,
        submission=waiting.lead.version,
        warning=bounce_hint(waiting.lead),
    )


def _owed(waiting: QueuedLead) -> str:
    return "Answer" if _retry_at(waiting.lead) else formatting.one_line(waiting.what)


def _retry(lead: Lead, zone: ZoneInfo) -> str:
    """Return the next attempt while the first answer is owed."""
    at = _retry_at(lead)
    return (
        f". Next: {formatting.one_line(lead.next_action.what)} by {formatting.moment(at, zone)}"
        if at and lead.next_action
        else ""
    )


def _retry_at(lead: Lead) -> datetime | None:
    """Return when an attempt without a contact is repeated.

    None when no attempt was made, or the next action is the first answer itself.
    """
    clock, action = lead.clock(FIRST_RESPONSE), lead.next_action
    return action.due_at if lead.attempts and clock and action and action.due_at != clock.deadline else None


def bounce_hint(lead: Lead) -> str:
    """Return the alternative when e-mail bounces, else empty."""
    if Channel.EMAIL not in lead.unreachable:
        return ""
    return "Phone instead: mail bounces" if lead.inquiry.phone else "Mail bounces, and there is no number"


def _until(label: str, due: datetime, now: datetime, zone: ZoneInfo, delay: str = "") -> TimeLeft:
    when = f"{label} {formatting.moment(due, zone)}"
    if now > due:
        return TimeLeft(kind="late", text=when + delay, left=f"Overdue by {formatting.duration(now - due)}")
    return TimeLeft(kind="ok", text=when, left=f"{formatting.duration(due - now)} left")


def _unread(inquiry: Inquiry) -> tuple[str, ...]:
    return tuple(n for n in ("phone", "email") if f"{n}_odd" in inquiry.flags and inquiry.fields.get(n))


def _value(text: str) -> str:
    return defang(formatting.shortened(sanitize(text, multiline=True), LONGEST_VALUE))

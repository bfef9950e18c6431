"""Render the call brief as short lines for phone screens."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.presentation import formatting, lead_view
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.outcomes import OBJECTION
from leadtight.domain.policy.policy import Policy
from leadtight.domain.views.call_brief import CallBrief, ObjectionHeard, Touch, brief

LONGEST = 160
MOST_OBJECTIONS = 8
Lines = tuple[str, Sequence[str]]


def brief_of(policy: Policy, lead: Lead, history: Sequence[Event], now: datetime) -> tuple[Lines, ...]:
    """Return a lead's brief: headings with their lines.

    Empty sections are left out.
    """
    call_brief, zone = brief(history), policy.company.zone
    clock = lead_view.clock_of(local_time_of(zone, lead.inquiry, now), now)
    lines: tuple[Lines, ...] = (
        ("They asked", _short(filter(None, (lead.inquiry.message, *call_brief.wrote_again)))),
        ("We promised", list(_promised(policy, lead, call_brief))),
        ("Objections", [_objection(policy, heard) for heard in call_brief.objections[-MOST_OBJECTIONS:]]),
        (_touches(max(call_brief.touches, lead.attempts)), _latest(policy, lead, call_brief)),
        ("Allowed", [_allowed(lead)]),
        ("Their time", [clock]),
    )
    return tuple(row for row in lines if row[1])


def _short(words: Iterable[str]) -> Sequence[str]:
    return [formatting.one_line(text, LONGEST) for text in words]


def _promised(policy: Policy, lead: Lead, call_brief: CallBrief) -> Iterator[str]:
    zone = policy.company.zone
    if lead.first_contact_at is None:
        yield f"A first answer by {formatting.moment(lead.promise.deadline, zone)}"
    if call_brief.agreed and call_brief.agreed.agreed_at:
        when, agreed_on = (
            formatting.moment(call_brief.agreed.agreed_at, zone),
            formatting.moment(call_brief.agreed.at, zone),
        )
        yield f"To get in touch {when} (agreed {agreed_on})"
    if call_brief.booked_at:
        yield f"A call they booked: {formatting.moment(call_brief.booked_at, zone)}"
    if call_brief.booking_link_sent and not call_brief.booked_at:
        yield "They have the booking link"


def _latest(policy: Policy, lead: Lead, call_brief: CallBrief) -> Sequence[str]:
    touches = [_touch(policy, touch) for touch in call_brief.latest]
    return touches or (["Older than the latest entries of its history"] if lead.attempts else [])


def _touches(number: int) -> str:
    """Return the heading of touches.

    The lead counts those that are older than the history shown.
    """
    return f"Touches so far: {number}" if number else "Touches"


def _objection(policy: Policy, heard: ObjectionHeard) -> str:
    rule, when = policy.outcomes.get(heard.objection), formatting.moment(heard.at, policy.company.zone)
    called = rule.label if rule else formatting.title(heard.objection.removeprefix(OBJECTION))
    if not heard.answered:
        return formatting.one_line(f"{called}, {when}. Nothing was sent", LONGEST)
    sent = f"sent: {rule.asset.title}" if rule and rule.asset else "an answer was sent"
    return formatting.one_line(f"{called}, {when}. {formatting.sentence(sent)}", LONGEST)


def _touch(policy: Policy, touch: Touch) -> str:
    rule = policy.outcomes.get(touch.outcome)
    by = policy.person_name(touch.by) if touch.by else "automatic call"
    words = f"{formatting.moment(touch.at, policy.company.zone)}, {by}: "
    words += rule.label if rule else formatting.title(touch.outcome)
    return formatting.one_line(f"{words}. {touch.note}" if touch.note else words, LONGEST)


def _allowed(lead: Lead) -> str:
    """Return the permitted channels, for this matter and beyond it."""
    consent, over = lead.inquiry.consent, lead.opted_out
    about = [Channel.EMAIL] if lead.inquiry.email else []
    about += [Channel.SMS] if consent.sms and lead.inquiry.phone else []
    allowed = _channels([c for c in about if c not in over], "about this")
    wider = _channels([c for c in consent.marketing if c not in over], "for more")
    left = _channels(over, "never again")
    return ". ".join(filter(None, (allowed, wider, left))) or "No messages: no consent was given"


def _channels(channels: Sequence[Channel], scope: str) -> str:
    names = {Channel.EMAIL: "E-mail", Channel.SMS: "text", Channel.VOICE: "automatic calls"}
    if not channels:
        return ""
    *first, last = (names[c] for c in channels)
    listed = f"{', '.join(first)} and {last}" if first else last
    return formatting.sentence(f"{listed} {scope}")

"""A lead's latest events, each in one plain sentence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.adapters.presentation import formatting
from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.compliance.erasure import is_anonymous
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import LEAD, Template
from leadtight.domain.notifications.bounces import SUPPRESSED
from leadtight.domain.outcomes.automatic_call import ANSWERED, FAILED
from leadtight.domain.ownership.handover import Cause
from leadtight.domain.policy.policy import Policy

MOST = 6
LONGEST = 200
UNREADABLE = "This entry cannot be read"
CALLS = {
    "": "The automatic call has no outcome",
    ANSWERED: "They answered the automatic call",
    FAILED: "The automatic call could not be made",
}
CHANNELS = {"email": "mails", "sms": "texts", "voice": "calls"}
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of a timeline."""

    when: str
    text: str


def timeline(policy: Policy, events: Iterable[Event]) -> tuple[TimelineEntry, ...]:
    """Return the latest events worth reading, newest first."""
    zone = policy.company.zone
    sentences = [
        TimelineEntry(when=formatting.moment(e.at, zone), text=text) for e in events if (text := sentence(policy, e))
    ]
    return tuple(reversed(sentences[-MOST:]))


def sentence(policy: Policy, event: Event) -> str:
    """Return an event in words.

    Bookkeeping and erased events are empty. An event of another version that cannot be rendered is shown as unreadable:
    it must not break its page.
    """
    if is_anonymous(event) and event.kind is not EventKind.LEAD_ERASED:
        return ""
    try:
        text = _SENTENCES[event.kind](policy, event.data, _actor(policy, event))
    except (ValueError, TypeError, LookupError, AttributeError):
        return UNREADABLE
    return formatting.one_line(text, LONGEST)


def _actor(policy: Policy, event: Event) -> str:
    return policy.person_name(event.actor.removeprefix("person:"))


def _wrote_again(data: Data) -> str:
    message = str(data.get("inquiry", {}).get("message") or "")
    suffix = f": {message}" if message else ""
    return f"Wrote again: {formatting.title(str(data.get('source', '')))}{suffix}"


def _reassigned(policy: Policy, data: Data, actor: str) -> str:
    return f"Moved from {_person(policy, data, 'previous')} to {_person(policy, data, 'owner')}"


def _offered_on(policy: Policy, data: Data, actor: str) -> str:
    owner, previous = _person(policy, data, "owner"), _person(policy, data, "previous")
    return f"{owner} had room again and took it over from {previous}"


def _handed_over(policy: Policy, data: Data, actor: str) -> str:
    """Name the new owner and the new deadline.

    A new team has a promise of its own (R4).
    """
    begun = "Waited too long, so moved" if data.get("cause") == Cause.BYPASS else f"{actor} handed over"
    text = f"{begun} to {formatting.title(str(data.get('pool', 'another pool')))}: {_person(policy, data, 'owner')}"
    for word, key in (("by", "new_deadline"), ("instead of", "old_deadline")):
        text += f" {word} {_moment(policy, data[key])}" if data.get(key) else ""
    return f"{text}. {formatting.sentence(str(data['reason']))}" if data.get("reason") else text


def _rearmed(policy: Policy, data: Data, actor: str) -> str:
    due = f": due {_moment(policy, data['new_deadline'])}" if data.get("new_deadline") else ""
    moved = data.get("old_deadline") and data["old_deadline"] != data.get("new_deadline")
    old = f" instead of {_moment(policy, data['old_deadline'])}" if moved else ""
    return f"Re-armed under the current policy{due}{old}"


def _recorded(policy: Policy, data: Data, actor: str) -> str:
    spoke = formatting.SPOKE_BY.get(str(data.get("spoke_by")), "")
    words = [f"{actor} recorded: {_label(policy, data)}", spoke, _claim(policy, data)]
    words += [str(data.get(name) or "") for name in ("reason", "note")]
    words += [f"Called although {data['call_warning']}"] if data.get("call_warning") else []
    return ". ".join(formatting.sentence(str(w)).removesuffix(".") for w in words if w)


def _answered_warning(policy: Policy, data: Data, actor: str) -> str:
    reason = formatting.CALL_REASONS.get(str(data.get("reason")), "Another reason")
    return f"{actor} was warned not to call, {data.get('warning', '')}. {reason}"


def _booked(policy: Policy, data: Data, actor: str) -> str:
    at = _time(policy, data.get("starts_at"))
    return f"Booked a call{' for ' + at if at else ''}"


def _claim(policy: Policy, data: Data) -> str:
    return f"They say it was {_time(policy, data['claimed_at'])}" if data.get("claimed_at") else ""


def _proven(policy: Policy, data: Data, actor: str) -> str:
    evidence = data.get("evidence") or {}
    shows = formatting.PROOFS.get(str(evidence.get("proof")), "A record")
    who = _person(policy, data, "by") if data.get("by") else "the automatic call"
    words = [who, _label(policy, data), _time(policy, evidence.get("at"))]
    return f"{shows} shows: {', '.join(word for word in words if word)}"


def _became_task(policy: Policy, data: Data, actor: str) -> str:
    return f"{CALLS.get(str(data.get('why')), CALLS[''])}: a person calls"


def _corrected(policy: Policy, data: Data, actor: str) -> str:
    at, previous = (_time(policy, data.get(key)) for key in ("first_contact_at", "previous_at"))
    return f"The first contact was {at or 'earlier'}, not {previous or 'when it was assumed'}"


def _time(policy: Policy, text: str | None) -> str:
    return formatting.moment(parse_timestamp(text), policy.company.zone) if text else ""


def _sent(policy: Policy, data: Data, actor: str) -> str:
    return _SENT.get(str(data.get("template")), "")


def _step(policy: Policy, data: Data, actor: str) -> str:
    action = formatting.title(str(data.get("what", "")).replace("{name}", "the lead"))
    return f"Step in “{_sequence(data)}”: {action}"


def _ended(policy: Policy, data: Data, actor: str) -> str:
    return f"“{_sequence(data)}” ended: {formatting.title(str(data.get('reason', ''))).lower()}"


def _sequence(data: Data) -> str:
    return formatting.title(str(data.get("sequence", "")))


def _opted_out(data: Data) -> str:
    suffix = f": {data['words']}" if data.get("words") else ""
    return f"Wants no more messages by {' and '.join(data.get('channels', ()))}{suffix}"


def _bounced(policy: Policy, data: Data, actor: str) -> str:
    reason = str(data.get("detail") or "")
    why = f": {reason}" if reason.startswith(SUPPRESSED) else ""
    return f"A message to {_recipient(policy, data)} bounced{why}"


def _not_delivered(policy: Policy, data: Data, actor: str) -> str:
    suffix = f": {_person(policy, data, 'to')} was notified" if data.get("to") else ""
    return f"{_person(policy, data, 'person')} was not reached{suffix}"


def _failed(policy: Policy, data: Data, actor: str) -> str:
    return f"A message to {_recipient(policy, data)} could not be sent"


def _refused(policy: Policy, data: Data, actor: str) -> str:
    return f"Not sent to {_recipient(policy, data)}: {data.get('detail', '')}"


def _concern(data: Data) -> str:
    return f"{formatting.title(str(data.get('concern', 'concern'))).lower()}, {data.get('found', '')}"


def _waits(policy: Policy, data: Data, actor: str) -> str:
    until = _time(policy, (data.get("decision") or {}).get("until"))
    return f"A message to {_recipient(policy, data)} waits until {until or 'its time'}"


def _moment(policy: Policy, at: str) -> str:
    return formatting.moment(parse_timestamp(at), policy.company.zone)


def _label(policy: Policy, data: Data) -> str:
    outcome = str(data.get("outcome", "something"))
    rule = policy.outcomes.get(outcome)
    return rule.label if rule else formatting.title(outcome)


def _person(policy: Policy, data: Data, key: str) -> str:
    return policy.person_name(data.get(key))


def _escalated(policy: Policy, data: Data, actor: str) -> str:
    text = f"{_person(policy, data, 'to')} was notified"
    return f"{text}, standing in for {_person(policy, data, 'stands_in_for')}" if data.get("stands_in_for") else text


def _recipient(policy: Policy, data: Data) -> str:
    return "the lead" if data.get("recipient") == LEAD else _person(policy, data, "recipient")


_SENT = {
    Template.ACKNOWLEDGE.value: "Automatic reply sent",
    Template.SEQUENCE_STEP.value: "Automatic message sent",
    Template.BOOKING_LINK.value: "Booking link sent",
    Template.ASK_LEAD.value: "Question sent: have we been in touch?",
    Template.ASSET.value: "Answer to their objection sent",
}
_SENTENCES: Mapping[EventKind, Callable[[Policy, Data, str], str]] = {
    EventKind.LEAD_RECEIVED: lambda p, d, a: f"Arrived: {formatting.title(str(d.get('source', '')))}",
    EventKind.LEAD_EXCLUDED: lambda p, d, a: f"Not counted: {formatting.title(str(d.get('reason', 'excluded')))}",
    EventKind.INQUIRY_JOINED: lambda p, d, a: _wrote_again(d),
    EventKind.AUTO_REPLY_NOTED: lambda p, d, a: f"Automatic reply from them: {d.get('subject') or d.get('words', '')}",
    EventKind.CALL_BOOKED: _booked,
    EventKind.LEAD_ASSIGNED: lambda p, d, a: f"Assigned to {_person(p, d, 'owner')}",
    EventKind.LEAD_REASSIGNED: _reassigned,
    EventKind.LEAD_OFFERED_ON: _offered_on,
    EventKind.LEAD_HANDED_OVER: _handed_over,
    EventKind.LEAD_EXPIRED: _reassigned,
    EventKind.COVER_PROLONGED: lambda p, d, a: (
        f"{_person(p, d, 'owner')} keeps it: {_person(p, d, 'absent')} is not back"
    ),
    EventKind.OWNER_WARNED: lambda p, d, a: "Owner warned that time is running out",
    EventKind.DEADLINE_MISSED: lambda p, d, a: f"Deadline missed by {_person(p, d, 'owner')}",
    EventKind.LEAD_ESCALATED: _escalated,
    EventKind.OWNER_REMINDED: lambda p, d, a: f"{_person(p, d, 'owner')} was reminded",
    EventKind.LEAD_STALLED: lambda p, d, a: str(d.get("task", "This lead has stalled")),
    EventKind.LEAD_REARMED: _rearmed,
    EventKind.CONCERN_RAISED: lambda p, d, a: f"Needs a person: {_concern(d)}",
    EventKind.CALL_WARNING_ANSWERED: _answered_warning,
    EventKind.OUTCOME_RECORDED: _recorded,
    EventKind.OUTCOME_PROVEN: _proven,
    EventKind.FIRST_CONTACT_CORRECTED: _corrected,
    EventKind.OUTCOME_UNDONE: lambda p, d, a: f"{a} undid: {_label(p, d)}",
    EventKind.LEAD_ENROLLED: lambda p, d, a: f"“{_sequence(d)}” began",
    EventKind.STEP_TAKEN: _step,
    EventKind.CALL_BECAME_TASK: _became_task,
    EventKind.CALL_FAILED: lambda p, d, a: "The automatic call could not be made",
    EventKind.SEQUENCE_ENDED: _ended,
    EventKind.LEAD_RETIRED: lambda p, d, a: f"Closed: no answer to {d.get('attempts', 'all')} attempts",
    EventKind.LEAD_OPTED_OUT: lambda p, d, a: _opted_out(d),
    EventKind.LEAD_ERASED: lambda p, d, a: "The person was erased at their request",
    EventKind.MESSAGE_PUT_OFF: _waits,
    EventKind.LEAD_ASKED: lambda p, d, a: "",
    EventKind.LEAD_ANSWERED: lambda p, d, a: (
        "Says we have been in touch" if d.get("said") == "yes" else "Says no one has been in touch"
    ),
    EventKind.LEAD_NOT_REACHED: lambda p, d, a: (
        f"{formatting.sentence(CHANNELS.get(str(d.get('channel')), 'messages'))} to them bounce: reach them another way"
    ),
    EventKind.ALERT_NOT_DELIVERED: _not_delivered,
    EventKind.MESSAGE_SENT: _sent,
    EventKind.MESSAGE_CONFIRMED: lambda p, d, a: "",
    EventKind.MESSAGE_BOUNCED: _bounced,
    EventKind.MESSAGE_FAILED: _failed,
    EventKind.MESSAGE_REFUSED: _refused,
}

"""Each kind of event in plain words for new users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from leadtight.adapters.presentation.formatting import CALL_REASONS, PROOFS, SPOKE_BY, sentence, title
from leadtight.devstage.console.times import clock_time, span
from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.compliance.erasure import is_anonymous
from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.outcomes.automatic_call import ANSWERED, FAILED
from leadtight.domain.ownership.handover import Cause
from leadtight.domain.policy.policy import Policy

TEMPLATE_LABELS = {
    Template.ACKNOWLEDGE: "Acknowledgement",
    Template.ALERT_OWNER: "Alert",
    Template.WARN_OWNER: "Warning",
    Template.DEADLINE_MISSED: "Notice of the missed deadline",
    Template.ESCALATE: "Escalation",
    Template.LEAD_MOVED: "Notice of the move",
    Template.REMIND: "Reminder",
    Template.TASK: "Task",
    Template.SEQUENCE_STEP: "Message of a sequence",
    Template.BOOKING_LINK: "Booking link",
    Template.ASSET: "Answer to an objection",
    Template.WROTE_AGAIN: "Notice that they wrote again",
    Template.WEEKLY_REVIEW: "Weekly review",
    Template.NEEDS_PERSON: "Notice that a person must act",
    Template.ASK_LEAD: "Question whether they have been contacted",
    Template.NOT_CONTACTED: "Notice that the lead has not been contacted",
    Template.NOT_REACHED: "Notice of an undelivered alert",
}
VIA = {
    "email": "by e-mail",
    "sms": "by text message",
    "slack": "in Slack",
    "teams": "in Teams",
    "voice": "by an automatic call",
}
_WHY_MOVED = {
    "rotation": "it is their turn",
    "owner_gone": "the previous owner is no longer assigned leads",
    "owner_away": "the previous owner is away when it is due",
    "delegate": "they stand in for a colleague who is away when it is due",
    "expired": "it was not touched for too long",
    "given_back": "they are back from leave",
    "hop_limit": "it has moved as often as the policy allows, so a manager keeps it",
    "no_eligible_rep": "no one else in the pool can take it, so a manager keeps it",
    "all_full": "everyone who could take it is at a cap, so a manager keeps it",
    "existing_owner": "they know this lead already",
}

_ANSWERS = (EventKind.OUTCOME_RECORDED, EventKind.OUTCOME_PROVEN)
_WHY_ASSIGNED = {
    "no_eligible_rep": "no one can take it now in",
    "all_full": "everyone who could take it is at a cap in",
    "existing_owner": "they know this lead already, before",
    "claimed": "they were talking to them already, before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Context of an event: lead, owner after it, and present."""

    policy: Policy
    lead: Lead
    owner: str
    now: datetime

    def person(self, who: object) -> str:
        """Return a person's name."""
        return self.policy.person_name(str(who) if who else None)

    def time(self, at: datetime) -> str:
        """Return a moment on the company's clock."""
        return clock_time(at, self.now, self.policy.company.zone)

    def actor(self, event: Event) -> str:
        """Return the name of the person who acted."""
        return self.person(event.actor.removeprefix("person:"))


def describe_event(scene: Scene, event: Event) -> str:
    """Describe an event in a sentence or two.

    Empty for pure bookkeeping.
    """
    hidden = is_anonymous(event) and event.kind is not EventKind.LEAD_ERASED
    return "" if hidden else _WORDS[event.kind](scene, event)


def template_label(template: object) -> str:
    """Return the label of a message's template."""
    names = {str(t): name for t, name in TEMPLATE_LABELS.items()}
    return names.get(str(template)) or title(str(template))


def recipient(policy: Policy, lead: Lead, who: str) -> str:
    """Return the name of a message's recipient."""
    return lead.inquiry.display_name if who == LEAD else policy.person_name(who)


def outcome_label(policy: Policy, outcome: object) -> str:
    """Return the label of an outcome's button."""
    rule = policy.outcomes.get(str(outcome))
    return rule.label if rule else title(str(outcome))


def first_contact_at(event: Event) -> datetime | None:
    """Return the contact time that stopped the first-response timer.

    None unless this event stopped it.
    """
    pair = event.changes.get("first_contact_at")
    return parse_timestamp(pair[1]) if event.kind in _ANSWERS and pair and pair[1] and not pair[0] else None


def _received(scene: Scene, event: Event) -> str:
    promise, source = scene.lead.promise, title(str(event.data.get("source", "")))
    return f"Received: {source}. It is {promise.tier}, so an answer is promised by {scene.time(promise.deadline)}."


def _excluded(scene: Scene, event: Event) -> str:
    reason, rule = title(str(event.data.get("reason"))), event.data.get("rule")
    return f"{reason}, by the rule “{rule}”: it has no owner, no deadline and no messages, and no rate counts it."


def _joined(scene: Scene, event: Event) -> str:
    message = event.data["inquiry"].get("message")
    quotation = f" “{message}”" if message else ""
    return f"{scene.lead.inquiry.display_name} wrote again: {title(str(event.data.get('source', '')))}.{quotation}"


def _booked(scene: Scene, event: Event) -> str:
    starts_at = event.data.get("starts_at")
    when = f" for {scene.time(parse_timestamp(starts_at))}" if starts_at else ""
    return f"{scene.lead.inquiry.display_name} booked a call{when}."


def _assigned(scene: Scene, event: Event) -> str:
    receipt = event.data["receipt"]
    turn = _WHY_ASSIGNED.get(str(receipt["reason"]), "it is their turn in")
    return f"Assigned to {scene.owner}, because {turn} the pool “{receipt['pool']}”."


def _reassigned(scene: Scene, event: Event) -> str:
    reason = _WHY_MOVED.get(str(event.data.get("reason")), str(event.data.get("reason")))
    return f"Reassigned from {scene.person(event.data.get('previous'))} to {scene.owner}: {reason}."


def _offered_on(scene: Scene, event: Event) -> str:
    pool = event.data["receipt"]["pool"]
    previous = scene.person(event.data.get("previous"))
    return f"Reassigned from {previous} to {scene.owner}: the pool “{pool}” has capacity again."


def _handed_over(scene: Scene, event: Event) -> str:
    data = event.data
    lead_in = "Waited too long, so moved" if data["cause"] == Cause.BYPASS else f"{scene.actor(event)} handed over"
    old = f" instead of {scene.time(parse_timestamp(data['old_deadline']))}" if data["old_deadline"] else ""
    due = f"due {scene.time(parse_timestamp(data['new_deadline']))}{old}"
    reason = f" “{data['reason']}”" if data["reason"] else ""
    versions = {str(data["old_policy_version"]), str(data["new_policy_version"])}
    policy = f", by policy {data['new_policy_version']}" if len(versions) > 1 else ""
    return f"{lead_in} to the pool “{data['pool']}”: now with {scene.owner}, {due}{policy}.{reason}"


def _rearmed(scene: Scene, event: Event) -> str:
    data = event.data
    due = f", due {scene.time(parse_timestamp(data['new_deadline']))}" if data["new_deadline"] else ""
    return f"Re-armed under policy {data['new_policy_version']} (was {data['old_policy_version']}){due}."


def _prolonged(scene: Scene, event: Event) -> str:
    until = event.data.get("until")
    how_long = f"until {scene.time(parse_timestamp(until))}" if until else "permanently"
    return f"{sentence(scene.owner)} keeps it {how_long}: {scene.person(event.data.get('absent'))} is not back."


def _warned(scene: Scene, event: Event) -> str:
    target = scene.policy.targets.get(scene.lead.promise.target)
    shares = target.warn_at if target and event.data.get("target") == FIRST_RESPONSE else ()
    level = int(event.data.get("level", 0))
    used = f": {shares[level - 1]:.0%} of the time is used" if 0 < level <= len(shares) else ""
    return f"{scene.owner} warned{used}. Due {_deadline(scene, event)}."


def _missed(scene: Scene, event: Event) -> str:
    if event.data.get("target") == FIRST_RESPONSE:
        return f"Deadline missed: {scene.owner} had not answered by {_deadline(scene, event)}."
    return f"Next step overdue: {scene.owner} had not done it by {_deadline(scene, event)}."


def _recorded(scene: Scene, event: Event) -> str:
    parts = [f"{scene.actor(event)} recorded “{outcome_label(scene.policy, event.data.get('outcome'))}”."]
    parts += [f"{SPOKE_BY[event.data['spoke_by']]}."] if event.data.get("spoke_by") else []
    parts += [f"“{event.data[key]}”" for key in ("reason", "note") if event.data.get(key)]
    if event.data.get("claimed_at"):
        claimed, counted = (scene.time(parse_timestamp(event.data[key])) for key in ("claimed_at", "counted_at"))
        parts.append(
            f"They reported it for {claimed}"
            + ("." if claimed == counted else "; it counts from the time of their report.")
        )
    return " ".join([*parts, *_stopped(scene, event)])


def _proven(scene: Scene, event: Event) -> str:
    evidence, label = event.data["evidence"], outcome_label(scene.policy, event.data.get("outcome"))
    happened, by = scene.time(parse_timestamp(evidence["at"])), event.data.get("by")
    who = scene.person(by) if by else "the automatic call"
    sentence = f"{PROOFS[evidence['proof']]} shows: {who}, “{label}”, at {happened}."
    return " ".join([sentence, *_stopped(scene, event)])


def _became_task(scene: Scene, event: Event) -> str:
    whys = {ANSWERED: "The lead answered the automatic call", FAILED: "The automatic call failed"}
    reason = whys.get(str(event.data.get("why")), "The automatic call has no outcome")
    return f"{reason}: it is now a task for {scene.owner}."


def _stopped(scene: Scene, event: Event) -> list[str]:
    at = first_contact_at(event)
    if at is None:
        return []
    spare = scene.lead.promise.deadline - at
    verdict = "before the deadline" if spare.total_seconds() >= 0 else "after the deadline"
    return [f"The clock stopped {span(spare)} {verdict}."]


def _corrected(scene: Scene, event: Event) -> str:
    at, previous = (parse_timestamp(event.data[key]) for key in ("first_contact_at", "previous_at"))
    kept = "The promise was kept." if at <= scene.lead.promise.deadline else "The promise was still broken."
    return f"The first contact was at {scene.time(at)}, not at {scene.time(previous)}. {kept}"


def _undone(scene: Scene, event: Event) -> str:
    label = outcome_label(scene.policy, event.data.get("outcome"))
    return f"{scene.actor(event)} undid “{label}”: everything is due again as before."


def _step(scene: Scene, event: Event) -> str:
    action = str(event.data.get("what", "")).replace("{name}", scene.lead.inquiry.display_name)
    if event.data.get("action") == StepAction.TASK:
        return f"{scene.owner} got a task of the sequence “{_sequence(event)}”: {action}."
    if event.data.get("action") == StepAction.VOICE:
        return f"The sequence “{_sequence(event)}” calls {scene.lead.inquiry.display_name} through Amazon Connect."
    return f"The sequence “{_sequence(event)}” writes “{title(action)}” {VIA.get(str(event.data.get('action')), '')}."


def _ended(scene: Scene, event: Event) -> str:
    return f"The sequence “{_sequence(event)}” ended: {title(str(event.data.get('reason'))).lower()}."


def _opted_out(scene: Scene, event: Event) -> str:
    ways = " or ".join(VIA.get(str(channel), str(channel)) for channel in event.data.get("channels", ()))
    return f"{scene.lead.inquiry.display_name} wants no more messages {ways}: none is sent from now on, on any lead."


def _answered(scene: Scene, event: Event) -> str:
    has = "have" if event.data.get("said") == "yes" else "have not"
    other = " The log says otherwise." if event.data.get("disagrees") else ""
    return f"{scene.lead.inquiry.display_name} says that they {has} been contacted.{other}"


def _not_delivered(scene: Scene, event: Event) -> str:
    person, to = scene.person(event.data.get("person")), event.data.get("to")
    consequence = f"{scene.person(to)} is notified at once" if to else "no one else can be notified"
    return f"The alert did not reach {person}: {consequence}."


def _sequence(event: Event) -> str:
    return title(str(event.data.get("sequence", "")))


def _message(verb: str) -> Callable[[Scene, Event], str]:
    def describe(scene: Scene, event: Event) -> str:
        who = recipient(scene.policy, scene.lead, str(event.data.get("recipient")))
        how = VIA.get(str(event.data.get("channel")), "")
        detail = f": {event.data['detail']}" if event.data.get("detail") else ""
        return f"{template_label(event.data.get('template'))} {verb} {who} {how}{detail}."

    return describe


def _put_off(scene: Scene, event: Event) -> str:
    until = scene.time(parse_timestamp(event.data["decision"]["until"]))
    return f"{_message('waits to go to')(scene, event).removesuffix('.')}, until {until}."


def _deadline(scene: Scene, event: Event) -> str:
    return scene.time(parse_timestamp(event.data["deadline"]))


_WORDS: Mapping[EventKind, Callable[[Scene, Event], str]] = {
    EventKind.LEAD_RECEIVED: _received,
    EventKind.LEAD_EXCLUDED: _excluded,
    EventKind.INQUIRY_JOINED: _joined,
    EventKind.AUTO_REPLY_NOTED: lambda scene, event: (
        f"An automatic reply came: “{event.data.get('subject') or event.data.get('words', '')}”. It is not a contact."
    ),
    EventKind.CALL_BOOKED: _booked,
    EventKind.LEAD_ASSIGNED: _assigned,
    EventKind.LEAD_REASSIGNED: _reassigned,
    EventKind.LEAD_OFFERED_ON: _offered_on,
    EventKind.LEAD_HANDED_OVER: _handed_over,
    EventKind.LEAD_EXPIRED: _reassigned,
    EventKind.COVER_PROLONGED: _prolonged,
    EventKind.OWNER_WARNED: _warned,
    EventKind.DEADLINE_MISSED: _missed,
    EventKind.LEAD_ESCALATED: lambda scene, event: f"Escalated to {scene.person(event.data.get('to'))}.",
    EventKind.LEAD_REARMED: _rearmed,
    EventKind.LEAD_STALLED: lambda scene, event: f"{sentence(scene.owner)} got a task: {event.data.get('task')}.",
    EventKind.OWNER_REMINDED: lambda scene, event: f"{sentence(scene.owner)} reminded.",
    EventKind.CONCERN_RAISED: lambda scene, event: (
        f"Their message needs a person: {title(str(event.data.get('concern'))).lower()}, {event.data.get('found')}."
    ),
    EventKind.CALL_WARNING_ANSWERED: lambda s, e: (
        f"{s.actor(e)} was warned not to call ({e.data['warning']}). {CALL_REASONS[e.data['reason']]}."
    ),
    EventKind.OUTCOME_RECORDED: _recorded,
    EventKind.OUTCOME_PROVEN: _proven,
    EventKind.FIRST_CONTACT_CORRECTED: _corrected,
    EventKind.OUTCOME_UNDONE: _undone,
    EventKind.LEAD_ENROLLED: lambda scene, event: f"The sequence “{_sequence(event)}” began.",
    EventKind.STEP_TAKEN: _step,
    EventKind.CALL_FAILED: lambda scene, event: "The automatic call could not be made.",
    EventKind.CALL_BECAME_TASK: _became_task,
    EventKind.SEQUENCE_ENDED: _ended,
    EventKind.LEAD_RETIRED: lambda scene, event: f"Closed: no answer to {event.data.get('attempts')} attempts.",
    EventKind.LEAD_OPTED_OUT: _opted_out,
    EventKind.LEAD_ERASED: lambda scene, event: "The person was erased at their request.",
    EventKind.MESSAGE_PUT_OFF: _put_off,
    EventKind.LEAD_ASKED: lambda scene, event: "The lead is asked whether they have been contacted.",
    EventKind.LEAD_ANSWERED: _answered,
    EventKind.LEAD_NOT_REACHED: lambda scene, event: (
        f"{sentence(VIA.get(str(event.data.get('channel')), 'this way'))} {scene.lead.inquiry.display_name} "
        "cannot be reached: the next step says how instead."
    ),
    EventKind.ALERT_NOT_DELIVERED: _not_delivered,
    EventKind.MESSAGE_SENT: _message("sent to"),
    EventKind.MESSAGE_CONFIRMED: lambda scene, event: "",  # the list of messages says so
    EventKind.MESSAGE_BOUNCED: _message("came back from"),
    EventKind.MESSAGE_FAILED: _message("could not be sent to"),
    EventKind.MESSAGE_REFUSED: _message("was not sent to"),
}

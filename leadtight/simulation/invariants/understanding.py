"""Inquiries are understood or quarantined, and present people learn.

Escalations reach a person who is there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from leadtight.domain.intake.human_handoff import UNPROVED
from leadtight.domain.intake.quarantine import QuarantineState
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_active_member
from leadtight.simulation.actors.people import SimulatedPeople
from leadtight.simulation.actors.quotations import OWN
from leadtight.simulation.actors.sample_mails import FORGED_STOP


def nothing_quoted_acts(people: SimulatedPeople) -> Iterator[str]:
    """Yield opt-outs and concerns raised by quoted words only."""
    released = {
        delivery.lead_id
        for delivery in people.run.deployment.table.every_held()
        if delivery.state is QuarantineState.RELEASED
    }
    for event in people.run.deployment.table.every_event():
        if event.kind is EventKind.LEAD_OPTED_OUT and OWN in str(event.data.get("words", "")):
            yield f"{event.lead_id} left {event.data['channels']} by words that it only quoted"
        elif event.kind is EventKind.LEAD_OPTED_OUT and FORGED_STOP in str(event.data.get("words", "")):
            if event.lead_id not in released:
                yield f"{event.lead_id} left {event.data['channels']} by the words of another person"
        elif event.kind is EventKind.CONCERN_RAISED and event.data["rule"] != UNPROVED:
            yield f"{event.lead_id} raised a concern by {event.data['found']!r}, which it only quoted"


def items_are_independent(people: SimulatedPeople) -> Iterator[str]:
    """Yield items whose quarantine contradicts their readability."""
    table, sources = people.run.deployment.table, people.sources
    for name, is_lead in sources.is_lead.items():
        for lead_id in sources.reported_ids.get(name, ()):
            if is_lead and table.load(lead_id) is None:
                yield f"{name} can be read, and is held as {lead_id}"
            elif not is_lead and table.find_held(lead_id) is None:
                yield f"{name} cannot be read, and is not held, but {lead_id}"


def second_joins_first(people: SimulatedPeople) -> Iterator[str]:
    """Yield leads made for a person with an open one.

    The person is known by an address or a chat name.
    """
    leads: dict[str, Lead] = {}
    for change in people.run.deployment.table.changes:
        made = change.after
        is_new = change.before is None and made.is_open and not made.sender_unproved
        if is_new and (joinable := _joinable(made, leads.values())):
            yield f"{made.id} was made of an inquiry that belongs to {joinable}"
        if not made.sender_unproved:  # an unproved mail joins no other sender's lead, nor another mail it
            leads[made.id] = made


def writing_is_a_task(people: SimulatedPeople) -> Iterator[str]:
    """Yield closed leads that an inquiry joined.

    An owner no longer has them to do.
    """
    for change in people.run.deployment.table.changes:
        if change.after.is_open or change.after.excluded:
            continue
        yield from (
            f"{change.after.id} stayed closed when its person wrote"
            for event in change.events
            if event.kind is EventKind.INQUIRY_JOINED
        )


def escalations_reach_present_people(people: SimulatedPeople) -> Iterator[str]:
    """Yield escalations to an absent person with a stand-in."""
    for event in people.run.deployment.table.every_event():
        if event.kind is EventKind.LEAD_ESCALATED:
            stand_ins = [_missed_stand_in(people, policy, event) for policy in _policies(people, event.at)]
            if all(stand_ins):
                yield f"{event.lead_id} was escalated to {event.data['to']}, who was away, and not to {stand_ins[0]}"


def owners_are_active(people: SimulatedPeople) -> Iterator[str]:
    """Yield open leads that belong to a person who left."""
    for lead in people.run.deployment.table.every_lead():
        if lead.is_open and lead.owner_id and not is_active_member(people.run.policy, lead.owner_id):
            yield f"{lead.id} belongs to {lead.owner_id}, who has left"


def _joinable(made: Lead, earlier: Iterable[Lead]) -> str:
    names = _names(made.inquiry)
    return ", ".join(lead.id for lead in earlier if lead.is_open and names & _names(lead.inquiry))


def _names(inquiry: Inquiry) -> set[str]:
    """Return a person's unique identities, as they were written."""
    unread = inquiry.fields.get("email", "") if "email_odd" in inquiry.flags else ""
    return {name for name in (inquiry.email, inquiry.handle, unread) if name}


def _missed_stand_in(people: SimulatedPeople, policy: Policy, event: Event) -> str:
    """Return the person to notify instead.

    Empty when the notified person was there, or has no stand-in.
    """
    person = policy.people.get(event.data["to"])
    if person is None or person.delegate in (None, event.data["owner"]):
        return ""
    is_missed = _is_away(people, policy, person.id, event.at) and _is_there(people, policy, person.delegate, event.at)
    return person.delegate if is_missed else ""


def _policies(people: SimulatedPeople, at: datetime) -> list[Policy]:
    """Return the policies that a clock may have read then.

    `at` is the time that this clock showed.
    """
    margin = _margin(people)
    until = [start for start, _ in people.governed[1:]] + [datetime(9000, 1, 1, tzinfo=UTC)]
    spans = zip(people.governed, until, strict=True)
    return [policy for (start, policy), end in spans if start - margin <= at <= end + margin]


def _is_away(people: SimulatedPeople, policy: Policy, person: str, at: datetime) -> bool:
    margin = _margin(people)
    spans = _absences(people, policy, person)
    return not is_active_member(policy, person) or any(span.start + margin < at < span.end - margin for span in spans)


def _is_there(people: SimulatedPeople, policy: Policy, person: str, at: datetime) -> bool:
    margin = _margin(people)
    spans = _absences(people, policy, person)
    return is_active_member(policy, person) and not any(
        span.start - margin <= at <= span.end + margin for span in spans
    )


def _absences(people: SimulatedPeople, policy: Policy, person: str) -> Sequence[Absence]:
    return (*people.absences[person], *policy.people[person].away)


def _margin(people: SimulatedPeople) -> timedelta:
    """Return the clock skew of functions.

    Absences that begin or end within it may count either way.
    """
    return people.run.most_skew

"""Owed messages are sent in time, or explained.

A person is told why a message was not sent.
"""

from collections.abc import Iterator
from datetime import timedelta

from leadtight.app.messaging.retry import WITH
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Message, Status, Template
from leadtight.simulation.actors.people import SimulatedPeople

GONE_WITHIN = timedelta(seconds=60)
"""Time within which a message is sent without faults."""

WAITING = frozenset({EventKind.MESSAGE_PUT_OFF, EventKind.MESSAGE_REFUSED})


def is_sent(people: SimulatedPeople, within: timedelta) -> Iterator[str]:
    """Yield overdue messages, and sent ones never handed over.

    An owed message is tried again by the sweep; a sent one was handed over, alone or in its reader's digest.
    """
    gone = _gone(people)
    for message in people.run.deployment.table.every_message():
        name = f"{message.id} of {message.lead_id}"
        if message.is_owed and message.next_try_at < people.run.now - within:
            yield f"{name} should have gone at {message.next_try_at}, and is {message.status}"
        elif message.status in (Status.SENT, Status.CONFIRMED) and (message.lead_id, message.id) not in gone:
            yield f"{name} is marked as {message.status}, and was never handed over"


def in_time(people: SimulatedPeople) -> Iterator[str]:
    """Yield messages that took over a minute without a fault.

    Digests and permitted hours may delay them.
    """
    if not people.run.plan.is_free_of_faults:
        return
    messages = {(m.lead_id, m.id): m for m in people.run.deployment.table.every_message()}
    waited = {_of(e) for e in people.run.deployment.table.every_event() if e.kind in WAITING}
    for event in people.run.deployment.table.every_event():
        message = messages.get(_of(event)) if event.kind is EventKind.MESSAGE_SENT else None
        if message and not message.queued and _of(event) not in waited and event.at - message.created_at > GONE_WITHIN:
            yield f"{message.id} of {message.lead_id} went {event.at - message.created_at} after it was decided on"


def undelivered_is_reported(people: SimulatedPeople) -> Iterator[str]:
    """Yield undelivered notices of which no other person learnt.

    That is the next reader, or the person above.
    """
    table = people.run.deployment.table
    for message in table.every_message():
        lead = table.load(message.lead_id)
        if message.status is not Status.DEAD or lead is None or not _must_be_told(message, lead):
            continue
        if message.recipient not in lead.not_reached:
            yield f"{message.id} of {lead.id} did not reach {message.recipient}, and no one was notified"


def agreed_to(people: SimulatedPeople) -> Iterator[str]:
    """Yield texts to leads who never agreed to texts."""
    agreed = people.sources.agreed
    for text in people.run.deployment.texter.sent:
        if text.permission.address not in agreed:
            yield f"a text of {text.envelope.lead_id} went to {text.permission.address}, who had agreed to none"


def _must_be_told(message: Message, lead: Lead) -> bool:
    is_for_team = message.recipient != LEAD and message.template is not Template.LEAD_MOVED
    return is_for_team and lead.is_open and lead.owner_id == message.recipient


def _gone(people: SimulatedPeople) -> set[tuple[str, str]]:
    """Return the messages handed over, alone or in a digest.

    A digest is known by one of its messages.
    """
    deployment = people.run.deployment
    envelopes = [mail.envelope for mail in deployment.mailer.sent] + [text.envelope for text in deployment.texter.sent]
    gone = {(envelope.lead_id, envelope.message_id) for envelope in envelopes}
    for message in deployment.table.every_message():
        if (message.lead_id, message.id) in gone:
            gone |= {(lead_id, message_id) for lead_id, message_id in message.data.get(WITH, ())}
    return gone


def _of(event: Event) -> tuple[str, str]:
    return event.lead_id, str(event.data.get("message", ""))

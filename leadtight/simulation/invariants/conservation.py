"""Everything received is kept exactly once.

It is a lead, part of one, or quarantined, by whichever channel it came.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from leadtight.app.intake.receive import KEY_KEPT
from leadtight.domain.intake.quarantine import QuarantineState
from leadtight.domain.model.event import Event, EventKind
from leadtight.simulation.actors.people import SimulatedPeople
from leadtight.simulation.actors.sources import FILES

TRIED_FOR = timedelta(days=1)
"""Longest time between first processing and answer."""

TAKEN = (EventKind.LEAD_RECEIVED, EventKind.INQUIRY_JOINED, EventKind.AUTO_REPLY_NOTED)


def one_lead_per_key(people: SimulatedPeople) -> Iterator[str]:
    """Yield items that are not exactly one lead or delivery."""
    table = people.run.deployment.table
    for name, ids in _ends(people):
        if len(ids) != 1:
            yield f"{name} is {len(ids)} leads"
        lost = [lead_id for lead_id in ids if table.load(lead_id) is None and table.find_held(lead_id) is None]
        yield from (f"{name} was accepted, and {lead_id} does not exist" for lead_id in lost)


def conserved(people: SimulatedPeople) -> Iterator[str]:
    """Yield where accepted items and stored ones differ.

    Accepted must equal created, merged, quarantined and in flight, and everything sent must have been accepted.
    """
    table, sources = people.run.deployment.table, people.sources
    yield from (f"{name} was never accepted" for name in sorted(sources.sent - sources.reported_ids.keys()))
    if len(people.run.deployment.mail_files.files) != sources.mails:
        yield f"of {sources.mails} mails {len(people.run.deployment.mail_files.files)} were stored"
    ids = [lead_id for _, ids in _ends(people) for lead_id in ids]
    states = Counter(delivery.state for delivery in table.every_held())
    made = len({(event.lead_id, event.version) for event in table.every_event() if _is_taken(event)})
    of_leads = sum(table.load(lead_id) is not None for lead_id in ids)
    if made != of_leads + states[QuarantineState.RELEASED]:
        yield f"{of_leads} were accepted as leads and {states[QuarantineState.RELEASED]} released, {made} are kept"
    if unknown := {delivery.id for delivery in table.every_held()} - set(ids):
        yield f"{sorted(unknown)} are held, and were never sent"
    for delivery in table.every_held():
        if delivery.state is QuarantineState.RELEASED and table.load(delivery.lead_id or "") is None:
            yield f"{delivery.id} was released, and there is no lead {delivery.lead_id}"


def tried_again(people: SimulatedPeople, within: timedelta) -> Iterator[str]:
    """Yield announced deliveries whose fetch is overdue."""
    for delivery in people.run.deployment.table.every_held():
        late = delivery.next_try_at and delivery.next_try_at < people.run.now - within
        if delivery.state is QuarantineState.WAITING and (late or delivery.next_try_at is None):
            yield f"{delivery.id} should have been fetched at {delivery.next_try_at}"


def deliveries_again(people: SimulatedPeople) -> None:
    """Deliver again what other systems delivered."""
    for webhook, body, key, at in people.sources.delivered:
        if _is_known(people, at):
            people.sources.deliver(webhook, body, key, people.run.now)


def imports_again(people: SimulatedPeople) -> None:
    """Import every file again."""
    for rows in people.sources.imported:
        people.run.deployment.file_import.take(FILES, rows, people.run.now)


def spilled_again(people: SimulatedPeople) -> None:
    """Deliver every spilled post again."""
    for spilled in people.run.delivering.spilled:
        if _is_known(people, spilled.at):
            people.run.delivering.take_spilled(spilled)


def mails_again(people: SimulatedPeople) -> None:
    """Report every stored mail again."""
    for file, mail in people.run.deployment.mail_files.files.items():
        if _is_known(people, mail.stored_at):
            people.run.deployment.mails.take(file, people.run.now)


def _is_known(people: SimulatedPeople, at: datetime) -> bool:
    """Return whether the guard of an answered item still exists.

    Later repetitions count as new.
    """
    return people.run.now < at + KEY_KEPT - TRIED_FOR


def _is_taken(event: Event) -> bool:
    """Return whether an event records an item.

    An opt-out word is recorded with its source.
    """
    return event.kind in TAKEN or (event.kind is EventKind.LEAD_OPTED_OUT and "source" in event.data)


def _ends(people: SimulatedPeople) -> Iterator[tuple[str, set[str]]]:
    """Yield the results of each item and stored mail."""
    mails = people.run.delivering.mails
    stored = ((file, mails[file]) for file in people.run.deployment.mail_files.files)
    return chain(people.sources.reported_ids.items(), stored)

"""Measurements of a run: messages, and delays in seconds."""

from collections import Counter
from datetime import datetime

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE, StepKind
from leadtight.simulation.actors.people import SimulatedPeople


def sent(people: SimulatedPeople) -> int:
    """Return the number of mails and texts sent."""
    return len(people.run.deployment.mailer.sent) + len(people.run.deployment.texter.sent)


def doubles(people: SimulatedPeople) -> int:
    """Return the number of messages sent more than once.

    Their senders did not know whether they had gone.
    """
    deployment = people.run.deployment
    sent = Counter(mail.envelope.message_id + mail.envelope.lead_id for mail in deployment.mailer.sent)
    texts = Counter(text.envelope.message_id + text.envelope.lead_id for text in deployment.texter.sent)
    return sum(times - 1 for times in (*sent.values(), *texts.values()))


def seconds_to_owner(people: SimulatedPeople) -> list[float]:
    """Return the time without an owner of each lead.

    Leads that never had an owner are left out.
    """
    return [seconds_without_owner(lead) for lead in counted(people) if lead.first_assigned_at]


def seconds_to_telling(people: SimulatedPeople) -> list[float]:
    """Return the delays of breach notices after their deadlines.

    For a lead that came late, they count from its arrival.
    """
    table = people.run.deployment.table
    missed = (
        (event, table.load(event.lead_id))
        for event in table.every_event()
        if event.kind is EventKind.DEADLINE_MISSED and event.data["target"] == FIRST_RESPONSE
    )
    return [_seconds_since(event, parse_timestamp(event.data["deadline"]), lead) for event, lead in missed if lead]


def seconds_to_escalation(people: SimulatedPeople) -> list[float]:
    """Return the delays of escalation steps.

    For a lead that came late, they count from its arrival.
    """
    return [
        _seconds_since(event, step.at, change.before)
        for change in people.run.deployment.table.changes
        for event in change.events
        if event.kind is EventKind.LEAD_ESCALATED and change.before
        for clock in change.before.clocks
        for step in clock.steps
        if (clock.target, step.kind, step.level) == (event.data["target"], StepKind.ESCALATE, event.data["level"])
    ]


def _seconds_since(event: Event, time: datetime, lead: Lead) -> float:
    """Return seconds since a time, or since the lead existed.

    A quarantined delivery may be released past its deadline.
    """
    return (event.at - max(time, lead.recorded_at)).total_seconds()


def counted(people: SimulatedPeople) -> list[Lead]:
    """Return the leads that are not excluded."""
    return [lead for lead in people.run.deployment.table.every_lead() if lead.excluded is None]


def seconds_without_owner(lead: Lead) -> float:
    """Return the time until a lead was first assigned."""
    assert lead.first_assigned_at, "it has had an owner"
    return (lead.first_assigned_at - lead.recorded_at).total_seconds()

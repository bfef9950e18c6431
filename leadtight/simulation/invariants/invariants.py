"""Invariants of a run by id, whatever failed in it.

Each yields its violations: docs/development/invariants.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.event import Event, EventKind, fold
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Message, Template
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE
from leadtight.domain.routing.receipt import ROTATION
from leadtight.reporting.facts.projection import fold as report
from leadtight.simulation.actors.people import SimulatedPeople
from leadtight.simulation.event_delivery import SWEEP_EVERY
from leadtight.simulation.faults import FaultKind
from leadtight.simulation.invariants import conservation, messages_owed, understanding
from leadtight.simulation.invariants.measurements import counted, doubles, seconds_without_owner

FOUND_BY = timedelta(minutes=7)
"""Time by which due work is done.

The sweep comes every five minutes, and leaves an alarm 90 seconds.
"""

TWO_SWEEPS = 2 * SWEEP_EVERY
INSTANT = timedelta(microseconds=1)

SENDS = ("mailer.send_mail", "texter.send_text")
UNANSWERED = {FaultKind.ANSWER_LOST, FaultKind.DIED_AFTER}
UNRECORDED = {FaultKind.REFUSED, FaultKind.DIED_BEFORE, "outage"}
"""Faults after which a sent message may be unrecorded.

They strike its send, or the record of it.
"""

TELLING = {Template.DEADLINE_MISSED, Template.ESCALATE}


def violations(people: SimulatedPeople) -> list[str]:
    """Return violations at a run's end, with invariant ids."""
    broken = [f"I0 unexpected: {error}" for error in people.run.unexpected]
    return broken + [f"{id_} {detail}" for id_, check in CHECKS.items() for detail in check(people)]


def _owned(people: SimulatedPeople) -> Iterator[str]:
    for lead in counted(people):
        if lead.owner_id is None and lead.is_open:
            yield f"{lead.id} has no owner"
        elif lead.is_open and lead.owner_id not in people.run.policy.people:
            yield f"{lead.id} belongs to no one in the policy"
        elif not _had_faults(people) and lead.first_assigned_at and seconds_without_owner(lead) > 60:
            yield f"{lead.id} had no owner for {seconds_without_owner(lead):.0f} s, without a fault"
        elif lead.first_assigned_at and lead.first_assigned_at - max(lead.recorded_at, people.run.end) > TWO_SWEEPS:
            yield f"{lead.id} had no owner until {lead.first_assigned_at}, though faults stopped at {people.run.end}"


def _adds_up(people: SimulatedPeople) -> Iterator[str]:
    yield from people.run.deployment.table.torn
    for lead, history in _histories(people):
        versions = sorted({event.version for event in history if event.version})
        if versions != list(range(1, lead.version + 1)):
            yield f"{lead.id} has the versions {versions}"
        elif fold(history) != lead:
            yield f"{lead.id} differs from the fold of its history"


def _levels_by_one(people: SimulatedPeople) -> Iterator[str]:
    """Yield escalations that are repeated, misordered or too early.

    They must follow the notice of the breach.
    """
    for lead, history in _histories(people):
        levels, missed, moves = Counter[tuple[object, ...]](), dict[str, str](), 0
        for event in history:
            moves += (
                event.kind is EventKind.LEAD_HANDED_OVER
            )  # near closing time the next team's deadline may be the same
            if event.kind is EventKind.DEADLINE_MISSED:
                missed[event.data["target"]] = event.data["deadline"]
            elif event.kind is EventKind.LEAD_ESCALATED:
                level, target = int(event.data["level"]), event.data["target"]
                deadline = event.data.get("deadline") or missed.get(target)
                of = (
                    event.data["to"] if "deadline" in event.data else moves
                )  # two managers are notified of the first promise
                levels[level, target, deadline, of] += 1
                levels[level, target] += 1
                times = levels[level, target, deadline, of]
                if times > 1 or deadline is None or (level > 1 and not levels[level - 1, target]):
                    yield f"{lead.id} went to level {level} {times} times for {deadline}, or skipped one"


def _in_time_is_no_breach(people: SimulatedPeople) -> Iterator[str]:
    # Just after the end: a lead due at the deadline is reported then, and breached an instant later.
    table, end = people.run.deployment.table, people.run.now + INSTANT
    for lead_id, at in people.contacts.items():
        lead = table.load(lead_id)
        if lead and at <= lead.promise.deadline and lead.is_breached(end):
            yield f"{lead_id} was answered at {at.isoformat()}, in time, and counts as breached"
    for lead, history in _histories(people):
        missed = list(_first_misses(lead, history))
        if missed and not lead.is_breached(end) and not (people.run.is_skewed and lead.answered_at):
            yield f"{lead.id} was reported as breached, and is not"


def _breaches_are_reported(people: SimulatedPeople) -> Iterator[str]:
    """Yield broken first promises without a notice to a manager.

    They count wherever the lead went before.
    """
    end = people.run.now
    for lead, history in _histories(people):
        deadline = lead.promise.deadline
        if lead.excluded or lead.answered_at or not lead.is_open or deadline > end - FOUND_BY:
            continue
        if not lead.is_breached(end):
            yield f"{lead.id} is past its deadline and no breach"
        if not any(_reports_breach(message, deadline) for message in people.run.deployment.table.messages(lead.id)):
            yield f"{lead.id} is past its deadline and no one was notified"
        late = min((e.at for e in history if e.kind is EventKind.DEADLINE_MISSED), default=end) - _due(lead)
        if not _had_faults(people) and late > FOUND_BY:
            yield f"{lead.id} was reported as breached {late} after its deadline, without a fault"


def _first_misses(lead: Lead, history: list[Event]) -> Iterator[Event]:
    """Yield breaches of the lead's own promise.

    After a handover the event's clock names them.
    """
    is_moved = False
    for event in history:
        is_moved = is_moved or event.kind is EventKind.LEAD_HANDED_OVER
        if event.kind is EventKind.DEADLINE_MISSED and event.data["target"] == FIRST_RESPONSE:
            is_own = not is_moved or event.data.get("clock") == ARRIVAL
            if is_own and parse_timestamp(event.data["deadline"]) == lead.promise.deadline:
                yield event


def _reports_breach(message: Message, deadline: datetime) -> bool:
    """Return whether a message reports a broken promise.

    It may be this promise, or an earlier one of a team that has the lead.
    """
    return message.template in TELLING and parse_timestamp(str(message.data["due_at"])) <= deadline


def _due(lead: Lead) -> datetime:
    """Return when a breach can first be reported.

    A quarantined delivery may be released past its deadline.
    """
    return max(lead.promise.deadline, lead.first_assigned_at or lead.recorded_at)


def _rotation_once(people: SimulatedPeople) -> Iterator[str]:
    table, turns = people.run.deployment.table, Counter[str]()
    for event in table.every_event():
        receipt = event.data.get("receipt")
        if receipt and receipt["reason"] == ROTATION:
            turns[receipt["pool"]] += 1
    for rotation in table.every_rotation():
        if rotation.turn != turns[rotation.pool_id]:
            yield f"{rotation.pool_id} took {rotation.turn} turns for {turns[rotation.pool_id]} decisions"
    for lead, history in _histories(people):
        first = [event for event in history if event.kind is EventKind.LEAD_ASSIGNED]
        if len(first) != (lead.first_assigned_at is not None):
            yield f"{lead.id} was first assigned {len(first)} times"


def _one_message_each(people: SimulatedPeople) -> Iterator[str]:
    table = people.run.deployment.table
    for lead, history in _histories(people):
        inquiries = 1 + sum(event.kind is EventKind.INQUIRY_JOINED for event in history)
        owed = Counter((m.template, m.channel) for m in table.messages(lead.id) if m.recipient == LEAD)
        yield from (
            f"{lead.id} is acknowledged {owed[Template.ACKNOWLEDGE, channel]} times by {channel}"
            for template, channel in owed
            if template is Template.ACKNOWLEDGE and owed[template, channel] > inquiries
        )
    if doubles(people) > _excuses(people):
        yield f"{doubles(people)} messages were sent twice, more than sends without an answer"


def _nothing_after_the_end(people: SimulatedPeople) -> Iterator[str]:
    sent = people.run.deployment.mailer.sent
    for address, count in people.left.items():
        later = [mail for mail in sent[count:] if mail.permission.address == address and people.is_to_lead(mail)]
        if later:
            yield f"{len(later)} mails of {later[0].envelope.lead_id} were sent after their reader had opted out"
    yield from _no_text_after_the_end(people)


def _no_text_after_the_end(people: SimulatedPeople) -> Iterator[str]:
    sent = people.run.deployment.texter.sent
    for number, count in people.sources.texts_ended.items():
        later = [text for text in sent[count:] if text.permission.address == number]
        if later:
            yield f"{len(later)} texts of {later[0].envelope.lead_id} were sent after their reader had opted out"


def _goes_on(people: SimulatedPeople) -> Iterator[str]:
    for lead in counted(people):
        if lead.is_open and lead.next_action is None:
            yield f"{lead.id} has no next action"
        if lead.is_open and (lead.wake_at is None or lead.wake_at < people.run.now - FOUND_BY):
            yield f"{lead.id} had an alarm due at {lead.wake_at}"
        if not lead.is_open and lead.wake_at is not None:
            yield f"{lead.id} is closed and has an alarm"


def _replaying_changes_nothing(people: SimulatedPeople) -> Iterator[str]:
    """Deliver everything again, in order.

    If the whole changes nothing, neither does any part up to some record.
    """
    run, deployment = people.run, people.run.deployment
    deployment.sla.sweep(run.now + timedelta(minutes=2))  # due work first, so that only replays are left
    deployment.collect.sweep(run.now)
    for lead in list(deployment.table.every_lead()):
        run.delivering.handle(lead, run.now)
    state = _state(people)
    for label, replay in REPLAYS.items():
        replay(people)
        after = _state(people)
        if after != state:
            yield f"{label}, delivered again, changed something"
        state = after


def _stream_again(people: SimulatedPeople) -> None:
    for record in list(people.run.deployment.table.inserted):
        people.run.delivering.handle(record, people.run.now)


def _queues_again(people: SimulatedPeople) -> None:
    for lead in _stale(people):
        people.run.delivering.ring(lead, people.run.now)
    for delivery in list(people.run.deployment.table.every_held()):
        people.run.deployment.collect.collect(delivery.id, people.run.now)


def _reports_again(people: SimulatedPeople) -> None:
    for status in people.reports:
        people.run.deployment.delivery_reports.record(status, people.run.now)


REPLAYS: Mapping[str, Callable[[SimulatedPeople], None]] = {
    "the stream's records": _stream_again,
    "the queues' messages": _queues_again,
    "the provider's reports": _reports_again,
    "what other systems deliver": conservation.deliveries_again,
    "every spilled post": conservation.spilled_again,
    "every imported file": conservation.imports_again,
    "every stored mail": conservation.mails_again,
}


def _stale(people: SimulatedPeople) -> list[Lead]:
    """Return leads in states whose alarms are outdated."""
    now = {lead.id: lead.wake_token for lead in people.run.deployment.table.every_lead()}
    return [lead for lead in people.run.delivering.armed if lead.wake_token != now[lead.id]]


def _reports_agree(people: SimulatedPeople) -> Iterator[str]:
    """Fold the events as nights do.

    They come in parts, and earlier ones once more.
    """
    table, end = people.run.deployment.table, people.run.now
    events = sorted(table.every_event(), key=lambda event: (event.at, event.lead_id, event.id))
    first = report({}, events[: len(events) // 2], end)
    folded = report(first.facts, events, end)
    for lead in table.every_lead():
        fact = folded.facts.get(lead.id)
        if fact is None or fact.version != lead.version:
            yield f"{lead.id} is at {lead.version}, its row in the reports at {fact and fact.version}"
        elif (fact.deadline, fact.first_contact_at) != (lead.promise.deadline, lead.first_contact_at):
            yield f"{lead.id} is answered at {lead.first_contact_at}, in the reports at {fact.first_contact_at}"


def _senders_have_keys(people: SimulatedPeople) -> Iterator[str]:
    """Check every inquiry's contact points, parsed or not.

    Parsed ones alone would hide a missing key.
    """
    table = people.run.deployment.table
    for lead, history in _histories(people):
        for inquiry in _inquiries(lead, history):
            unread = [name for name in ("email", "phone") if f"{name}_odd" in inquiry.flags]
            is_named = bool(inquiry.email or inquiry.phone or inquiry.handle or unread)
            if is_named and lead.id not in table.leads_of(person_keys(inquiry)):
                yield f"{lead.id} has an inquiry whose sender has no key that leads to it"


def _inquiries(lead: Lead, history: list[Event]) -> Iterator[Inquiry]:
    yield lead.inquiry
    joined = (event.data["inquiry"] for event in history if event.kind is EventKind.INQUIRY_JOINED)
    yield from (from_document(Inquiry, document) for document in joined)


def _responses_are_true(people: SimulatedPeople) -> Iterator[str]:
    yield from (*people.misled, *people.sources.misled, *people.managers.misled, *people.visits.misled)


def _looking_changes_nothing(people: SimulatedPeople) -> Iterator[str]:
    state = _state(people)
    people.look_at_every_page()
    if _state(people) != state:
        yield "looking at the pages changed something"


CHECKS: Mapping[str, Callable[[SimulatedPeople], Iterator[str]]] = {
    "I1": conservation.one_lead_per_key,
    "I2": conservation.conserved,
    "I3": _owned,
    "I4": _adds_up,
    "I5": _levels_by_one,
    "I6": _in_time_is_no_breach,
    "I7": _breaches_are_reported,
    "I8": _rotation_once,
    "I9": _one_message_each,
    "I10": _nothing_after_the_end,
    "I11": _goes_on,
    "I24": lambda people: messages_owed.is_sent(people, FOUND_BY),  # before repetitions deliver what is missing
    "I25": messages_owed.undelivered_is_reported,
    "I26": messages_owed.agreed_to,
    "I27": messages_owed.in_time,
    "I12": _replaying_changes_nothing,
    "I13": _looking_changes_nothing,
    "I14": _reports_agree,
    "I15": _responses_are_true,
    "I16": lambda people: conservation.tried_again(people, FOUND_BY),
    "I17": _senders_have_keys,
    "I18": understanding.nothing_quoted_acts,
    "I19": understanding.items_are_independent,
    "I20": understanding.second_joins_first,
    "I21": understanding.writing_is_a_task,
    "I22": understanding.escalations_reach_present_people,
    "I23": understanding.owners_are_active,
}


def _histories(people: SimulatedPeople) -> Iterator[tuple[Lead, list[Event]]]:
    table, histories = people.run.deployment.table, defaultdict[str, list[Event]](list)
    for event in table.every_event():
        histories[event.lead_id].append(event)
    for lead in table.every_lead():
        yield lead, sorted(histories[lead.id], key=lambda event: (event.version, event.at, event.id))


def _had_faults(people: SimulatedPeople) -> bool:
    return not people.run.plan.is_free_of_faults


def _excuses(people: SimulatedPeople) -> int:
    """Return the number of sends with unknown result.

    Their answer or its record was lost. With clocks further apart than half a lease, it includes sends whose lease
    ended by another clock.
    """
    unrecorded = UNRECORDED | {FaultKind.OVERTAKEN} if people.run.plan.is_far_off else UNRECORDED
    return sum(
        times
        for (kind, point), times in people.run.faults.injected.items()
        if (point in SENDS and kind in UNANSWERED) or (point.endswith("table.finish") and kind in unrecorded)
    )


def _state(people: SimulatedPeople) -> tuple[object, ...]:
    deployment = people.run.deployment
    table = deployment.table
    return (
        {lead.id: lead for lead in table.every_lead()},
        len(table.changes),
        len(deployment.mailer.sent),
        len(deployment.texter.sent),
        [rotation.turn for rotation in table.every_rotation()],
        {delivery.id: delivery for delivery in table.every_held()},
        {(message.lead_id, message.id): message for message in table.every_message()},
        len(people.run.delivering.armed),
    )

"""Progress of enrolments: start, due steps, and end.

Only this module changes an enrolment. The functions add to a change of an assignment, an outcome, an alarm or an
opt-out.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.enrolment import Enrolment, EnrolmentOrigin, PlannedStep, StepAction
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import LEAD, Channel, Template
from leadtight.domain.model.sla import NEXT_ACTION
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import next_action_clock
from leadtight.domain.sequences.plan import plan, postpone

ACTOR = "system:sequence"
FINISHED = "finished"
REPLACED = "replaced"
FORGOTTEN = "forgotten"
"""End reason: the policy lost the sequence before it began."""


def enrol(
    builder: ChangeBuilder,
    policy: Policy,
    sequence_id: str,
    *,
    origin: EnrolmentOrigin,
    now: datetime,
    starts_at: datetime | None = None,
) -> None:
    """Enrol the lead in a sequence at `starts_at`.

    The default is now; a former enrolment ends. A person who has opted out is not enrolled.
    """
    if builder.lead.opted_out:
        return
    end(builder, REPLACED)
    sequence = policy.sequences[sequence_id]
    enrolment = Enrolment(
        id=f"{sequence_id}.{builder.version}",
        sequence=sequence_id,
        origin=origin,
        starts_at=starts_at or now,
        stop_on=tuple(sorted(sequence.stop_on)),
    )
    builder.set(enrolment=enrolment)
    if enrolment.starts_at <= now:
        _start(builder, policy, enrolment)


def end(builder: ChangeBuilder, reason: str, actor: str = ACTOR) -> None:
    """End the lead's enrolment.

    No further step happens, and unsent messages are refused.
    """
    enrolment = builder.lead.enrolment
    if enrolment is None:
        return
    builder.set(enrolment=None)
    if enrolment.started and not enrolment.is_over:
        builder.event(EventKind.SEQUENCE_ENDED, actor, sequence=enrolment.sequence, reason=reason)


def take_due_step(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Start the enrolment and take its next step, if due.

    Never more than one step is taken, however late it is.
    """
    enrolment = builder.lead.enrolment
    if enrolment is None or not _is_due(enrolment, now):
        return
    if not enrolment.started:
        _start(builder, policy, enrolment)
    enrolment = builder.lead.enrolment
    if enrolment is None or not _is_due(enrolment, now):
        return
    if enrolment.calling:
        _set_call_task(builder, policy, enrolment, enrolment.calling, now)
    elif enrolment.steps:
        _take(builder, policy, enrolment, now)


def make_call_a_task(builder: ChangeBuilder, policy: Policy, reason: str, now: datetime) -> None:
    """Make the awaited automatic call the owner's task.

    `reason` is for the history.
    """
    enrolment = builder.lead.enrolment
    if enrolment is not None and enrolment.calling is not None:
        _set_call_task(builder, policy, enrolment, enrolment.calling, now, reason)


def resume(builder: ChangeBuilder, policy: Policy, not_before: datetime) -> None:
    """Continue the plan after an outcome.

    With an agreed time (`not_before`) it waits for that.
    """
    enrolment = builder.lead.enrolment
    if enrolment is None or not enrolment.started:
        return
    calendar = _calendar(policy, enrolment)
    steps = postpone(calendar, enrolment.steps, enrolment.last_at or enrolment.starts_at, not_before)
    waited = enrolment.awaits_outcome
    builder.set(enrolment=replace(enrolment, steps=steps, awaits_outcome=False, calling=None))
    if waited and not steps:
        builder.event(EventKind.SEQUENCE_ENDED, ACTOR, sequence=enrolment.sequence, reason=FINISHED)


def _is_due(enrolment: Enrolment, now: datetime) -> bool:
    return enrolment.due_at is not None and enrolment.due_at <= now


def _start(builder: ChangeBuilder, policy: Policy, enrolment: Enrolment) -> None:
    """Freeze the plan under the present policy (G8)."""
    sequence = policy.sequences.get(enrolment.sequence)
    if sequence is None:
        builder.set(enrolment=None)
        builder.event(EventKind.SEQUENCE_ENDED, ACTOR, sequence=enrolment.sequence, reason=FORGOTTEN)
        return
    begun = replace(
        enrolment,
        started=True,
        stop_on=tuple(sorted(sequence.stop_on)),
        policy_version=policy.version,
        calendar=sequence.calendar,
        steps=plan(policy.calendars[sequence.calendar], sequence.steps, enrolment.starts_at),
        max_attempts=sequence.max_attempts,
        retire=sequence.retire,
        awaits_outcome=builder.lead.concern is not None,
    )
    builder.set(enrolment=begun)
    builder.event(
        EventKind.LEAD_ENROLLED, ACTOR, sequence=begun.sequence, origin=begun.origin, policy_version=policy.version
    )


def _take(builder: ChangeBuilder, policy: Policy, enrolment: Enrolment, now: datetime) -> None:
    step, *rest = enrolment.steps
    is_task = _is_task(policy, step, builder.lead)
    calling = None if is_task else _awaiting_outcome(policy, step, now)
    waits = is_task or calling is not None
    steps = postpone(_calendar(policy, enrolment), rest, step.at, now)
    builder.set(enrolment=replace(enrolment, steps=steps, last_at=now, awaits_outcome=waits, calling=calling))
    builder.event(
        EventKind.STEP_TAKEN, ACTOR, sequence=enrolment.sequence, step=step.id, action=step.action, what=step.what
    )
    if is_task:
        _set_task(builder, policy, _calendar(policy, enrolment), step, now)
        return
    builder.message(
        Template.SEQUENCE_STEP,
        LEAD,
        Channel(step.action),
        enrolment=enrolment.id,
        sequence=enrolment.sequence,
        step=step.id,
        words=step.what,
    )
    if not steps and not waits:
        builder.event(EventKind.SEQUENCE_ENDED, ACTOR, sequence=enrolment.sequence, reason=FINISHED)


def _is_task(policy: Policy, step: PlannedStep, lead: Lead) -> bool:
    """Return whether a person takes the step.

    That is a task, or an automatic call that cannot be placed: calls are not set up, or the number has an extension.
    """
    cannot_call = policy.voice is None or bool(lead.inquiry.extension)
    return step.action is StepAction.TASK or (step.action is StepAction.VOICE and cannot_call)


def _awaiting_outcome(policy: Policy, step: PlannedStep, now: datetime) -> PlannedStep | None:
    """Return an automatic call as a step awaiting its outcome.

    It becomes the owner's task when no outcome has come in time.
    """
    voice = policy.voice if step.action is StepAction.VOICE else None
    return replace(step, at=now + voice.outcome_within) if voice else None


def _set_call_task(
    builder: ChangeBuilder, policy: Policy, enrolment: Enrolment, step: PlannedStep, now: datetime, reason: str = ""
) -> None:
    """Make the call the owner's task.

    As a rule no outcome of the automatic call has come, whatever became of it.
    """
    builder.set(enrolment=replace(enrolment, calling=None))
    builder.event(
        EventKind.CALL_BECAME_TASK, ACTOR, sequence=enrolment.sequence, step=step.id, what=step.what, why=reason
    )
    _set_task(builder, policy, _calendar(policy, enrolment), step, now)


def _set_task(builder: ChangeBuilder, policy: Policy, calendar: Calendar, step: PlannedStep, now: datetime) -> None:
    """Make the task the owner's next action.

    An action that is overdue already stays, with its reminders: it is the task.
    """
    lead = builder.lead
    if _owes_already(lead, now):
        return
    action = NextAction(
        what=step.what.replace("{name}", lead.inquiry.display_name), due_at=calendar.add(now, step.within)
    )
    builder.set(next_action=action)
    builder.start(next_action_clock(policy, action.due_at, now, lead.team_promise.calendar))
    builder.message_person(policy, Template.TASK, str(lead.owner_id), due_at=action.due_at)


def _owes_already(lead: Lead, now: datetime) -> bool:
    return lead.clock(NEXT_ACTION) is not None and lead.next_action is not None and lead.next_action.due_at <= now


def _calendar(policy: Policy, enrolment: Enrolment) -> Calendar:
    """Return the calendar of the plan.

    If the policy no longer has it, that of all next actions.
    """
    fallback = policy.calendars[policy.targets[NEXT_ACTION].calendar]
    return policy.calendars.get(enrolment.calendar, fallback)

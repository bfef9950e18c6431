"""Effects of outcomes on sequences: stop, start or continue.

Capabilities G3, G6, G7, G9 and G10.
"""

from datetime import datetime, timedelta

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.compliance.opt_out import opt_out
from leadtight.domain.model.enrolment import Enrolment, EnrolmentOrigin, OutcomeMeaning
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import TO_LEADS
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.collateral import queue_collateral
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import LEAST_ATTEMPTS
from leadtight.domain.sequences import progress
from leadtight.domain.sequences.plan import add_wall_clock

STOPPED = "stopped"
CLOSED = "closed"
RETIRED = "retired"


def check_persistence(policy: Policy, lead: Lead, rule: OutcomeRule, by: str) -> bool:
    """Return whether `by` overrides the least attempts (G6).

    Raises InvalidInquiry naming the field when a person who is not a manager closes a lead as no response too early.
    """
    if rule.says is not OutcomeMeaning.NO_RESPONSE or lead.unanswered >= LEAST_ATTEMPTS:
        return False
    if _is_manager(policy, lead, by):
        return True
    detail = (
        f"only {lead.unanswered} unanswered attempts so far: a lead is closed as no response after {LEAST_ATTEMPTS}, "
        "or by a manager"
    )
    raise InvalidInquiry([Problem("outcome", detail)])


def _is_manager(policy: Policy, lead: Lead, by: str) -> bool:
    owner = policy.people.get(lead.owner_id or "")
    own = policy.teams[owner.team].manager if owner else policy.routing.catch_all
    managers = (own, policy.manager_of(lead.owner_id), policy.routing.catch_all)
    return any(by in (manager, *policy.delegates_of(manager)) for manager in managers)


def apply_to_sequences(
    builder: ChangeBuilder, policy: Policy, rule: OutcomeRule, actor: str, now: datetime, agreed: datetime | None
) -> None:
    """Apply an outcome to the lead's sequences.

    Its stage and contact are on the lead already.
    """
    answered = rule.says is not None and rule.says.is_answer
    builder.set(concern=None)
    builder.set(unanswered=0 if answered else builder.lead.unanswered + 1)
    stop(builder, rule, actor)
    progress.resume(builder, policy, max(now, agreed or now))
    _retire(builder, policy, now)
    if builder.lead.is_open:
        _start_next(builder, policy, rule, now, max(now, agreed or now))
    queue_collateral(builder, policy, rule)


def stop(builder: ChangeBuilder, rule: OutcomeRule, actor: str) -> None:
    """Stop the lead's sequence if the outcome says so.

    An outcome that arrives too late to change anything else does, too.
    """
    if rule.says is OutcomeMeaning.OPT_OUT:
        opt_out(builder, TO_LEADS, actor)
    enrolment = builder.lead.enrolment
    reason = _why_stopped(builder.lead, enrolment, rule) if enrolment else None
    if reason:
        progress.end(builder, reason, actor)


def _why_stopped(lead: Lead, enrolment: Enrolment, rule: OutcomeRule) -> str | None:
    if rule.says is not None and rule.says in enrolment.stop_on:
        return rule.says
    if not lead.is_open:
        return CLOSED
    return STOPPED if rule.stop_sequence else None


def _retire(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Close a lead after its sequence's most unanswered attempts."""
    lead, enrolment = builder.lead, builder.lead.enrolment
    if enrolment is None or not enrolment.started or lead.unanswered < enrolment.max_attempts:
        return
    progress.end(builder, RETIRED)
    rule = policy.outcomes.get(enrolment.retire or "")
    builder.set(
        stage=rule.stage if rule and rule.stage else Stage.LOST,
        closed_at=now,
        clocks=(),
        next_action=None,
        lost_reason=f"No answer to {lead.unanswered} attempts",
    )
    builder.event(
        EventKind.LEAD_RETIRED,
        progress.ACTOR,
        progress=enrolment.sequence,
        attempts=lead.unanswered,
        outcome=enrolment.retire,
    )


def _start_next(
    builder: ChangeBuilder, policy: Policy, rule: OutcomeRule, now: datetime, counted_from: datetime
) -> None:
    """Enrol the lead in the outcome's sequence, else its stage's.

    The latter starts after the pause without a conversion (G7).
    """
    if rule.sequence is not None:
        _put_down(builder, policy, rule.sequence, EnrolmentOrigin.OUTCOME, rule.sequence_after, now, counted_from)
        return
    lead, stage = builder.lead, policy.stages.get(builder.lead.stage)
    if lead.enrolment is not None and not _may_be_replaced(lead.enrolment):
        return
    progress.end(builder, progress.REPLACED)
    if stage is not None and stage.sequence is not None and lead.first_contact_at is not None:
        _put_down(builder, policy, stage.sequence, EnrolmentOrigin.STAGE, stage.start_after, now, counted_from)


def _put_down(
    builder: ChangeBuilder,
    policy: Policy,
    sequence_id: str,
    origin: EnrolmentOrigin,
    pause: timedelta,
    now: datetime,
    counted_from: datetime,
) -> None:
    calendar = policy.calendars[policy.sequences[sequence_id].calendar]
    starts_at = add_wall_clock(calendar, counted_from, pause)
    progress.enrol(builder, policy, sequence_id, origin=origin, now=now, starts_at=starts_at)


def _may_be_replaced(enrolment: Enrolment) -> bool:
    """Return whether a stage's sequence may replace an enrolment.

    Each touch restarts the stage's pause; a running plan continues.
    """
    return enrolment.is_over or (enrolment.origin is EnrolmentOrigin.STAGE and not enrolment.started)

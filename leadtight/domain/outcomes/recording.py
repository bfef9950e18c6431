"""Outcomes, recorded by a person or proved.

An outcome decides stage, contact, next action and timers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.compliance.contact_hours import ContactWindow
from leadtight.domain.model.codec import Document, to_document
from leadtight.domain.model.errors import InvalidInquiry, Problem, StaleSubmission
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction, RecordedOutcome
from leadtight.domain.model.sla import STAGE, UNTOUCHED
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.call_task import next_action_due
from leadtight.domain.outcomes.effects import apply_to_sequences, check_persistence, stop
from leadtight.domain.outcomes.first_contact import (
    ContactProof,
    SpokeBy,
    is_contact,
    proven_at,
    record_contact,
    record_correction,
    reported_at,
)
from leadtight.domain.ownership.expiry import wait_for_follow_up
from leadtight.domain.ownership.handover import Cause, Move, ReceivingPool, move
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import first_response_clock, next_action_clock
from leadtight.domain.promises.stall import stall_clocks

FARTHEST_FOLLOW_UP = timedelta(days=366)


def record_outcome(
    policy: Policy,
    lead: Lead,
    outcome: str,
    *,
    by: str,
    submission: int,
    now: datetime,
    note: str = "",
    reason: str = "",
    follow_up_at: datetime | None = None,
    claimed_at: datetime | None = None,
    spoke_by: str = "",
    call_warning: str = "",
    receiving: ReceivingPool | None = None,
    windows: Sequence[ContactWindow] = (),
) -> Change | None:
    """Record an outcome; None when this submission was recorded before.

    `submission` is the lead's version when the form was opened: pressing twice is one outcome. `follow_up_at` is a time
    agreed with the person: the next action is due then, whatever the policy's own pause is (F3). `claimed_at` is when
    it happened according to the person: a contact counts from then or from `now`, as `first_contact` decides.
    `spoke_by` is how they spoke, as they state it: an outcome that closes the lead is a contact only then (F12).
    `call_warning` is why the lead should not have been called then, for a call.
    `receiving` is the pool that the outcome hands the lead over to, if it does: its new owner is in the same change
    (B6).

    Raises InvalidInquiry naming the field when the outcome is unknown or no conversation that they state, a lost lead
    has no reason, the agreed time is missing, past or over a year away or the claimed time impossible; StaleSubmission
    when another outcome was recorded after the form was opened.
    """
    check_not_excluded(lead)
    rule = _rule(policy, outcome, reason)
    spoken = _spoken(rule, spoke_by)
    rule = replace(rule, contact=is_contact(rule, is_stated=spoken is not None))
    _check_agreed(rule, follow_up_at, now)
    counted_at = reported_at(policy, lead, claimed_at, now)
    if _is_repeat(lead, rule.id, submission):
        return None
    overrides = {"override": True} if check_persistence(policy, lead, rule, by) else {}
    builder = ChangeBuilder(lead, lead, now)
    actor = f"person:{by}"
    claim = {"claimed_at": claimed_at, "counted_at": counted_at} if claimed_at else {}
    stated: dict[str, Any] = {"spoke_by": spoken} if spoken else {}
    stated |= {"call_warning": call_warning} if call_warning else {}
    builder.event(
        EventKind.OUTCOME_RECORDED, actor, outcome=rule.id, note=note, reason=reason, **claim, **stated, **overrides
    )
    apply_outcome(builder, policy, rule, by, counted_at, now, reason, follow_up_at, receiving, windows)
    if note:
        builder.set(status_notes=note)
    apply_to_sequences(builder, policy, rule, actor, now, follow_up_at)
    builder.set(last_outcome=_recorded(lead, builder, rule.id, by, submission, now, claimed_at))
    record_correction(builder, lead, actor)
    return builder.build()


def prove_outcome(
    policy: Policy,
    lead: Lead,
    outcome: str,
    *,
    by: str,
    evidence: ContactProof,
    now: datetime,
    receiving: ReceivingPool | None = None,
    windows: Sequence[ContactWindow] = (),
) -> Change | None:
    """Record a proved outcome, however late; None when counted before.

    `by` is the team member who did it. News older than the latest known contact only moves the first contact: stage and
    next action follow what happened last. Raises InvalidInquiry naming the field when the outcome or the person is
    unknown or the time impossible.
    """
    check_not_excluded(lead)
    rule = _rule(policy, outcome, reason="")
    rule = replace(rule, contact=is_contact(rule, is_stated=True))
    if by not in policy.people:
        raise InvalidInquiry([Problem("by", f"unknown person {by!r}")])
    at = proven_at(lead, evidence, now)
    if evidence.key in lead.proofs:
        return None
    builder, actor = ChangeBuilder(lead, lead, now), f"proof:{evidence.proof}"
    builder.event(EventKind.OUTCOME_PROVEN, actor, outcome=rule.id, by=by, evidence=evidence)
    if lead.last_contact_at is None or at >= lead.last_contact_at:
        apply_outcome(builder, policy, rule, by, at, now, "", None, receiving, windows)
        apply_to_sequences(builder, policy, rule, actor, now, None)
    else:
        builder.set(attempts=lead.attempts + 1)
        if rule.contact:
            record_contact(builder, by, at)
        stop(builder, rule, actor)
    builder.set(proofs=(*lead.proofs, evidence.key))
    record_correction(builder, lead, actor)
    return builder.build()


def _rule(policy: Policy, outcome: str, reason: str) -> OutcomeRule:
    rule = policy.outcomes.get(outcome)
    if rule is None:
        raise InvalidInquiry([Problem("outcome", "choose what happened")])
    if rule.needs_reason and not reason.strip():
        raise InvalidInquiry([Problem("reason", f"say why: {rule.label.lower()} needs a reason")])
    return rule


def _spoken(rule: OutcomeRule, spoke_by: str) -> SpokeBy | None:
    """Return how they spoke; None when that is not stated."""
    if not spoke_by:
        return None
    if spoke_by not in list(SpokeBy):
        raise InvalidInquiry([Problem("spoke_by", f"choose one of {', '.join(SpokeBy)}")])
    if not (rule.is_conversation or rule.asks_how):
        detail = f"“{rule.label}” is not a conversation: choose what they said, or leave this empty"
        raise InvalidInquiry([Problem("spoke_by", detail)])
    return SpokeBy(spoke_by)


def check_not_excluded(lead: Lead) -> None:
    """Raise StaleSubmission for an excluded lead.

    Nothing is recorded on it.
    """
    if lead.excluded:
        raise StaleSubmission(
            f"this lead is excluded as {lead.excluded.reason} by the policy’s rule {lead.excluded.rule}"
        )


def _check_agreed(rule: OutcomeRule, follow_up_at: datetime | None, now: datetime) -> None:
    if rule.needs_time and follow_up_at is None:
        raise InvalidInquiry([Problem("follow_up", "say when: choose the day and the time")])
    if follow_up_at is not None and not now < follow_up_at <= now + FARTHEST_FOLLOW_UP:
        raise InvalidInquiry([Problem("follow_up", "choose a future time, within a year")])


def _is_repeat(lead: Lead, outcome: str, submission: int) -> bool:
    last = lead.last_outcome
    if submission > lead.version:
        raise StaleSubmission("this form does not belong to this lead")
    if last is None or submission >= last.version:
        return False
    if submission == last.submission and outcome == last.outcome:
        return True
    raise StaleSubmission(f"{last.outcome.replace('_', ' ')} was recorded in the meantime")


def apply_outcome(
    builder: ChangeBuilder,
    policy: Policy,
    rule: OutcomeRule,
    by: str,
    at: datetime,
    now: datetime,
    reason: str,
    follow_up_at: datetime | None,
    receiving: ReceivingPool | None,
    windows: Sequence[ContactWindow] = (),
) -> None:
    """Apply stage, contact, next action and timers of an outcome.

    `by` is empty for automatic outcomes. `windows` are the hours in which the lead may be called.
    """
    lead = builder.lead
    builder.set(attempts=lead.attempts + 1, stage=_next_stage(policy, lead, rule))
    if by == lead.owner_id:
        builder.set(touched_at=now)
    if rule.contact:
        record_contact(builder, by, at)
    if rule.closes:
        builder.set(closed_at=now, clocks=(), next_action=None, lost_reason=reason)
    elif builder.lead.is_open and rule.pool and rule.pool != lead.pool_id:
        builder.set(closed_at=None, lost_reason="")
        _hand_over(builder, policy, lead, rule, by, now, follow_up_at, receiving)
    elif builder.lead.is_open and rule.next_action:  # a machine's report of a closing outcome leaves all as it is
        _owe_the_answer(builder, policy, now)
        builder.set(closed_at=None, lost_reason="")
        _schedule_next(builder, policy, rule, now, follow_up_at, windows)
        wait_for_follow_up(builder, now)
    watching = stall_clocks(policy, builder.lead, lead, now)
    builder.stop(STAGE, UNTOUCHED)
    builder.start(*watching)


def _owe_the_answer(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Restart the first-response timer of a reopened lead.

    It was closed without a contact, so its promise is still to be kept.
    """
    lead = builder.lead
    if lead.closed_at is not None and lead.first_contact_at is None:
        builder.start(first_response_clock(policy, lead.team_promise, hops=lead.hops, owned_at=now))


def _next_stage(policy: Policy, lead: Lead, rule: OutcomeRule) -> Stage:
    """Return the stage after an outcome (I6).

    Raises InvalidInquiry when the stage's exits do not include it.
    """
    if rule.stage in (None, lead.stage):
        return lead.stage
    if rule.stage is Stage.CONTACTED and not (rule.contact and lead.stage is Stage.NEW):
        return lead.stage  # another call does not throw a qualified lead back, and an attempt reached no one
    assert rule.stage is not None, "an outcome without a stage has been dealt with"
    here = policy.stages.get(lead.stage)
    if here and rule.stage not in here.exit:
        detail = f"a lead in “{lead.stage.label}” cannot move directly to “{rule.stage.label}”"
        raise InvalidInquiry([Problem("outcome", detail)])
    return rule.stage


def _hand_over(
    builder: ChangeBuilder,
    policy: Policy,
    previous: Lead,
    rule: OutcomeRule,
    by: str,
    now: datetime,
    follow_up_at: datetime | None,
    receiving: ReceivingPool | None,
) -> None:
    assert rule.pool is not None, "only called for an outcome that moves the lead"
    assert receiving is not None, "recording an outcome reads the pool that it moves the lead to"
    how = Move(cause=Cause.OUTCOME, actor=f"person:{by}", action=_what_next(builder.lead, rule), due_at=follow_up_at)
    move(builder, policy, previous, rule.pool, receiving, now, how)
    if follow_up_at:
        wait_for_follow_up(builder, now)


def _schedule_next(
    builder: ChangeBuilder,
    policy: Policy,
    rule: OutcomeRule,
    now: datetime,
    follow_up_at: datetime | None,
    windows: Sequence[ContactWindow],
) -> None:
    lead = builder.lead
    due = follow_up_at or next_action_due(policy, lead, rule, now, windows)
    clock = next_action_clock(policy, due, now, lead.team_promise.calendar)
    action = NextAction(what=_what_next(lead, rule), due_at=due, agreed=follow_up_at is not None)
    builder.set(next_action=action)
    builder.start(clock)


def _what_next(lead: Lead, rule: OutcomeRule) -> str:
    assert rule.next_action is not None, "a checked outcome that does not close has a next action"
    return rule.next_action.replace("{name}", lead.inquiry.display_name)


def _recorded(
    lead: Lead,
    builder: ChangeBuilder,
    outcome: str,
    by: str,
    submission: int,
    now: datetime,
    claimed_at: datetime | None,
) -> RecordedOutcome:
    return RecordedOutcome(
        outcome=outcome,
        by=by,
        at=now,
        claimed_at=claimed_at,
        submission=submission,
        version=builder.version,
        before=_undo_values(to_document(lead), to_document(builder.lead)),
    )


def _undo_values(before: Document, after: Document) -> dict[str, Any]:
    """Return the values that the outcome replaced, for undo.

    Sent messages cannot be undone. The previous outcome stays known, but not its own undo values.
    """
    previous = before["last_outcome"]
    stripped = previous and {**previous, "before": {}}
    return {k: v for k, v in before.items() if v != after[k] and k != "sent_once"} | {"last_outcome": stripped}

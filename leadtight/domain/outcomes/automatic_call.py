"""Automatic calls count as an attempt, never as a contact.

No team member spoke on them (E5, Q3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.compliance.contact_hours import ContactWindow
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.outcomes.effects import apply_to_sequences
from leadtight.domain.outcomes.first_contact import ContactProof, proven_at
from leadtight.domain.outcomes.recording import apply_outcome, check_not_excluded
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.sequences import progress

FAILED = "failed"
"""A call that never rang, as providers report it: neither an outcome nor an attempt."""

ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStepRef:
    """The sequence step that placed this call."""

    enrolment: str
    step: str


def automatic_call(
    policy: Policy,
    lead: Lead,
    outcome: str,
    *,
    evidence: ContactProof,
    step: SequenceStepRef | None,
    now: datetime,
    windows: Sequence[ContactWindow] = (),
) -> Change | None:
    """Record an automatic call; None when counted before.

    `outcome` is one of the policy's, or `FAILED`. An opt-out always counts. When the lead's plan waits for this very
    call, an unanswered call lets the plan continue, and an answered or failed one becomes the owner's task at once. A
    report that comes when the call is a task already, or while a person must act first, is only noted. `step` is None
    for a call from another system. Raises InvalidInquiry when its time is impossible, StaleSubmission for an excluded
    lead.
    """
    check_not_excluded(lead)
    proven_at(lead, evidence, now)
    if evidence.key in lead.proofs:
        return None
    builder, actor = ChangeBuilder(lead, lead, now), f"proof:{evidence.proof}"
    kind = EventKind.CALL_FAILED if outcome == FAILED else EventKind.OUTCOME_PROVEN
    builder.event(kind, actor, outcome=outcome, by="", evidence=evidence)
    rule = policy.outcomes.get(outcome)
    if rule is not None and (rule.says is OutcomeMeaning.OPT_OUT or _is_policy_driven(lead, rule, step)):
        _apply_rule(builder, policy, rule, actor, now, windows)
    else:
        builder.set(attempts=lead.attempts + (rule is not None))
        if _is_awaited(lead, step):
            progress.make_call_a_task(builder, policy, ANSWERED if rule else FAILED, now)
    builder.set(proofs=(*lead.proofs, evidence.key))
    return builder.build()


def _is_policy_driven(lead: Lead, rule: OutcomeRule, step: SequenceStepRef | None) -> bool:
    """Return whether the policy's rule continues the lead.

    Otherwise a person does.
    """
    if lead.concern is not None:
        return False
    if _is_awaited(lead, step):
        return not rule.is_conversation and not rule.closes
    return step is None and (lead.enrolment is None or not lead.enrolment.awaits_outcome)


def _is_awaited(lead: Lead, step: SequenceStepRef | None) -> bool:
    """Return whether the lead's plan waits for this call.

    A call that names only its lead counts as the awaited one.
    """
    enrolment = lead.enrolment
    if enrolment is None or enrolment.calling is None:
        return False
    return step is None or (step.enrolment, step.step) == (enrolment.id, enrolment.calling.id)


def _apply_rule(
    builder: ChangeBuilder,
    policy: Policy,
    rule: OutcomeRule,
    actor: str,
    now: datetime,
    windows: Sequence[ContactWindow],
) -> None:
    """Apply the rule, except effects that need a person's word.

    Those are contact, stage and handover.
    """
    is_opt_out = rule.says is OutcomeMeaning.OPT_OUT
    unattended = replace(rule, contact=False, asks_how=False, stage=rule.stage if is_opt_out else None, pool=None)
    apply_outcome(builder, policy, unattended, "", now, now, "", None, None, windows)
    apply_to_sequences(builder, policy, unattended, actor, now, None)

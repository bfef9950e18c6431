"""What comes of a call on which nobody of the team spoke: an attempt at most, and never a contact (E5, Q3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.outcomes.effects import apply_to_sequences
from leadtight.domain.outcomes.first_contact import ContactProof, proven_at
from leadtight.domain.outcomes.recording import apply_outcome, check_counts
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.sequences import progress

FAILED = "failed"
"""What a provider says of a call that never rang: no outcome, and no attempt."""

VOICEMAIL = "voicemail"
"""The outcome of a machine that heard a machine: whatever it is when a person records it, nobody was reached."""

ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStepRef:
    """Which step of which enrolment a call of ours was."""

    enrolment: str
    step: str


def automatic_call(
    policy: Policy, lead: Lead, outcome: str, *, evidence: ContactProof, step: SequenceStepRef | None, now: datetime
) -> Change | None:
    """Return the change that the report of such a call makes; None when it was counted before.

    `outcome` is one of the policy's, or `FAILED`. A wish to hear no more counts whoever heard it. When the lead's plan
    waits for this very call, one that nobody answered lets it go on, and one that was answered or failed is the
    owner's task at once: a person goes on. A report that comes when the call is somebody's task already, or while a
    person must act first, is noted. `step` is None for a call that is not ours. Raises InvalidInquiry when its time is
    impossible, StaleSubmission for an excluded lead.
    """
    check_counts(lead)
    proven_at(lead, evidence, now)
    if evidence.key in lead.proofs:
        return None
    builder, actor = ChangeBuilder(lead, lead, now), f"proof:{evidence.proof}"
    kind = EventKind.CALL_FAILED if outcome == FAILED else EventKind.OUTCOME_PROVEN
    builder.event(kind, actor, outcome=outcome, by="", evidence=evidence)
    rule = policy.outcomes.get(outcome)
    if rule is not None and (rule.says is OutcomeMeaning.OPT_OUT or _drives(lead, rule, step)):
        _carry(builder, policy, rule, actor, now)
    else:
        builder.set(attempts=lead.attempts + (rule is not None))
        if _is_waited_for(lead, step):
            progress.call_becomes_task(builder, policy, ANSWERED if rule else FAILED, now)
    builder.set(proofs=(*lead.proofs, evidence.key))
    return builder.build()


def _drives(lead: Lead, rule: OutcomeRule, step: SequenceStepRef | None) -> bool:
    """Tell whether the lead goes on by the policy's rule, instead of by a person."""
    if lead.concern is not None:
        return False
    if _is_waited_for(lead, step):
        return (not rule.contact or rule.id == VOICEMAIL) and not rule.closes
    return step is None and (lead.enrolment is None or not lead.enrolment.awaits_outcome)


def _is_waited_for(lead: Lead, step: SequenceStepRef | None) -> bool:
    """Tell whether the lead's plan waits for this call; one that names only its lead is the one that is waited for."""
    enrolment = lead.enrolment
    if enrolment is None or enrolment.calling is None:
        return False
    return step is None or (step.enrolment, step.step) == (enrolment.id, enrolment.calling.id)


def _carry(builder: ChangeBuilder, policy: Policy, rule: OutcomeRule, actor: str, now: datetime) -> None:
    """Do what the rule says, but for what only a person's word does: contact, stage, and another team."""
    leaves = rule.says is OutcomeMeaning.OPT_OUT
    unattended = replace(rule, contact=False, stage=rule.stage if leaves else None, pool=None)
    apply_outcome(builder, policy, unattended, "", now, now, "", None, None)
    apply_to_sequences(builder, policy, unattended, actor, now, None)

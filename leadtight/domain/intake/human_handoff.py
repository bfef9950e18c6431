"""Handoff of a message to a person, pausing automation (H5).

It matches plain words, without a model.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.concern import Concern, ConcernRule, RaisedConcern
from leadtight.domain.model.errors import Problem
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.policy.matchers import has_word
from leadtight.domain.policy.outcomes import OWNER
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER
from leadtight.domain.roster.stand_ins import notification_recipient
from leadtight.domain.text.suggestions import unknown

ACTOR = "system:concerns"
DOUBT = "opt_out_doubt"
"""Rule id of a possible opt-out, which no rule of the policy raises."""

UNPROVED = "unproved_sender"
"""Rule id of a mail from an unverified sender."""

LONGEST_QUOTED = 120


def find_concern(policy: Policy, words: str, now: datetime) -> RaisedConcern | None:
    """Return the concern of the first rule that matches.

    None when none does. An empty message raises none.
    """
    for rule in policy.concerns if words.strip() else ():
        if match := _match(rule, words):
            return RaisedConcern(rule=rule.id, concern=rule.concern, found=match, at=now, policy_version=policy.version)
    return None


def raise_concern(builder: ChangeBuilder, policy: Policy, words: str, due_at: datetime, now: datetime) -> bool:
    """Raise the concern of a message, if any.

    Its reader is alerted and the sequence pauses. Returns whether there is one. The caller notifies the owner, with the
    message.
    """
    raised = find_concern(policy, words, now)
    if raised is None:
        return False
    lead = builder.lead
    _hold(builder, raised)
    notify = next(rule.notify for rule in policy.concerns if rule.id == raised.rule)
    recipient = policy.manager_of(lead.owner_id) if notify == MANAGER else notify
    if notify != OWNER and recipient != lead.owner_id:
        person = notification_recipient(policy, recipient, {}, now, besides=lead.owner_id)
        builder.message_person(policy, Template.NEEDS_PERSON, person, due_at=due_at, words=words, reason=raised.summary)
    return True


def raise_possible_opt_out(builder: ChangeBuilder, policy: Policy, doubt: str, now: datetime) -> None:
    """Raise a concern about a possible opt-out.

    The lead's sequence pauses until a person acts.
    """
    finding = f"“{doubt}” may be a request to stop messages"
    raised = RaisedConcern(
        rule=DOUBT, concern=Concern.LOW_CONFIDENCE, found=finding, at=now, policy_version=policy.version
    )
    _hold(builder, raised)


def raise_unverified_sender(builder: ChangeBuilder, policy: Policy, words: str, now: datetime) -> None:
    """Raise a concern about an unverified sender.

    The lead's sequence pauses until a person acts.
    """
    quote = f"“{' '.join(words.split())[:LONGEST_QUOTED]}”"
    finding = f"{quote} came from an unverified sender: ask the lead before you act on it"
    raised = RaisedConcern(
        rule=UNPROVED, concern=Concern.LOW_CONFIDENCE, found=finding, at=now, policy_version=policy.version
    )
    _hold(builder, raised)


def pause(lead: Lead, policy: Policy, words: str, now: datetime) -> Change | None:
    """Pause the sequence for an unverified opt-out.

    None when none runs.
    """
    if lead.enrolment is None or lead.enrolment.is_over or lead.concern is not None:
        return None
    builder = ChangeBuilder(lead, lead, now)
    raise_unverified_sender(builder, policy, words, now)
    if lead.owner_id is not None:
        due = lead.next_action.due_at if lead.next_action else lead.promise.deadline
        reason = builder.lead.concern.summary if builder.lead.concern else ""
        builder.message_person(policy, Template.NEEDS_PERSON, lead.owner_id, due_at=due, words=words, reason=reason)
    return builder.build()


def _hold(builder: ChangeBuilder, raised: RaisedConcern) -> None:
    enrolment = builder.lead.enrolment
    builder.set(concern=raised)
    if enrolment and enrolment.started and not enrolment.is_over:
        builder.set(enrolment=replace(enrolment, awaits_outcome=True))
    builder.event(EventKind.CONCERN_RAISED, ACTOR, concern=raised.concern, rule=raised.rule, found=raised.found)


def check_concerns(policy: Policy) -> Iterator[Problem]:
    """Yield rules without words, without readers or with duplicate names."""
    names = [rule.id for rule in policy.concerns]
    for number, rule in enumerate(policy.concerns):
        path = f"concerns[{number}]"
        if not rule.words and rule.at_most_words is None:
            yield Problem(path, "needs `words` or `at_most_words`: without either it matches nothing")
        if rule.notify not in (OWNER, MANAGER, *policy.people):
            yield Problem(f"{path}.notify", unknown("person", rule.notify, policy.people))
        if names.index(rule.id) != number:
            yield Problem(f"{path}.id", f"{rule.id!r} is taken by concerns[{names.index(rule.id)}]")


def _match(rule: ConcernRule, words: str) -> str:
    match = next((word for word in rule.words if has_word((word,), words)), "")
    if match:
        return f"“{match}”"
    few = rule.at_most_words is not None and len(words.split()) <= rule.at_most_words
    return "few words" if few else ""

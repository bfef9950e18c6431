"""Hand a message over to a person, and let no machine go on before they act (H5). Plain words, no model."""

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
from leadtight.domain.roster.stand_ins import hears_for
from leadtight.domain.text.suggestions import unknown

ACTOR = "system:concerns"
DOUBT = "opt_out_doubt"
"""The rule of a concern that no rule of the policy raised: what may be a wish to leave."""

UNPROVED = "unproved_sender"
"""The rule of a concern about a mail whose sender may be anybody."""

LONGEST_QUOTED = 120


def concern_of(policy: Policy, words: str, now: datetime) -> RaisedConcern | None:
    """Return what the first rule that holds finds in a message; None when none does. An empty message says nothing."""
    for rule in policy.concerns if words.strip() else ():
        if found := _found(rule, words):
            return RaisedConcern(rule=rule.id, concern=rule.concern, found=found, at=now, policy_version=policy.version)
    return None


def raise_concern(builder: ChangeBuilder, policy: Policy, words: str, due_at: datetime, now: datetime) -> bool:
    """Add a concern that a message raises to a change, tell whoever the rule names, and hold the lead's sequence.

    Return whether there is one: its owner is told by whoever made the change, with the message.
    """
    raised = concern_of(policy, words, now)
    if raised is None:
        return False
    lead = builder.lead
    _hold(builder, raised)
    notify = next(rule.notify for rule in policy.concerns if rule.id == raised.rule)
    named = policy.manager_of(lead.owner_id) if notify == MANAGER else notify
    if notify != OWNER and named != lead.owner_id:
        person = hears_for(policy, named, {}, now, besides=lead.owner_id)
        builder.message_person(policy, Template.NEEDS_PERSON, person, due_at=due_at, words=words, reason=raised.told)
    return True


def raise_doubt(builder: ChangeBuilder, policy: Policy, doubt: str, now: datetime) -> None:
    """Add to a change that words may be a wish to hear no more, and hold the lead's sequence until a person acts."""
    found = f"“{doubt}” may be a request to stop messages"
    raised = RaisedConcern(
        rule=DOUBT, concern=Concern.LOW_CONFIDENCE, found=found, at=now, policy_version=policy.version
    )
    _hold(builder, raised)


def raise_unproved(builder: ChangeBuilder, policy: Policy, words: str, now: datetime) -> None:
    """Add to a change that a mail's sender may be another person, and hold the lead's sequence until a person acts."""
    said = f"“{' '.join(words.split())[:LONGEST_QUOTED]}”"
    found = f"{said} came from an unverified sender: ask the lead before you act on it"
    raised = RaisedConcern(
        rule=UNPROVED, concern=Concern.LOW_CONFIDENCE, found=found, at=now, policy_version=policy.version
    )
    _hold(builder, raised)


def pause(lead: Lead, policy: Policy, words: str, now: datetime) -> Change | None:
    """Return the change by which an unproved wish holds a lead's sequence; None when nothing runs."""
    if lead.enrolment is None or lead.enrolment.is_over or lead.concern is not None:
        return None
    builder = ChangeBuilder(lead, lead, now)
    raise_unproved(builder, policy, words, now)
    if lead.owner_id is not None:
        due = lead.next_action.due_at if lead.next_action else lead.promise.deadline
        reason = builder.lead.concern.told if builder.lead.concern else ""
        builder.message_person(policy, Template.NEEDS_PERSON, lead.owner_id, due_at=due, words=words, reason=reason)
    return builder.build()


def _hold(builder: ChangeBuilder, raised: RaisedConcern) -> None:
    enrolment = builder.lead.enrolment
    builder.set(concern=raised)
    if enrolment and enrolment.started and not enrolment.is_over:
        builder.set(enrolment=replace(enrolment, awaits_outcome=True))
    builder.event(EventKind.CONCERN_RAISED, ACTOR, concern=raised.concern, rule=raised.rule, found=raised.found)


def unusable_concerns(policy: Policy) -> Iterator[Problem]:
    """Yield rules that can find nothing, that tell nobody, or that are called like another."""
    names = [rule.id for rule in policy.concerns]
    for number, rule in enumerate(policy.concerns):
        path = f"concerns[{number}]"
        if not rule.words and rule.at_most_words is None:
            yield Problem(path, "needs `words` or `at_most_words`: without either it matches nothing")
        if rule.notify not in (OWNER, MANAGER, *policy.people):
            yield Problem(f"{path}.notify", unknown("person", rule.notify, policy.people))
        if names.index(rule.id) != number:
            yield Problem(f"{path}.id", f"{rule.id!r} is taken by concerns[{names.index(rule.id)}]")


def _found(rule: ConcernRule, words: str) -> str:
    said = next((word for word in rule.words if has_word((word,), words)), "")
    if said:
        return f"“{said}”"
    few = rule.at_most_words is not None and len(words.split()) <= rule.at_most_words
    return "few words" if few else ""

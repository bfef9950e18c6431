"""The contact check asks a lead whether the team responded.

A “no” is believed (Q7).
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Template
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import deadline, target_of
from leadtight.domain.promises.reopening import reopen
from leadtight.domain.roster.stand_ins import notification_recipient

ACTOR = "system:sla"


class ContactAnswer(StrEnum):
    """The lead's answer: contacted by the team, or not."""

    YES = "yes"
    NO = "no"


def ask(builder: ChangeBuilder) -> None:
    """Mail the contact check after a broken promise.

    Its first-response timer must still run. A lead is asked only once.
    """
    lead = builder.lead
    if Template.ASK_LEAD in lead.sent_once:  # while a former owner had it
        return
    builder.set(sent_once=(*lead.sent_once, Template.ASK_LEAD.value))
    builder.event(EventKind.LEAD_ASKED, ACTOR, owner=lead.owner_id)
    builder.message(Template.ASK_LEAD, LEAD)


def answer(policy: Policy, lead: Lead, reply: ContactAnswer, now: datetime, words: str = "") -> Change | None:
    """Record the lead's answer to the contact check.

    None when the lead answered so before and adds no words. A “no” makes the lead due at once: a lost lead is reopened,
    the owner owes an answer within the target, and the manager is alerted. A “yes” stops no timer: only a team member
    or proof does (Q3). Neither rewrites history: a disagreement is kept, with the owner of the lead.
    """
    if lead.excluded or (lead.says_contacted == reply and not words):
        return None
    disagrees = (reply is ContactAnswer.YES) != (lead.first_contact_at is not None)
    builder = ChangeBuilder(lead, replace(lead, says_contacted=reply.value), now)
    builder.event(
        EventKind.LEAD_ANSWERED,
        LEAD,
        said=reply,
        owner=lead.owner_id,
        disagrees=disagrees,
        logged=lead.first_contact_at,
        words=words or None,
    )
    if words and lead.stage is Stage.LOST and reply is ContactAnswer.YES and lead.owner_id is not None:
        _make_due(builder, policy, f"Answer {lead.inquiry.display_name}, who wrote again", now)
    if words and lead.owner_id is not None:
        due = builder.lead.next_action.due_at if builder.lead.next_action else lead.promise.deadline
        builder.message_person(policy, Template.WROTE_AGAIN, lead.owner_id, due_at=due, words=words)
    if reply is ContactAnswer.NO and lead.stage is not Stage.WON and lead.owner_id is not None:
        _escalate(builder, policy, lead, lead.owner_id, now)
    return builder.build()


def _escalate(builder: ChangeBuilder, policy: Policy, lead: Lead, owner: str, now: datetime) -> None:
    if not lead.is_open or lead.first_contact_at is not None:
        _make_due(builder, policy, f"Contact {lead.inquiry.display_name}: they say they have not been contacted", now)
    due = builder.lead.next_action.due_at if builder.lead.next_action else lead.promise.deadline
    builder.message_person(policy, Template.NOT_CONTACTED, owner, due_at=due, owner=owner)
    manager = policy.manager_of(owner)
    if manager != owner:
        manager = notification_recipient(policy, manager, {}, now, besides=owner)
        builder.message_person(policy, Template.NOT_CONTACTED, manager, due_at=due, owner=owner)


def _make_due(builder: ChangeBuilder, policy: Policy, action: str, now: datetime) -> None:
    """Make a forgotten lead due again, within its target's time."""
    reopen(builder, policy, action, deadline(policy, target_of(policy, builder.lead.team_promise), now), now)

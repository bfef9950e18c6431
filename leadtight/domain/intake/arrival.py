"""Arrival of a lead: tier, promise and acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Exclusion, Lead
from leadtight.domain.model.message import LEAD, Channel, Template
from leadtight.domain.policy.evaluation import Arrival, holds, tier_of
from leadtight.domain.policy.trust import NOBODY_SAID, Provenance, Sender
from leadtight.domain.promises.deadlines import promise
from leadtight.domain.routing.scoring import score

if TYPE_CHECKING:
    from leadtight.domain.model.consent_record import ConsentPrompt, Visitor
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.policy.policy import Policy


def receive(
    policy: Policy,
    inquiry: Inquiry,
    *,
    lead_id: str,
    source: str,
    form: str | None,
    received_at: datetime,
    now: datetime,
    known_owner_id: str | None = None,
    claimed_by: str | None = None,
    acknowledged: bool = True,
    promised_from: datetime | None = None,
    earlier_lead_ids: tuple[str, ...] = (),
    consent_prompt: ConsentPrompt | None = None,
    visitor: Visitor | None = None,
    opted_out: tuple[Channel, ...] = (),
    own_words: str | None = None,
    doubt: str = "",
    provenance: Provenance = NOBODY_SAID,
    cause: Mapping[str, Any] = MappingProxyType({}),
) -> Change:
    """Return the new lead with its event and acknowledgement.

    It wakes after the unowned grace: if routing never handles it, the sweep does. A lead that meets an exclude rule is
    stored closed, and no one is notified (F12). `claimed_by` is the team member who has it already (R13). An
    `acknowledged` lead gets an automatic reply. The promise counts from `promised_from`, by default from receipt.
    `opted_out` are the channels that the message opts out of (H4); a `doubt` about that is for a person. The
    acknowledgements keep their `cause`, by which they are limited.
    """
    since = promised_from or received_at
    arrival = Arrival(source=source, form=form, inquiry=inquiry, received_at=since, known_owner_id=known_owner_id)
    worth = score(policy, arrival)
    scored = replace(arrival, score=worth.total)
    tier, unwanted = tier_of(policy, scored), exclusion_of(policy, scored)
    lead = Lead(
        id=lead_id,
        source=source,
        form=form,
        received_at=received_at,
        recorded_at=now,
        inquiry=inquiry,
        promise=promise(policy, tier, since, source),
        score=worth,
        known_owner_id=known_owner_id,
        claimed_by=claimed_by,
        earlier_lead_ids=earlier_lead_ids,
        counts_to_cap=tier.counts_to_cap,
        excluded=unwanted,
        closed_at=now if unwanted else None,
        expire_after=tier.expire_after,
        wake_at=now + policy.routing.unowned_grace,
        sender_unproved=provenance.sender is Sender.UNPROVED,
    )
    builder = ChangeBuilder(None, lead, now)
    builder.event(EventKind.LEAD_RECEIVED, "lead", source=source, flags=inquiry.flags, **provenance.evidence)
    if consent_prompt:
        said_by = str(provenance.caller or "")
        builder.record_consent(
            consent_prompt, visitor, inquiry, source=source, form=form, policy_version=policy.version, said_by=said_by
        )
    if opted_out:
        from leadtight.domain.compliance.opt_out import opt_out  # imported here: most first messages are not an opt-out

        opt_out(builder, opted_out, LEAD, inquiry, source, provenance=provenance)
    if unwanted:
        builder.event(EventKind.LEAD_EXCLUDED, "system:intake", rule=unwanted.rule, reason=unwanted.reason)
        return builder.build()
    _raise_concerns(builder, policy, provenance, inquiry.message if own_words is None else own_words, doubt, now)
    if acknowledged and inquiry.email and Channel.EMAIL not in opted_out:
        builder.message(Template.ACKNOWLEDGE, LEAD, **cause)
    if acknowledged and inquiry.phone and inquiry.consent.sms and Channel.SMS not in opted_out:
        builder.message(Template.ACKNOWLEDGE, LEAD, Channel.SMS, **cause)
    return builder.build()


def _raise_concerns(
    builder: ChangeBuilder, policy: Policy, provenance: Provenance, words: str, doubt: str, now: datetime
) -> None:
    """Raise the first concern that applies.

    The order is: sender, words, possible opt-out.
    """
    is_unproved = provenance.sender is Sender.UNPROVED
    if not (is_unproved or policy.concerns or doubt):
        return
    from leadtight.domain.intake import human_handoff as handoff  # imported here: few inquiries raise a concern

    if is_unproved:
        handoff.raise_unverified_sender(builder, policy, words, now)
        return
    handoff.raise_concern(builder, policy, words, builder.lead.promise.deadline, now)
    if doubt and builder.lead.concern is None:
        handoff.raise_possible_opt_out(builder, policy, doubt, now)


def exclusion_of(policy: Policy, arrival: Arrival) -> Exclusion | None:
    """Return the exclusion of a lead, if any.

    The first exclude rule that holds decides.
    """
    rule = next((rule for rule in policy.exclude if holds(rule.when, policy, arrival)), None)
    return Exclusion(rule=rule.id, reason=rule.reason, policy_version=policy.version) if rule else None

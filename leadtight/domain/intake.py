"""A lead arrives: its tier and promise are fixed, and an acknowledgement is owed."""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.conditions import Arrival, tier_of
from leadtight.domain.event import EventKind
from leadtight.domain.lead import Inquiry, Lead
from leadtight.domain.message import LEAD, Channel, Template
from leadtight.domain.policy import Policy
from leadtight.domain.promise import promise
from leadtight.domain.scoring import score


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
) -> Change:
    """Return the new lead with its event and acknowledgement.

    It wakes after the unowned grace: should routing never hear of it, the sweep does.
    """
    arrival = Arrival(source=source, form=form, inquiry=inquiry, received_at=received_at, known_owner_id=known_owner_id)
    worth = score(policy, arrival)
    tier = tier_of(policy, replace(arrival, score=worth.total))
    lead = Lead(
        id=lead_id,
        source=source,
        form=form,
        received_at=received_at,
        recorded_at=now,
        inquiry=inquiry,
        promise=promise(policy, tier, received_at, source),
        score=worth,
        known_owner_id=known_owner_id,
        counts_to_cap=tier.counts_to_cap,
        wake_at=now + policy.routing.unowned_grace,
    )
    builder = ChangeBuilder(None, lead, now)
    builder.event(EventKind.LEAD_RECEIVED, "lead", source=source, flags=inquiry.flags)
    if inquiry.email:
        builder.message(Template.ACKNOWLEDGE, LEAD)
    if inquiry.phone and inquiry.consent.sms:
        builder.message(Template.ACKNOWLEDGE, LEAD, Channel.SMS)
    return builder.build()

"""A summary of a lead, without written text.

It has deadlines and owner. It is small, however long the text was.
"""

from __future__ import annotations

from dataclasses import replace

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead, Score

LONGEST_FACT = 60


def summarize(lead: Lead) -> Lead:
    """Return a summary of a lead, without personal data.

    It has the owner, times and the fields that rules need. It must not be stored or decided on: it lacks timers,
    outcomes and version.
    """
    return Lead(
        id=lead.id,
        source=lead.source[:LONGEST_FACT],
        form=lead.form,
        received_at=lead.received_at,
        recorded_at=lead.recorded_at,
        inquiry=_facts(lead.inquiry),
        promise=lead.promise,
        score=Score(total=lead.score.total),
        known_owner_id=lead.known_owner_id,
        claimed_by=lead.claimed_by,
        handover=lead.handover,
        stage=lead.stage,
        owner_id=lead.owner_id,
        pool_id=lead.pool_id,
        owned_since=lead.owned_since,
        waiting_since=lead.waiting_since,
        generation=lead.generation,
        wake_at=lead.wake_at,
    )


def _facts(inquiry: Inquiry) -> Inquiry:
    kept = {name: getattr(inquiry, name)[:LONGEST_FACT] for name in ("language", "country", "region", "product")}
    return replace(Inquiry(**kept), company_size=inquiry.company_size, value=inquiry.value)

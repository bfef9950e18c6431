"""A lead in short: what says when and for whom it is due, without what was written; small however long that was."""

from __future__ import annotations

from dataclasses import replace

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead, Score

LONGEST_FACT = 60


def in_short(lead: Lead) -> Lead:
    """Return a lead with its owner, times and what rules ask about, and nothing that says who the person is.

    It is no lead to decide on or to store: it lacks its clocks, its outcomes and its version.
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

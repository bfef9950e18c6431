"""Historical leads: stored and remembered, but not counted."""

from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Exclusion, Lead
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.evaluation import Arrival, tier_of
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import promise

RULE, REASON = "import", "historical"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalLead:
    """Final or present stage of a lead in another system."""

    stage: Stage = Stage.NEW
    closed_at: datetime | None = None
    lost_reason: str = ""


def record_historical(
    policy: Policy,
    inquiry: Inquiry,
    past: HistoricalLead,
    *,
    lead_id: str,
    source: str,
    received_at: datetime,
    now: datetime,
    known_owner_id: str | None,
    earlier_lead_ids: tuple[str, ...],
) -> Change:
    """Record a historical lead.

    It keeps its stage and dates, and has no owner, timer or message. It is excluded as `historical`, so no rate counts
    it. Its former owner counts as known to the person from now on.
    """
    tier = tier_of(policy, Arrival(source=source, form=None, inquiry=inquiry, received_at=received_at))
    lead = Lead(
        id=lead_id,
        source=source,
        received_at=received_at,
        recorded_at=now,
        inquiry=inquiry,
        promise=promise(policy, tier, received_at, source),
        known_owner_id=known_owner_id,
        earlier_lead_ids=earlier_lead_ids,
        counts_to_cap=False,
        excluded=Exclusion(rule=RULE, reason=REASON, policy_version=policy.version),
        stage=past.stage,
        closed_at=past.closed_at or now,
        lost_reason=past.lost_reason,
    )
    builder = ChangeBuilder(None, lead, now)
    builder.event(EventKind.LEAD_RECEIVED, "system:import", source=source, flags=inquiry.flags)
    builder.event(EventKind.LEAD_EXCLUDED, "system:import", rule=RULE, reason=REASON)
    return builder.build()

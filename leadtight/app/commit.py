"""Change one lead whatever else changes it: decide on it as it is, store that, and arm what comes next."""

from collections.abc import Callable
from datetime import datetime

from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead

TRIES = 12


def commit_with_retry(
    store: LeadStore, alarms: Alarms, lead: Lead, decide: Callable[[Lead], Change | None], now: datetime
) -> Lead:
    """Return the lead after what is decided on it, or as it is when nothing is to be changed.

    Whoever loses a race reads again. Raises Conflict when it lost every one of its tries.
    """
    for _ in range(TRIES):
        change = decide(lead)
        if change is None:
            return lead
        try:
            store.commit(change)
        except Conflict:
            lead = store.load(lead.id) or lead
            continue
        alarms.arm(change.after, now)
        return change.after
    raise Conflict(f"lead {lead.id} kept changing")

"""Alarms in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from leadtight.domain.model.lead import Lead


@dataclass
class MemoryAlarms:
    """Alarms in a list; `due` returns those to fire.

    An alarm that is armed late fires at once.
    """

    armed: dict[tuple[str, str], Lead] = field(default_factory=dict)
    rings_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def arm(self, lead: Lead, now: datetime) -> None:
        """Remember the lead as it was armed."""
        if lead.wake_at is not None:
            self.armed[lead.id, lead.wake_token] = lead
            self.rings_at[lead.id, lead.wake_token] = max(lead.wake_at, now)

    def disarm(self, lead: Lead) -> None:
        """Forget an alarm."""
        self.armed.pop((lead.id, lead.wake_token), None)

    def due(self, now: datetime) -> tuple[Lead, ...]:
        """Remove and return the alarms due by `now`, earliest first."""
        ringing = sorted(
            (lead for key, lead in self.armed.items() if self.rings_at[key] <= now),
            key=lambda lead: (str(lead.wake_at), lead.id),
        )
        for lead in ringing:
            self.disarm(lead)
        return tuple(ringing)

    def next_at(self) -> datetime | None:
        """Return the time of the next alarm."""
        return min((self.rings_at[key] for key in self.armed), default=None)

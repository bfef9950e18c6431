"""People in memory: senders, and the team."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from leadtight.adapters.memory.rows import MemoryRows
from leadtight.domain.compliance.send_permission import Suppression
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.listing import Listing
from leadtight.domain.model.message import Channel
from leadtight.domain.notifications.interruptions import Alerts


class MemoryPeople(MemoryRows):
    """Leads, opt-outs, absences and alerts by person."""

    def leads_of(self, person_keys: Iterable[str]) -> Listing[str]:
        """Return all lead ids of a person."""
        people = self._listing("person", [key for key in person_keys if key in self._leads_of], str)
        return Listing(sorted({lead_id for key in people for lead_id in self._leads_of[key]}), people.unreadable)

    def consents(self, person_keys: Iterable[str]) -> Listing[ConsentRecord]:
        """Return a person's consent records."""
        wanted = set(person_keys)
        with self._lock:
            records = [record for record in self._consents if record.person_key in wanted]
        records.sort(key=lambda record: (record.at, record.id))
        return self._listing("consent", records, lambda record: record.id)

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return a person's opt-outs."""
        keys, none = tuple(person_keys), frozenset[Channel]()
        for key in keys:
            self._check_readable("person", key)
        return Suppression(channels=none.union(*(self._suppressed.get(key, none) for key in keys)))

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record an opt-out from a channel."""
        with self._lock:
            self._suppressed[person_key] = self._suppressed.get(person_key, frozenset()) | {channel}

    def owners(self) -> tuple[str, ...]:
        """Return everyone who was ever assigned a lead."""
        return tuple(sorted(self._owners))

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Mark a person as away, or back."""
        with self._lock:
            self._owners[person_id] = replace(self._owner(person_id), away_until=until)

    def alerts(self, person_id: str) -> Alerts:
        """Return a person's recent alerts."""
        self._check_readable("alerts", person_id)
        return self._alerts.get(person_id, Alerts(person_id=person_id))

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of a person's alerts."""
        with self._lock:
            stored = self.alerts(alerts.person_id)
            if stored != alerts and stored.turn != alerts.turn - 1:
                raise Conflict(f"{alerts.person_id} was alerted meanwhile")
            self._alerts[alerts.person_id] = alerts

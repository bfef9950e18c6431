"""Ask sources what they have had, and take what never arrived (A13, Q10)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.app.intake.claims import STRANGERS_NAMESPACE
from leadtight.app.intake.deliveries import Deliveries, Inquiring
from leadtight.app.ports.guards import Guards
from leadtight.app.ports.reconciliations import Reconciliations
from leadtight.domain.calendar.timestamps import midnight
from leadtight.domain.intake.reconciliation import Reconciliation, compare, mark_complete
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.policy.sources import Webhook

SETTLING = timedelta(minutes=15)
"""What a source has had for less than this may still be on its way here."""

Listing = Callable[[Webhook, datetime, datetime], Iterator[Inquiring]]
"""Returns what a source has had from an instant until another. Raises FetchFailed for now, FetchRefused for good."""


class Reconcile:
    """Compares sources with the table. Taking is guarded, so that a delivery which comes after all changes nothing."""

    def __init__(
        self,
        guards: Guards,
        deliveries: Deliveries,
        records: Reconciliations,
        listing: Listing,
        zone: ZoneInfo,
    ) -> None:
        """Take who knows what is here, who takes the rest, where results are kept, who asks, and whose days count."""
        self._guards = guards
        self._deliveries = deliveries
        self._records = records
        self._listing = listing
        self._zone = zone

    def run(self, webhooks: Iterable[Webhook], now: datetime) -> tuple[Reconciliation, ...]:
        """Compare yesterday and today so far, of every source. Raises the first failure after all had their turn."""
        today = now.astimezone(self._zone).date()
        results, failures = [], list[Exception]()
        for webhook in webhooks:
            for day in (today - timedelta(days=1), today):
                if self._bounds(day)[0] >= now - SETTLING:
                    continue  # the day has only just begun
                try:
                    results.append(self.compare(webhook, day, now))
                except Exception as error:  # noqa: BLE001 - raised below, after the other sources had their turn
                    failures.append(error)
        if failures:
            raise failures[0]
        return tuple(results)

    def compare(self, webhook: Webhook, day: date, now: datetime) -> Reconciliation:
        """Compare a source's local day, up to a little before `now`, and take what is not here.

        What was missed is stored before it is taken: whoever fails in between finds it missed again.
        """
        channel = webhook.channel
        since, until = self._bounds(day)
        items = {item.key or "": item for item in self._listing(webhook, since, min(until, now - SETTLING))}
        here = self._here(channel, items.values(), now)
        missing = [item for key, item in items.items() if key not in here]
        try:
            previous = self._records.find(channel, day) or Reconciliation(channel=channel, day=day, as_of=now)
        except UnreadableRow:
            self._deliveries.take_all(missing, channel, now)  # what was missed must not wait for its record
            raise
        record = compared(previous, _digests(items), _digests(here), now)
        self._records.keep(record)
        self._deliveries.take_all(missing, channel, now)
        record = completed(record)
        self._records.keep(record)
        return record

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        return midnight(day, self._zone), midnight(day + timedelta(days=1), self._zone)

    def _here(self, channel: str, items: Iterable[Inquiring], now: datetime) -> frozenset[str]:
        """Return the keys that a lead or a held delivery has taken."""
        keys = {pair: item.key or "" for item in items for pair in _guarded(channel, item)}
        return frozenset(keys[pair] for pair in self._guards.taken_of(keys, now))


def _guarded(channel: str, item: Inquiring) -> tuple[tuple[str, str], ...]:
    key = item.key or ""
    return (item.source, key), (f"{STRANGERS_NAMESPACE}{item.source}", key), (f"held:{channel}", key)


def _digests(keys: Iterable[str]) -> frozenset[str]:
    """Return keys as what may be kept in a report: some providers' ids are addresses of a person's data."""
    return frozenset(hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys)

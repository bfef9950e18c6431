"""Compare sources with our records; receive missing items (A13, Q10)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from leadtight.app.intake.claims import STRANGERS_NAMESPACE
from leadtight.app.intake.deliveries import Deliveries, Inquiring
from leadtight.app.ports.guards import Guards
from leadtight.app.ports.reconciliations import Reconciliations
from leadtight.domain.intake.reconciliation import (
    ComparedDay,
    Reconciliation,
    compare,
    compared_days,
    digests,
    mark_complete,
)
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.policy.sources import Webhook

Listing = Callable[[Webhook, datetime, datetime], Iterator[Inquiring]]
"""Returns a source's items between two instants.

Raises FetchFailed for temporary failures, FetchRefused for permanent ones.
"""


class Reconcile:
    """Compares sources with the table.

    Receiving is guarded, so a delivery that arrives after all changes nothing.
    """

    def __init__(
        self,
        guards: Guards,
        deliveries: Deliveries,
        records: Reconciliations,
        listing: Listing,
        zone: ZoneInfo,
    ) -> None:
        """Take the ports, and the time zone of the days.

        `listing` asks a source; `records` keeps the results.
        """
        self._guards = guards
        self._deliveries = deliveries
        self._records = records
        self._listing = listing
        self._zone = zone

    def run(self, webhooks: Iterable[Webhook], now: datetime) -> tuple[Reconciliation, ...]:
        """Compare every source for yesterday and today so far.

        Raises the first error after all sources had their turn.
        """
        results, failures = [], list[Exception]()
        for webhook in webhooks:
            for day in compared_days(now, self._zone):
                try:
                    results.append(self.compare(webhook, day, now))
                except Exception as error:  # noqa: BLE001 - raised below, after the other sources had their turn
                    failures.append(error)
        if failures:
            raise failures[0]
        return tuple(results)

    def compare(self, webhook: Webhook, compared: ComparedDay, now: datetime) -> Reconciliation:
        """Compare a source's local day, and receive what is missing.

        Missing items are stored before they are received: after a crash they are found missing again.
        """
        channel, day = webhook.channel, compared.day
        items = {item.key or "": item for item in self._listing(webhook, compared.since, compared.until)}
        here = self._here(channel, items.values(), now)
        missing = [item for key, item in items.items() if key not in here]
        try:
            previous = self._records.find(channel, day) or Reconciliation(channel=channel, day=day, as_of=now)
        except UnreadableRow:
            self._deliveries.take_all(missing, channel, now)  # missing items must not wait for their record
            raise
        record = compare(previous, digests(items), digests(here), now)
        self._records.keep(record)
        self._deliveries.take_all(missing, channel, now)
        record = mark_complete(record)
        self._records.keep(record)
        return record

    def _here(self, channel: str, items: Iterable[Inquiring], now: datetime) -> frozenset[str]:
        """Return the keys of existing leads and held deliveries."""
        keys = {pair: item.key or "" for item in items for pair in _guarded(channel, item)}
        return frozenset(keys[pair] for pair in self._guards.taken_of(keys, now))


def _guarded(channel: str, item: Inquiring) -> tuple[tuple[str, str], ...]:
    key = item.key or ""
    return (item.source, key), (f"{STRANGERS_NAMESPACE}{item.source}", key), (f"held:{channel}", key)

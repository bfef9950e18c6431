"""Settle the bucket's mails, also those never announced.

Each mail is marked once it is settled. Reconciliation lists the bucket and settles what has no mark (A13, Q10).
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.app.intake.deliveries import SettledItem
from leadtight.app.intake.inbound_mail import CHANNEL, Mails
from leadtight.app.intake.receive import KEY_KEPT
from leadtight.app.intake.time_limits import Limits, unlimited
from leadtight.app.ports.files import MailDirectory
from leadtight.app.ports.guards import Guard, Guards
from leadtight.app.ports.reconciliations import Reconciliations
from leadtight.app.sweep import Left, unbounded
from leadtight.domain.intake.reconciliation import (
    ComparedDay,
    Reconciliation,
    compare,
    compared_days,
    digests,
    mark_taken,
)
from leadtight.domain.model.errors import OutOfTime

SETTLED = "mail_file"
"""The source of the guards that mark settled mails."""


class MailBucket:
    """Settles stored mails; knows which are settled."""

    def __init__(
        self, mails: Mails, files: MailDirectory, guards: Guards, records: Reconciliations, zone: ZoneInfo
    ) -> None:
        """Take the ports, and the time zone of days.

        `mails` is the use case of one mail.
        """
        self._mails = mails
        self._files = files
        self._guards = guards
        self._records = records
        self._zone = zone

    def take(self, file: str, now: datetime) -> SettledItem:
        """Settle one mail, and mark it. Raises as `Mails.take` does."""
        return self._mark(file, self._mails.take(file, now), now)

    def hold_unread(self, file: str, detail: str, now: datetime) -> SettledItem:
        """Hold and mark a mail that takes too long."""
        return self._mark(file, self._mails.hold_unread(file, detail, now), now)

    def reconcile(
        self, now: datetime, left: Left = unbounded, limits: Limits = unlimited
    ) -> tuple[Reconciliation, ...]:
        """Compare the bucket with what was settled, yesterday and today.

        What is missing is settled while time is left, each mail within its limit. Raises the first error after all had
        their turn, and OutOfTime when mails remain.
        """
        return tuple([self._compare(day, now, left, limits) for day in compared_days(now, self._zone)])

    def _compare(self, compared: ComparedDay, now: datetime, left: Left, limits: Limits) -> Reconciliation:
        files = frozenset(self._files.stored_between(compared.since, compared.until))
        settled = frozenset(file for _, file in self._guards.taken_of(((SETTLED, file) for file in files), now))
        previous = self._records.find(CHANNEL, compared.day)
        record = compare(
            previous or Reconciliation(channel=CHANNEL, day=compared.day, as_of=now),
            digests(files),
            digests(settled),
            now,
        )
        self._records.keep(record)
        taken, copies, failures = self._settle_all(sorted(files - settled), now, left, limits)
        record = mark_taken(record, digests(taken), digests(copies))
        self._records.keep(record)
        if failures:
            raise failures[0]
        return record

    def _settle_all(
        self, files: list[str], now: datetime, left: Left, limits: Limits
    ) -> tuple[frozenset[str], frozenset[str], list[Exception]]:
        """Settle mails; return the new, the known and errors."""
        results: dict[str, str] = {}
        failures: list[Exception] = []
        for file, limit in zip(files, limits(len(files)), strict=True):
            if left() <= timedelta():
                failures.append(OutOfTime(f"{len(files) - len(results)} mails wait for the next run"))
                break
            try:
                results[file] = self._settle_within(limit, file, now, left).status
            except Exception as error:  # noqa: BLE001 - raised by the caller, after the other mails had their turn
                failures.append(error)
        known = frozenset(file for file, status in results.items() if status == "duplicate")
        return frozenset(results) - known, known, failures

    def _settle_within(self, limit: AbstractContextManager[None], file: str, now: datetime, left: Left) -> SettledItem:
        """Settle a mail, or hold it after its time.

        Raises OutOfTime when it had less than its full time.
        """
        try:
            with limit:
                return self.take(file, now)
        except OutOfTime as error:
            if left() <= timedelta():
                raise
            return self.hold_unread(file, f"reading it takes too long: {error}", now)

    def _mark(self, file: str, settled: SettledItem, now: datetime) -> SettledItem:
        self._guards.mark(Guard(source=SETTLED, key=file, fingerprint=SETTLED, expires_at=now + KEY_KEPT), settled.id)
        return settled

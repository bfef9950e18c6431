"""Checks of a restored table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from leadtight.adapters.aws.scheduler import schedule_name
from leadtight.adapters.dynamodb.rows import DueIndex, LeadRow
from leadtight.app.ports.alarms import NEAR
from leadtight.domain.model.lead import Lead
from leadtight.restore.comparison import Item, key_of, kind_of
from leadtight.restore.items import Items
from leadtight.restore.schedules import AlarmSchedules
from leadtight.restore.waiting import Waiting

LOOKS = 3
"""How often a difference is looked at again: the index lags, and work goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a restored table holds and lacks."""

    rows: Mapping[str, int]
    open_leads: int
    problems: tuple[str, ...]


class Verification:
    """Verifies a table, and the alarms of its leads."""

    def __init__(
        self, items: Items, schedules: AlarmSchedules, waiting: Waiting, clock: Callable[[], datetime]
    ) -> None:
        """Take the readers of rows and of alarms."""
        self._items = items
        self._schedules = schedules
        self._waiting = waiting
        self._clock = clock

    def of(self, table: str, *, schedule_group: str | None) -> Verified:
        """Verify a table, and its alarms if it has any."""
        for _ in range(LOOKS - 1):
            verified = self._look(table, schedule_group)
            if not verified.problems:
                return verified
            self._waiting.pause(2.0)
        return self._look(table, schedule_group)

    def _look(self, table: str, schedule_group: str | None) -> Verified:
        rows, indexed, leads, unread = Counter[str](), set(), list[Lead](), list[str]()
        for item in self._items.scan(table):
            rows[kind_of(item)] += 1
            if "gsi1pk" in item:
                indexed.add(key_of(item))
            if is_lead(item):
                lead = [*readable_lead(item)]
                leads += lead
                unread += [] if lead else [item["pk"]["S"]]
        problems = [*self._index_problems(table, indexed), *_mail_problems(leads)]
        problems += [f"{key}: its row cannot be read, so neither its alarm nor its state is verified" for key in unread]
        if schedule_group is not None:
            problems += self._alarm_problems(leads, schedule_group)
        return Verified(
            rows=dict(sorted(rows.items())), open_leads=sum(lead.is_open for lead in leads), problems=tuple(problems)
        )

    def _index_problems(self, table: str, expected: set[tuple[str, str]]) -> Iterator[str]:
        found = {key_of(item) for item in self._items.scan(table, IndexName=DueIndex.Meta.index_name)}
        if found != expected:
            yield f"the index lacks {len(expected - found)} rows and has {len(found - expected)} too many"

    def _alarm_problems(self, leads: list[Lead], group: str) -> Iterator[str]:
        """Yield each lead whose alarm is not armed.

        One that is due within a quarter of an hour waits in the queue, which cannot be looked into.
        """
        armed, soon = set(self._schedules.names(group)), self._clock() + NEAR
        for lead in leads:
            if lead.wake_at and lead.wake_at > soon and schedule_name(lead) not in armed:
                yield f"lead {lead.id}: its alarm for {lead.wake_at.isoformat()} is not armed"


def is_lead(item: Item) -> bool:
    """Return whether a row is a lead's own."""
    return kind_of(item) == "lead" and item["sk"]["S"] == "LEAD"


def readable_lead(item: Item) -> Iterator[Lead]:
    """Yield the lead of a row, if it has one."""
    if is_lead(item):
        try:
            yield LeadRow.from_raw_data(dict(item)).value()
        except Exception:  # noqa: BLE001 - a row of another version; the product counts those itself
            return


def _mail_problems(leads: list[Lead]) -> Iterator[str]:
    """Yield each mail that became more than one lead."""
    files = Counter(str(file) for lead in leads if (file := lead.inquiry.fields.get("mail_file")))
    yield from (f"mail {file}: {number} leads" for file, number in sorted(files.items()) if number > 1)

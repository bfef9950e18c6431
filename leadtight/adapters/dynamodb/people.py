"""People in the table: senders by hash, and the team.

Senders are known by the hash of their address or number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess, is_refused
from leadtight.adapters.dynamodb.rows import AlertsRow, OwnerRow, PersonRow, kind_of
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.listing import Listing

if TYPE_CHECKING:
    from leadtight.domain.compliance.send_permission import Suppression
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.model.message import Channel
    from leadtight.domain.notifications.interruptions import Alerts


class PeopleAccess(TableAccess):
    """Leads, opt-outs, absences and alerts by person."""

    def leads_of(self, person_keys: Iterable[str]) -> Listing[str]:
        """Return all lead ids of a person: one call."""
        lead_ids = row_reader.listing(PersonRow, _rows_of(person_keys), lambda row: row.lead_ids or ())
        return Listing(sorted({lead_id for ids in lead_ids for lead_id in ids}), lead_ids.unreadable)

    def consents(self, person_keys: Iterable[str]) -> Listing[ConsentRecord]:
        """Return a person's consent records: one call for each key."""
        from leadtight.adapters.dynamodb.form_rows import ConsentRow

        people = map(keys.person, person_keys)
        items = (item for person in people for item in row_reader.in_partition(person, keys.CONSENT_PREFIX))
        records = row_reader.listing(ConsentRow, items, ConsentRow.value)
        return Listing(sorted(records, key=lambda record: (record.at, record.id)), records.unreadable)

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return a person's opt-outs.

        Raises UnreadableRow: a person who may have opted out is not written to.
        """
        from leadtight.domain.compliance.send_permission import (
            Suppression,  # imported here: intake does not need it
        )

        none: frozenset[Channel] = frozenset()
        left = (row_reader.asked_for(PersonRow, item, PersonRow.channels) for item in _rows_of(person_keys))
        return Suppression(channels=none.union(*left))

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record an opt-out from a channel."""
        PersonRow(keys.person(person_key), keys.PERSON_SK).update([*opt_out_actions({channel}), kind_of(PersonRow)])

    def owners(self) -> tuple[str, ...]:
        """Return everyone who was ever assigned a lead.

        Their ids are keys of the index, whether or not the rows can be read.
        """
        return tuple(item["gsi1sk"]["S"] for item in row_reader.on_index(keys.OWNERS))

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Mark a person as away, or back."""
        away = OwnerRow.away_until.set(format_timestamp(until)) if until else OwnerRow.away_until.remove()
        OwnerRow(keys.owner(person_id), keys.OWNER_SK).update([away, *registration_actions(person_id)])

    def alerts(self, person_id: str) -> Alerts:
        """Return a person's recent alerts: one call."""
        from leadtight.domain.notifications.interruptions import (
            Alerts,  # imported here: intake does not need it
        )

        stored = row_reader.one(AlertsRow, keys.owner(person_id), keys.ALERTS_SK, AlertsRow.value)
        return stored or Alerts(person_id=person_id)

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of a person's alerts.

        One call, and a second when it is refused, to recognise our own write.
        """
        unmoved = AlertsRow.turn == alerts.turn - 1 if alerts.turn > 1 else AlertsRow.pk.does_not_exist()
        try:
            AlertsRow.of(alerts).save(condition=unmoved)
        except PutError as error:
            if not is_refused(error):
                raise
            if self.alerts(alerts.person_id) != alerts:
                self._step_aside()
                raise Conflict(f"{alerts.person_id} was alerted meanwhile") from error


def _rows_of(person_keys: Iterable[str]) -> Iterator[row_reader.Raw]:
    return row_reader.by_keys((keys.person(key), keys.PERSON_SK) for key in person_keys)


def update_person(
    transaction: TransactWrite, key: str, actions: Sequence[Action], condition: Condition | None = None
) -> None:
    """Update a person in a transaction.

    A refused transaction returns what is stored: `_known` reads it.
    """
    row = PersonRow(keys.person(key), keys.PERSON_SK)
    transaction.update(row, [*actions, kind_of(PersonRow)], condition=condition, return_values="ALL_OLD")


def opt_out_actions(channels: Iterable[Channel]) -> list[Action]:
    """Return the action, if any, that opts a person out."""
    left = {channel.value for channel in channels}
    return [PersonRow.suppressed.add(left)] if left else []


def registration_actions(person_id: str) -> tuple[Action, ...]:
    """Return the actions that register a person as an owner.

    The list has everyone who was ever assigned a lead, in the policy still or not.
    """
    return OwnerRow.gsi1pk.set(keys.OWNERS), OwnerRow.gsi1sk.set(person_id), kind_of(OwnerRow)

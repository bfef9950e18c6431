"""Writes in DynamoDB that only an erasure makes.

No deployed function may make them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError, PutError, UpdateError

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import is_refused
from leadtight.adapters.dynamodb.form_rows import ConsentRow
from leadtight.adapters.dynamodb.quarantine import drop_parts, in_parts, whole
from leadtight.adapters.dynamodb.quarantine_rows import QuarantineRow
from leadtight.adapters.dynamodb.rows import (
    EventRow,
    GuardRow,
    MailRow,
    MessageRow,
    PersonRow,
    TableRow,
    text,
    value_of,
)
from leadtight.domain.compliance.erasure import ERASED, IMPORTED, Erasure
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.listing import Listing

if TYPE_CHECKING:
    from leadtight.adapters.dynamodb.table import DynamoTable
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.model.event import Event


class ErasureRow(TableRow, discriminator="erasure"):
    """The record of an erasure."""

    doc = UnicodeAttribute()


class DynamoErasures:
    """ErasureStore over the one table."""

    def __init__(self, table: DynamoTable) -> None:
        """Share the connection of the table."""
        self._connection = table.connection

    def find_erasure(self, request: str) -> Erasure | None:
        """Return the record of an erasure: one call."""
        partition = keys.erasure(request)
        return row_reader.one(ErasureRow, partition, keys.ERASURE_SK, lambda row: value_of(Erasure, row.doc))

    def keep_erasure(self, erasure: Erasure) -> None:
        """Store the record of an erasure: one call."""
        ErasureRow(keys.erasure(erasure.id), keys.ERASURE_SK, doc=text(erasure)).save()

    def rewrite(self, event: Event) -> None:
        """Replace the event of the same id: one call."""
        _unless_gone(lambda: EventRow.of(event).save(condition=EventRow.pk.exists()))

    def drop_messages(self, lead_id: str) -> int:
        """Delete a lead's messages: two calls for each."""
        items = row_reader.in_partition(keys.lead(lead_id), keys.MESSAGE_PREFIX)
        messages = row_reader.listing(MessageRow, items, lambda row: (row.sk, row.value()))
        for sort, message in messages:
            if message.provider_id:
                MailRow(keys.mail(message.provider_id), keys.MAIL_SK).delete()
            MessageRow(keys.lead(lead_id), sort).delete()
        return len(messages)

    def drop_consents(self, records: Iterable[ConsentRecord]) -> None:
        """Delete consents: one call for each."""
        for record in records:
            ConsentRow.of(record).delete()

    def forget_leads(self, person_key: str, lead_ids: Iterable[str]) -> None:
        """Remove leads from a person key.

        Two calls, and a third when nothing is left of the key.
        """
        ids, row = sorted(lead_ids), PersonRow(keys.person(person_key), keys.PERSON_SK)
        if not ids:
            return
        _unless_gone(lambda: row.update([PersonRow.lead_ids.delete(set(ids))], condition=PersonRow.pk.exists()))
        _unless_gone(lambda: row.update([PersonRow.latest.remove()], condition=PersonRow.latest.is_in(*ids)))
        empty = PersonRow.lead_ids.does_not_exist() & PersonRow.suppressed.does_not_exist()
        _unless_gone(lambda: row.delete(condition=PersonRow.pk.exists() & empty))

    def all_held(self) -> Listing[QuarantinedDelivery]:
        """Return every quarantined delivery: a scan."""
        rows = row_reader.listing(QuarantineRow, row_reader.everywhere(QuarantineRow.pk.startswith("HELD#")), in_parts)
        deliveries, unreadable = list[QuarantinedDelivery](), [*rows.unreadable]
        for delivery, characters in rows:
            try:
                deliveries.append(whole(delivery, characters))
            except UnreadableRow as error:
                unreadable.append(error.row)
        return Listing(deliveries, unreadable)

    def drop_held(self, held_id: str) -> None:
        """Delete a quarantined delivery.

        Two calls, and one for each part of a large delivery.
        """
        row = row_reader.one(QuarantineRow, keys.held(held_id), keys.HELD_SK, in_parts)
        drop_parts(held_id, row[1] if row else 0)
        QuarantineRow(keys.held(held_id), keys.HELD_SK).delete()

    def guards_of(self, lead_ids: frozenset[str]) -> Listing[str]:
        """Return the guards of leads: a scan."""
        items = row_reader.everywhere(GuardRow.pk.startswith("SEEN#"))
        guards = row_reader.listing(GuardRow, items, lambda row: (row.pk, row.lead_id))
        return Listing((pk for pk, lead_id in guards if lead_id in lead_ids), guards.unreadable)

    def bare_guard(self, name: str) -> None:
        """Erase an imported row's fingerprint; keep its guard.

        One call. Other fingerprints are hashes.
        """
        row, is_imported = GuardRow(name, keys.GUARD_SK), GuardRow.fingerprint.startswith(IMPORTED)
        _unless_gone(lambda: row.update([GuardRow.fingerprint.set(IMPORTED + ERASED)], condition=is_imported))


def _unless_gone(write: Callable[[], object]) -> None:
    """Make a conditional write; ignore a missing item."""
    try:
        write()
    except (DeleteError, PutError, UpdateError) as error:
        if not is_refused(error):
            raise

"""Rows of the table, mapped to and from domain values.

A row keeps what conditions, filters and the index need as attributes of its own, and the rest as one JSON document: one
codec for table, queue and history, free of DynamoDB's own ideas of numbers and empty text.
"""

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from leadtight.adapters.dynamodb import keys
from leadtight.app.ports.guards import Guard
from leadtight.domain.calendar.timestamps import format_timestamp, parse_timestamp
from leadtight.domain.model.capacity import OwnerState
from leadtight.domain.model.codec import from_document, to_document, without_defaults
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.lead_summary import summarize
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.notifications.urgency import lane
from leadtight.domain.views.board import BoardLead, on_board

if TYPE_CHECKING:
    from pynamodb.connection.base import Connection

    from leadtight.domain.notifications.interruptions import Alerts

T = TypeVar("T")
_CHANNELS = frozenset(channel.value for channel in Channel)


class DueIndex(GlobalSecondaryIndex["TableRow"]):  # type: ignore[no-untyped-call]  # pynamodb leaves this hook untyped
    """The only index, sparse: what is due, and its owner."""

    class Meta:
        """Name and projection."""

        index_name = "gsi1"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class TableRow(Model):
    """Any item of the table."""

    class Meta:
        """The table's name, and timeouts below the API's 30 seconds."""

        table_name = ""
        connect_timeout_seconds = 1
        read_timeout_seconds = 2
        max_retry_attempts = 2
        billing_mode = "PAY_PER_REQUEST"

    kind = DiscriminatorAttribute()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    due = DueIndex()


class LeadRow(TableRow, discriminator="lead"):
    """A lead, and in a second row its summary.

    The index holds the summary: docs/decisions/0096.
    """

    version = NumberAttribute()
    doc = UnicodeAttribute()

    @classmethod
    def of(cls, lead: Lead) -> "LeadRow":
        """Return the row of a lead.

        It is not in the index, where each write would cost as much as the whole row.
        """
        return cls(keys.lead(lead.id), keys.LEAD_SK, version=lead.version, doc=text(lead))

    @classmethod
    def due_of(cls, lead: Lead) -> "LeadRow":
        """Return the row that says when a lead is due.

        That of a closed lead is empty and leaves the index. It is of the same kind as a lead, so that the earlier
        version finds it in the index.
        """
        row = cls(keys.lead(lead.id), keys.DUE_SK, version=0, doc="{}")
        if lead.wake_at is not None:
            row.doc = short_text(lead)
            row.gsi1pk, row.gsi1sk = keys.owner(lead.owner_id), keys.due(lead.wake_at, lead.id)
        return row

    def value(self) -> Lead:
        """Return the lead."""
        return value_of(Lead, self.doc)


class WaitingRow(TableRow, discriminator="waiting"):
    """The summary of a lead that waits for its pool.

    When the lead no longer waits, the row is empty and leaves the index.
    """

    doc = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, lead: Lead) -> "WaitingRow":
        """Return the row of a lead that waits or waited."""
        row = cls(keys.lead(lead.id), keys.WAITING_SK)
        if lead.is_waiting:
            row.doc = short_text(lead)
            row.gsi1pk, row.gsi1sk = keys.WAITING, keys.due(lead.team_promise.deadline, lead.id)
        return row

    def value(self) -> Lead:
        """Return the summary of the lead.

        It is the whole lead where an earlier version wrote the row.
        """
        return value_of(Lead, str(self.doc))


class BoardIndexRow(TableRow, discriminator="board"):
    """The summary of a lead on the board.

    The index has open leads, and excluded ones by their day.
    """

    doc = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, lead: Lead) -> "BoardIndexRow":
        """Return the board row of a lead.

        That of a closed lead is empty and leaves the index.
        """
        row, shown = cls(keys.lead(lead.id), keys.BOARD_SK), on_board(lead)
        if shown:
            row.doc = text(shown)
            row.gsi1pk, row.gsi1sk = keys.board(lead.id), keys.due(shown.due_at, lead.id)
        elif lead.excluded:
            row.gsi1pk = keys.excluded(lead.recorded_at.astimezone(UTC).date())
            row.gsi1sk = keys.due(lead.recorded_at, lead.id)
        return row

    def value(self) -> BoardLead:
        """Return the summary of the lead."""
        return value_of(BoardLead, str(self.doc))


class EventRow(TableRow, discriminator="event"):
    """One entry of a lead's history.

    `frees` is the person who has one open lead less, for the filter of the stream.
    """

    frees = UnicodeAttribute(null=True)
    doc = UnicodeAttribute()

    @classmethod
    def of(cls, event: Event, frees: str | None = None) -> "EventRow":
        """Return the row of an event."""
        return cls(
            keys.lead(event.lead_id),
            keys.event(event.at, event.id),
            frees=frees,
            doc=text(event),
            gsi1pk=keys.day(event.at.astimezone(UTC).date(), event.lead_id),
            gsi1sk=keys.due(event.at, f"{event.lead_id}#{event.id}"),
        )

    def value(self) -> Event:
        """Return the event."""
        return value_of(Event, self.doc)


class MessageRow(TableRow, discriminator="message"):
    """A message of the outbox.

    Its state is in attributes, its content in the document.
    """

    status = UnicodeAttribute()
    attempts = NumberAttribute()
    next_try_at = UnicodeAttribute()
    holder = UnicodeAttribute(null=True)
    provider_id = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)
    doc = UnicodeAttribute()

    @classmethod
    def of(cls, message: Message) -> "MessageRow":
        """Return the row of a message.

        One that is no longer owed leaves the index.
        """
        row = cls(
            keys.lead(message.lead_id),
            keys.message(message.id),
            status=message.status.value,
            attempts=message.attempts,
            next_try_at=format_timestamp(message.next_try_at),
            provider_id=message.provider_id,
            detail=message.detail or None,
            doc=text(message),
        )
        if message.is_owed:
            row.gsi1pk = keys.outbox(message.lead_id)
            row.gsi1sk = keys.owed(lane(message), message.next_try_at, f"{message.lead_id}#{message.id}")
        return row

    def value(self) -> Message:
        """Return the message, with its state from the attributes."""
        state = {
            "status": Status(self.status),
            "attempts": int(self.attempts),
            "next_try_at": self.next_try_at,
            "provider_id": self.provider_id,
            "detail": self.detail or "",
        }
        return from_document(Message, {**json.loads(self.doc), **state})


class RotationRow(TableRow, discriminator="rotation"):
    """The rotation of a pool."""

    turn = NumberAttribute()
    doc = UnicodeAttribute()

    @classmethod
    def of(cls, rotation: Rotation) -> "RotationRow":
        """Return the row of a rotation."""
        return cls(keys.pool(rotation.pool_id), keys.POOL_SK, turn=rotation.turn, doc=text(rotation))

    def value(self) -> Rotation:
        """Return the rotation."""
        return value_of(Rotation, self.doc)


class OwnerRow(TableRow, discriminator="owner"):
    """A person's state that is not in the policy."""

    away_until = UnicodeAttribute(null=True)
    open_leads = NumberAttribute(null=True)
    turn = NumberAttribute(null=True)
    recent = UnicodeAttribute(null=True)

    def value(self) -> OwnerState:
        """Return the person's state."""
        return OwnerState(
            person_id=self.pk.removeprefix("OWNER#"),
            away_until=parse_timestamp(self.away_until) if self.away_until else None,
            open=int(self.open_leads or 0),
            turn=int(self.turn or 0),
            recent=tuple(parse_timestamp(at) for at in json.loads(self.recent or "[]")),
        )


class AlertsRow(TableRow, discriminator="alerts"):
    """How often a person was alerted recently."""

    turn = NumberAttribute()
    doc = UnicodeAttribute()

    @classmethod
    def of(cls, alerts: "Alerts") -> "AlertsRow":
        """Return the row of a person's alerts."""
        return cls(keys.owner(alerts.person_id), keys.ALERTS_SK, turn=alerts.turn, doc=text(alerts))

    def value(self) -> "Alerts":
        """Return the alerts."""
        from leadtight.domain.notifications.interruptions import (
            Alerts,  # imported here: intake does not need it
        )

        return value_of(Alerts, self.doc)


class GuardRow(TableRow, discriminator="guard"):
    """An idempotency guard, which expires after its time."""

    lead_id = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    taken_until = UnicodeAttribute()
    expires_at = NumberAttribute()

    @classmethod
    def of(cls, guard: Guard, lead_id: str) -> "GuardRow":
        """Return the row of a guard that `lead_id` takes."""
        return cls(
            keys.guard(guard.source, guard.key),
            keys.GUARD_SK,
            lead_id=lead_id,
            fingerprint=guard.fingerprint,
            taken_until=format_timestamp(guard.expires_at),
            expires_at=int(guard.expires_at.timestamp()) + 1,
        )


class PersonRow(TableRow, discriminator="person"):
    """A person by hashed address or number.

    The row has their leads, the latest of them, and the channels they opted out of.
    """

    lead_ids = UnicodeSetAttribute(null=True)
    latest = UnicodeAttribute(null=True)
    suppressed = UnicodeSetAttribute(null=True)

    def channels(self) -> frozenset[Channel]:
        """Return the channels the person opted out of.

        A channel that only a newer version knows is not used by this one.
        """
        return frozenset(Channel(c) for c in self.suppressed or () if c in _CHANNELS)


class MailRow(TableRow, discriminator="mail"):
    """Maps a provider's id to our message.

    Delivery reports, and later replies, carry that id.
    """

    lead_id = UnicodeAttribute()
    message_id = UnicodeAttribute()

    @classmethod
    def of(cls, message: Message) -> "MailRow":
        """Return the row of a message that was handed over."""
        return cls(keys.mail(str(message.provider_id)), keys.MAIL_SK, lead_id=message.lead_id, message_id=message.id)


def text(value: Any) -> str:
    """Return the document of a value."""
    return json.dumps(to_document(value), ensure_ascii=False, separators=(",", ":"))


def short_text(lead: Lead) -> str:
    """Return a lead's summary as a document.

    It has less than a kilobyte.
    """
    short = summarize(lead)
    document = {**without_defaults(short), "inquiry": without_defaults(short.inquiry), "score": {}}
    if short.score.total:
        document["score"] = {"total": short.score.total}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def value_of(kind: type[T], document: str) -> T:
    """Return the value of a document."""
    return from_document(kind, json.loads(document))


def kind_of(row: type[TableRow]) -> Action:
    """Return the action that sets the kind of a row.

    An update that creates an item must set it.
    """
    action: Action = row.kind.set(row)
    return action


def bind(table_name: str, region: str) -> "Connection":
    """Bind all rows to one table; return their connection.

    pynamodb keeps both on the class: a later call binds them for the whole process.
    """
    TableRow.Meta.table_name = table_name
    TableRow.Meta.region = region  # type: ignore[attr-defined]  # pynamodb reads it, its protocol does not name it
    return TableRow._get_connection().connection  # noqa: SLF001 - pynamodb has no public way to share it

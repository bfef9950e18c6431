"""Evidence of why a message was sent or not (H6).

It lists each consent, check, send and refusal in order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import LEAD

_WHAT = {
    EventKind.MESSAGE_PUT_OFF: "waits",
    EventKind.MESSAGE_SENT: "sent",
    EventKind.MESSAGE_CONFIRMED: "confirmed",
    EventKind.MESSAGE_BOUNCED: "bounced",
    EventKind.MESSAGE_FAILED: "failed",
    EventKind.MESSAGE_REFUSED: "refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry about messages to a person.

    `what` is `agreed`, `not agreed`, `opted out`, or the result of a message: `waits`, `sent`, `refused` and so on.
    `why` is the reason, or the words that were shown or received. `policy_version` is empty where none was kept.
    """

    at: datetime
    what: str
    lead_id: str
    channel: str
    purpose: str = ""
    why: str = ""
    basis: str = ""
    zones: tuple[str, ...] = ()
    policy_version: str = ""
    url: str = ""
    source: str = ""


def evidence(consents: Iterable[ConsentRecord], events: Iterable[Event]) -> tuple[AuditEntry, ...]:
    """Return the audit entries of a person, oldest first.

    They come from their consents and the histories of their leads.
    """
    entries = (*map(_asked, consents), *(entry for event in events for entry in _happened(event)))
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.lead_id)))


def _asked(record: ConsentRecord) -> AuditEntry:
    return AuditEntry(
        at=record.at,
        what="agreed" if record.ticked else "not agreed",
        lead_id=record.lead_id,
        channel=record.channel,
        purpose=record.purpose,
        why=record.text,
        policy_version=record.policy_version,
        url=record.url,
        source=record.source,
    )


def _happened(event: Event) -> Iterator[AuditEntry]:
    data = event.data
    if event.kind is EventKind.LEAD_OPTED_OUT:
        for channel in data.get("channels", ()):
            yield AuditEntry(
                at=event.at,
                what="opted out",
                lead_id=event.lead_id,
                channel=channel,
                why=str(data.get("words", "")),
                source=str(data.get("source", "") or event.actor),
            )
    warning = data.get("warning") or data.get("call_warning")
    if warning and event.kind in (EventKind.CALL_WARNING_ANSWERED, EventKind.OUTCOME_RECORDED):
        yield AuditEntry(
            at=event.at,
            what="call warned" if event.kind is EventKind.CALL_WARNING_ANSWERED else "called",
            lead_id=event.lead_id,
            channel="voice",
            purpose=str(data.get("outcome", "")),
            why=str(warning),
            basis=str(data.get("reason", "")) if data.get("warning") else "",
            source=event.actor,
        )
    if event.kind in _WHAT and data.get("recipient") == LEAD:
        yield _message(event, data.get("decision") or {})


def _message(event: Event, decision: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        at=event.at,
        what=_WHAT[event.kind],
        lead_id=event.lead_id,
        channel=str(event.data["channel"]),
        purpose=str(event.data["template"]),
        why=str(event.data.get("detail", "")),
        basis=str(decision.get("basis", "")),
        zones=tuple(decision.get("zones", ())),
        policy_version=str(decision.get("policy_version", "")),
    )

"""Export all data about a person (H6)."""

from dataclasses import dataclass
from datetime import datetime

from leadtight.app.compliance.data_subject import find_data_subject
from leadtight.app.ports.compliance import DncLists
from leadtight.app.ports.contact_points import Contacts
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.audit_trail import AuditEntry, evidence
from leadtight.domain.compliance.do_not_call import DncStatus
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.errors import NotFound
from leadtight.domain.model.event import Event
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import Unreadable, unreadable_in
from leadtight.domain.model.message import Channel, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFile:
    """One lead with its history and messages, oldest first."""

    lead: Lead
    history: tuple[Event, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectExport:
    """All stored data about one person.

    `keys` are the hashes that identify them, `left` the channels that are ended. `evidence` holds each consent, check,
    send and refusal of messages to them, oldest first. `unreadable` are rows that belong, or may belong, to the export
    and cannot be read by this version: with any of these the export is incomplete.
    """

    asked_for: str
    exported_at: datetime
    keys: tuple[str, ...]
    left: tuple[Channel, ...]
    standing: dict[str, DncStatus]
    consents: tuple[ConsentRecord, ...]
    leads: tuple[LeadFile, ...]
    evidence: tuple[AuditEntry, ...]
    unreadable: tuple[Unreadable, ...] = ()


class Export:
    """Gathers a person's dossier. Reads only."""

    def __init__(self, store: LeadStore, outbox: Outbox, call_lists: DncLists, contacts: Contacts) -> None:
        """Take the ports."""
        self._store = store
        self._outbox = outbox
        self._call_lists = call_lists
        self._contacts = contacts

    def of(self, who: str, country: str, now: datetime) -> SubjectExport:
        """Export the data of the person that an identifier names.

        The identifier is a lead's id, an e-mail address or a phone number. Raises NotFound when nothing is stored.
        """
        theirs = find_data_subject(self._store, self._contacts, who, country)
        leads, keys = theirs.leads, theirs.keys
        others = {lead.id for lead in theirs.others}
        records = self._store.consents(keys)
        consents = tuple(record for record in records if record.lead_id not in others)
        if not leads and not consents:
            raise NotFound(f"no data is stored about {who}")
        files = tuple(self._file(lead, theirs.histories[lead.id]) for lead in leads)
        return SubjectExport(
            asked_for=who,
            exported_at=now,
            keys=keys,
            left=tuple(sorted(self._outbox.suppression(keys).channels)),
            standing={x: self._call_lists.standing(person_key(x)) for x in _numbers(leads)},
            consents=consents,
            leads=files,
            evidence=evidence(consents, (event for file in files for event in file.history)),
            unreadable=(*theirs.unreadable, *unreadable_in(records, *(file.messages for file in files))),
        )

    def _file(self, lead: Lead, history: tuple[Event, ...]) -> LeadFile:
        return LeadFile(lead=lead, history=history, messages=self._outbox.messages(lead.id))


def _numbers(leads: tuple[Lead, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lead.inquiry.phone for lead in leads if lead.inquiry.phone))

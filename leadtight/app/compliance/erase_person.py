"""Erase a person from everything that is kept: looked at first, done when asked to, and gone on with after a crash.

What can be found by the person's address goes first, then their leads, then what leads to them: so until the very end
another run finds what is left. The record of the erasure holds what the leads do not say any more.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leadtight.app.commit import TRIES_OF_ONE_LEAD, retry_on_conflict
from leadtight.app.compliance.data_subject import DataSubject, find_data_subject
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.compliance import DeadLetters, ErasureStore
from leadtight.app.ports.contact_points import Contacts
from leadtight.app.ports.files import FileVersion, VersionedFiles
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.erasure import Erasure, anonymous_event, erase, is_anonymous
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import Unreadable, unreadable_in
from leadtight.domain.model.message import TO_LEADS

_PAGE = re.compile(r"weekly/(\d{4}-W\d{2})/index\.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """What was found, or erased: how much in which store, whose leads, and leads of others at the same number.

    `unreadable` are rows that are theirs, or may be, and that this version cannot read: they are as they were, and
    another run erases them once they can be read.
    """

    applied: bool
    lead_ids: tuple[str, ...]
    counts: dict[str, int]
    others: tuple[str, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _PersonData:
    theirs: DataSubject
    begun: Erasure
    held: tuple[QuarantinedDelivery, ...]
    files: tuple[FileVersion, ...]
    uploads: tuple[FileVersion, ...]
    consents: tuple[ConsentRecord, ...]
    guards: tuple[str, ...]
    counts: dict[str, int]
    unreadable: tuple[Unreadable, ...]


class ErasePerson:
    """Erases people. Every step may be repeated."""

    def __init__(
        self,
        store: LeadStore,
        outbox: Outbox,
        erasures: ErasureStore,
        alarms: Alarms,
        contacts: Contacts,
        *,
        mails: VersionedFiles,
        uploads: VersionedFiles,
        reports: VersionedFiles,
        given_up: DeadLetters,
        write_week: Callable[[str], None],
    ) -> None:
        """Take the ports; `write_week` writes the page of a week again, which names leads as they are by then."""
        self._store = store
        self._outbox = outbox
        self._erasures = erasures
        self._alarms = alarms
        self._contacts = contacts
        self._mails = mails
        self._uploads = uploads
        self._reports = reports
        self._given_up = given_up
        self._write_week = write_week

    def of(self, who: str, country: str, now: datetime, *, apply: bool) -> ErasureReport:
        """Return what is kept of whoever a lead's id, an e-mail address or a number names; erase it when told to."""
        theirs = find_data_subject(self._store, self._contacts, who, country)
        found = self._found(theirs, now)
        is_anything = any(found.counts.values()) or bool(found.begun.lead_ids) or found.begun.begun_at != now
        if apply and is_anything:
            self._erase(found, now)
        return ErasureReport(
            applied=apply,
            lead_ids=found.begun.lead_ids,
            counts=found.counts,
            others=tuple(lead.id for lead in theirs.others),
            unreadable=found.unreadable,
        )

    def _found(self, theirs: DataSubject, now: datetime) -> _PersonData:
        before = self._erasures.find_erasure(theirs.asked)
        begun = before if before and before.finished_at is None else Erasure(id=theirs.asked, begun_at=now)
        begun = replace(
            begun,
            person_keys=_union(begun.person_keys, theirs.keys),
            lead_ids=_union(begun.lead_ids, (lead.id for lead in theirs.leads)),
            weeks=_union(begun.weeks, self._weeks(theirs)),
        )
        ids = frozenset(begun.lead_ids)
        all_held = self._erasures.all_held()
        held = tuple(h for h in all_held if h.lead_id in ids or theirs.names(_said(h)))
        files, uploads = tuple(self._files(theirs, held)), tuple(self._uploaded(theirs, held))
        all_consents = self._store.consents(begun.person_keys)
        consents = tuple(self._consents(theirs, all_consents))
        guards = self._erasures.guards_of(ids) if ids else ()
        messages = [self._outbox.messages(lead.id) for lead in theirs.leads]
        counts = {
            **self._counted(theirs),
            "messages": sum(map(len, messages)),
            "consents": len(consents),
            "held": len(held),
            "mails": len(files),
            "uploads": len(uploads),
            "weekly_pages": len(begun.weeks),
            "given_up": self._given_up.drop(theirs.names, apply=False),
        }
        return _PersonData(
            theirs=theirs,
            begun=begun,
            held=held,
            files=files,
            uploads=uploads,
            consents=consents,
            guards=guards,
            counts=counts,
            unreadable=(*theirs.unreadable, *unreadable_in(all_held, all_consents, guards, *messages)),
        )

    def _counted(self, theirs: DataSubject) -> dict[str, int]:
        named = [lead for lead in theirs.leads if erase(lead, lead.recorded_at)]
        return {
            "leads": len(named),
            "events": sum(not is_anonymous(e) for history in theirs.histories.values() for e in history),
        }

    def _weeks(self, theirs: DataSubject) -> Iterator[str]:
        """Yield the weeks of whose page some version names the person."""
        words = tuple(_words(theirs))
        for version in self._reports.versions("weekly/") if words else ():
            page = _PAGE.fullmatch(version.key)
            if page and not version.is_mark:
                shown = html.unescape(self._reports.read(version).decode("utf-8", "replace"))
                if any(word in shown for word in words):
                    yield page[1]

    def _files(self, theirs: DataSubject, held: Iterable[QuarantinedDelivery]) -> Iterator[FileVersion]:
        """Yield every version of the mails that are theirs: named by a lead or a delivery, or naming their address."""
        told = {h.file for h in held} | {file for lead in theirs.leads for file in _files_of(theirs, lead)}
        versions = self._mails.versions() if theirs.addresses else ()
        named = {v.key for v in versions if not v.is_mark and v.key not in told and self._is_theirs(theirs, v)}
        return (version for version in versions if version.key in told | named)

    def _uploaded(self, theirs: DataSubject, held: Iterable[QuarantinedDelivery]) -> Iterator[FileVersion]:
        """Yield every version of the files that came with a form post of theirs."""
        keys = {key for lead in theirs.leads for key in _uploads_of(theirs, lead)}
        keys |= {str(file["key"]) for h in held for file in h.data.get("files", ())}
        for key in sorted(keys):
            yield from (version for version in self._uploads.versions(key) if version.key == key)

    def _is_theirs(self, theirs: DataSubject, version: FileVersion) -> bool:
        return theirs.names(self._mails.read(version).decode("latin-1"))

    def _consents(self, theirs: DataSubject, records: Iterable[ConsentRecord]) -> Iterator[ConsentRecord]:
        others = {lead.id for lead in theirs.others}
        return (record for record in records if record.lead_id not in others)

    def _erase(self, found: _PersonData, now: datetime) -> None:
        begun, theirs = found.begun, found.theirs
        self._erasures.keep_erasure(replace(begun, counts=found.counts))
        for key in self._own_keys(begun, theirs):
            for channel in TO_LEADS:
                self._outbox.suppress(key, channel)
        self._erase_copies(found)
        for lead_id in begun.lead_ids:
            self._erase_lead(lead_id, now)
        for guard in found.guards:
            self._erasures.bare_guard(guard)
        for key in begun.person_keys:
            self._erasures.forget_leads(key, begun.lead_ids)
        for week in begun.weeks:
            self._write_again(week)
        if not found.unreadable:  # else it is unfinished: another run goes on with these keys
            self._erasures.keep_erasure(replace(begun, counts=found.counts, person_keys=(), finished_at=now))

    def _erase_copies(self, found: _PersonData) -> None:
        for version in found.files:
            self._mails.delete(version)
        for version in found.uploads:
            self._uploads.delete(version)
        for held in found.held:
            self._erasures.drop_held(held.id)
        self._given_up.drop(found.theirs.names, apply=True)
        self._erasures.drop_consents(found.consents)

    def _own_keys(self, begun: Erasure, theirs: DataSubject) -> tuple[str, ...]:
        """Return the keys that nobody else is reached at: theirs are never written to again."""
        others = {lead.id for lead in theirs.others}
        return tuple(key for key in begun.person_keys if not others & set(self._store.leads_of([key])))

    def _erase_lead(self, lead_id: str, now: datetime) -> None:
        """Let a lead forget its person, then its history and messages: nothing names them in it from then on."""
        retry_on_conflict(lambda: self._anonymize(lead_id, now), f"lead {lead_id}", TRIES_OF_ONE_LEAD)
        self._erasures.drop_messages(lead_id)
        for event in self._store.history(lead_id):
            if not is_anonymous(event):
                self._erasures.rewrite(anonymous_event(event))

    def _anonymize(self, lead_id: str, now: datetime) -> None:
        lead = self._store.load(lead_id)
        change = erase(lead, now) if lead else None
        if lead and change:
            self._store.commit(change)
            self._alarms.disarm(lead)

    def _write_again(self, week: str) -> None:
        """Write a week's page again and delete every version before it."""
        self._write_week(week)
        for version in self._reports.versions(f"weekly/{week}/index.html"):
            if not version.is_latest:
                self._reports.delete(version)


def _union(known: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _said(held: QuarantinedDelivery) -> str:
    """Return what a delivery says, with what was noted of it."""
    from base64 import b64decode

    content = b64decode(held.content).decode("latin-1") if held.is_base64 else held.content
    return "\n".join((content, held.key, held.detail, held.note, *map(str, held.data.values())))


def _words(theirs: DataSubject) -> Iterator[str]:
    """Yield what a page may say of the person: their name, or why they were lost."""
    for lead in theirs.leads:
        inquiry = lead.inquiry
        yield from filter(None, (inquiry.name, inquiry.email, inquiry.phone, inquiry.handle, lead.lost_reason))


def _files_of(theirs: DataSubject, lead: Lead) -> Iterator[str]:
    """Yield the mails that a lead's history names."""
    fields = (given.get("fields", {}) for given in _inquiries(theirs, lead))
    yield from (str(given["mail_file"]) for given in fields if given.get("mail_file"))


def _uploads_of(theirs: DataSubject, lead: Lead) -> Iterator[str]:
    """Yield where the files are that came with a lead's inquiries."""
    yield from (file.key for file in lead.inquiry.files)
    yield from (str(file["key"]) for given in _inquiries(theirs, lead) for file in given.get("files", ()))


def _inquiries(theirs: DataSubject, lead: Lead) -> Iterator[Mapping[str, Any]]:
    """Yield the inquiries of a lead as documents: the one that it has, and those of its history."""
    yield {"fields": lead.inquiry.fields}
    yield from (i for e in theirs.histories[lead.id] if isinstance(i := e.data.get("inquiry"), dict))

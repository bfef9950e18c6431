"""Erase a person from all storage, resumably.

First goes what the person's address finds, then their leads, then the keys that lead to them. So until the very end
another run finds what is left. The erasure record holds what the leads no longer say.
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
    """Counts by store of the data found, or erased.

    It names the person's leads, and `others`: leads of other people at the same number. `unreadable` rows belong, or
    may belong, to the person and cannot be read by this version. They stay as they are; another run erases them once
    they can be read.
    """

    applied: bool
    lead_ids: tuple[str, ...]
    counts: dict[str, int]
    others: tuple[str, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _PersonData:
    subject: DataSubject
    erasure: Erasure
    deliveries: tuple[QuarantinedDelivery, ...]
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
        """Take the ports.

        `write_week` writes the page of a week again, with the leads as they are by then.
        """
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
        """Report a person's data, and erase it with `apply`.

        The person is named by a lead's id, an e-mail address or a number.
        """
        subject = find_data_subject(self._store, self._contacts, who, country)
        data = self._gather(subject, now)
        is_anything = any(data.counts.values()) or bool(data.erasure.lead_ids) or data.erasure.begun_at != now
        if apply and is_anything:
            self._erase(data, now)
        return ErasureReport(
            applied=apply,
            lead_ids=data.erasure.lead_ids,
            counts=data.counts,
            others=tuple(lead.id for lead in subject.others),
            unreadable=data.unreadable,
        )

    def _gather(self, subject: DataSubject, now: datetime) -> _PersonData:
        previous = self._erasures.find_erasure(subject.asked)
        erasure = previous if previous and previous.finished_at is None else Erasure(id=subject.asked, begun_at=now)
        erasure = replace(
            erasure,
            person_keys=_union(erasure.person_keys, subject.keys),
            lead_ids=_union(erasure.lead_ids, (lead.id for lead in subject.leads)),
            weeks=_union(erasure.weeks, self._weeks(subject)),
        )
        ids = frozenset(erasure.lead_ids)
        all_held = self._erasures.all_held()
        deliveries = tuple(h for h in all_held if h.lead_id in ids or subject.names(_full_text(h)))
        files, uploads = tuple(self._files(subject, deliveries)), tuple(self._uploaded(subject, deliveries))
        all_consents = self._store.consents(erasure.person_keys)
        consents = tuple(self._consents(subject, all_consents))
        guards = self._erasures.guards_of(ids) if ids else ()
        messages = [self._outbox.messages(lead.id) for lead in subject.leads]
        counts = {
            **self._counted(subject),
            "messages": sum(map(len, messages)),
            "consents": len(consents),
            "held": len(deliveries),
            "mails": len(files),
            "uploads": len(uploads),
            "weekly_pages": len(erasure.weeks),
            "given_up": self._given_up.drop(subject.names, apply=False),
        }
        return _PersonData(
            subject=subject,
            erasure=erasure,
            deliveries=deliveries,
            files=files,
            uploads=uploads,
            consents=consents,
            guards=guards,
            counts=counts,
            unreadable=(*subject.unreadable, *unreadable_in(all_held, all_consents, guards, *messages)),
        )

    def _counted(self, subject: DataSubject) -> dict[str, int]:
        leads = [lead for lead in subject.leads if erase(lead, lead.recorded_at)]
        return {
            "leads": len(leads),
            "events": sum(not is_anonymous(e) for history in subject.histories.values() for e in history),
        }

    def _weeks(self, subject: DataSubject) -> Iterator[str]:
        """Yield the weeks whose page ever named the person."""
        words = tuple(_words(subject))
        for version in self._reports.versions("weekly/") if words else ():
            page = _PAGE.fullmatch(version.key)
            if page and not version.is_mark:
                shown = html.unescape(self._reports.read(version).decode("utf-8", "replace"))
                if any(word in shown for word in words):
                    yield page[1]

    def _files(self, subject: DataSubject, deliveries: Iterable[QuarantinedDelivery]) -> Iterator[FileVersion]:
        """Yield every version of the person's mails.

        A mail is theirs when a lead or a delivery names it, or when it contains their address.
        """
        linked = {h.file for h in deliveries} | {file for lead in subject.leads for file in _files_of(subject, lead)}
        versions = self._mails.versions() if subject.addresses else ()
        addressed = {v.key for v in versions if not v.is_mark and v.key not in linked and self._is_theirs(subject, v)}
        return (version for version in versions if version.key in linked | addressed)

    def _uploaded(self, subject: DataSubject, deliveries: Iterable[QuarantinedDelivery]) -> Iterator[FileVersion]:
        """Yield every version of the person's uploaded files."""
        keys = {key for lead in subject.leads for key in _uploads_of(subject, lead)}
        keys |= {str(file["key"]) for h in deliveries for file in h.data.get("files", ())}
        for key in sorted(keys):
            yield from (version for version in self._uploads.versions(key) if version.key == key)

    def _is_theirs(self, subject: DataSubject, version: FileVersion) -> bool:
        return subject.names(self._mails.read(version).decode("latin-1"))

    def _consents(self, subject: DataSubject, records: Iterable[ConsentRecord]) -> Iterator[ConsentRecord]:
        others = {lead.id for lead in subject.others}
        return (record for record in records if record.lead_id not in others)

    def _erase(self, data: _PersonData, now: datetime) -> None:
        erasure, subject = data.erasure, data.subject
        self._erasures.keep_erasure(replace(erasure, counts=data.counts))
        for key in self._own_keys(erasure, subject):
            for channel in TO_LEADS:
                self._outbox.suppress(key, channel)
        self._erase_copies(data)
        for lead_id in erasure.lead_ids:
            self._erase_lead(lead_id, now)
        for guard in data.guards:
            self._erasures.bare_guard(guard)
        for key in erasure.person_keys:
            self._erasures.forget_leads(key, erasure.lead_ids)
        for week in erasure.weeks:
            self._write_again(week)
        if not data.unreadable:  # otherwise unfinished: another run continues with these keys
            self._erasures.keep_erasure(replace(erasure, counts=data.counts, person_keys=(), finished_at=now))

    def _erase_copies(self, data: _PersonData) -> None:
        for version in data.files:
            self._mails.delete(version)
        for version in data.uploads:
            self._uploads.delete(version)
        for delivery in data.deliveries:
            self._erasures.drop_held(delivery.id)
        self._given_up.drop(data.subject.names, apply=True)
        self._erasures.drop_consents(data.consents)

    def _own_keys(self, erasure: Erasure, subject: DataSubject) -> tuple[str, ...]:
        """Return the keys that reach only this person.

        Nothing is ever sent to these again.
        """
        others = {lead.id for lead in subject.others}
        return tuple(key for key in erasure.person_keys if not others & set(self._store.leads_of([key])))

    def _erase_lead(self, lead_id: str, now: datetime) -> None:
        """Anonymise a lead, then its history; delete its messages."""
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
        """Rewrite a week's page and delete every earlier version."""
        self._write_week(week)
        for version in self._reports.versions(f"weekly/{week}/index.html"):
            if not version.is_latest:
                self._reports.delete(version)


def _union(items: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*items, *more)))


def _full_text(delivery: QuarantinedDelivery) -> str:
    """Return the content of a delivery with all its notes."""
    from base64 import b64decode

    content = b64decode(delivery.content).decode("latin-1") if delivery.is_base64 else delivery.content
    return "\n".join((content, delivery.key, delivery.detail, delivery.note, *map(str, delivery.data.values())))


def _words(subject: DataSubject) -> Iterator[str]:
    """Yield texts by which a page may identify the person.

    These are their name, their contact points and the reason why they were lost.
    """
    for lead in subject.leads:
        inquiry = lead.inquiry
        yield from filter(None, (inquiry.name, inquiry.email, inquiry.phone, inquiry.handle, lead.lost_reason))


def _files_of(subject: DataSubject, lead: Lead) -> Iterator[str]:
    """Yield the mails that a lead's history names."""
    fields = (inquiry.get("fields", {}) for inquiry in _inquiries(subject, lead))
    yield from (str(entry["mail_file"]) for entry in fields if entry.get("mail_file"))


def _uploads_of(subject: DataSubject, lead: Lead) -> Iterator[str]:
    """Yield the storage keys of files in a lead's inquiries."""
    yield from (file.key for file in lead.inquiry.files)
    yield from (str(file["key"]) for inquiry in _inquiries(subject, lead) for file in inquiry.get("files", ()))


def _inquiries(subject: DataSubject, lead: Lead) -> Iterator[Mapping[str, Any]]:
    """Yield a lead's current and historical inquiries as documents."""
    yield {"fields": lead.inquiry.fields}
    yield from (i for e in subject.histories[lead.id] if isinstance(i := e.data.get("inquiry"), dict))

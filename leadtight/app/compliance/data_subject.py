"""Find a person's leads and contact points."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.app.ports.contact_points import Contacts
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.intake.identity_match import is_same_person
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.event import Event
from leadtight.domain.model.identity import (
    EXTENSION,
    HANDLE,
    UNREAD,
    address,
    identifiers,
    number_without_extension,
    person_key,
    unparsed_address,
    unparsed_number,
)
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import Unreadable, unreadable_in

FEWEST_DIGITS = 3
_HAS_WORDS = re.compile(r"[^\W\d_]{3}")
_NUMBER_SCHEME = "tel:"
_LEAD_ID = re.compile(r"[0-9A-Z]{26}")

SHOWN_DIGITS = 9
"""Final digits that tell a number apart in any notation."""

FEWEST_NATIONAL_DIGITS = 7
"""Shortest national number that is searched without its country code.

Shorter ones would appear in texts of other people.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """One person with their contact points, leads and histories.

    `others` are leads of other people at the same number. `asked` is the hash of the search term; `national` are the
    digits of their numbers as dialled at home, by address; `unreadable` are rows found on the way that this version
    cannot read.
    """

    asked: str
    addresses: frozenset[str]
    national: Mapping[str, str]
    leads: tuple[Lead, ...]
    histories: Mapping[str, tuple[Event, ...]]
    others: tuple[Lead, ...]
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the hashes that the person is known by."""
        return tuple(sorted(map(person_key, self.addresses)))

    def names(self, text: str) -> bool:
        """Return whether a text contains a contact point of theirs.

        Addresses and numbers are found as people and forms write them.
        """
        plain = text.casefold().replace("%40", "@")
        return any(_is_in(identifier, self.national.get(identifier, ""), plain) for identifier in self.addresses)


def find_data_subject(store: LeadStore, contacts: Contacts, who: str, country: str) -> DataSubject:
    """Find a person by lead id, address or number.

    A lead with their number but another e-mail address belongs to another person. Raises InvalidInquiry for any other
    search term: people are not searched by name, so that an answer never reveals whether data about a name exists.
    """
    first = store.load(who)
    if first is None and not _can_be_searched(contacts, who, country):
        detail = f"{who!r} is not a lead's id, an e-mail address or a phone number; names are not searched"
        raise InvalidInquiry([Problem("person", detail)])
    identifier = "" if first else _identifier(contacts, who, country)
    search = _SubjectSearch(store, {identifier} if identifier else set())
    leads = [first] if first else search.known()
    if any(not _is_one_person(leads[0].inquiry, lead.inquiry) for lead in leads):
        ids = ", ".join(lead.id for lead in leads)
        detail = f"several people share {who!r}: name one by an e-mail address or a lead's id ({ids})"
        raise InvalidInquiry([Problem("person", detail)])
    search.take(leads)
    while more := search.linked():
        search.take(more)
    return DataSubject(
        asked=person_key(identifier or who),
        addresses=frozenset(search.addresses),
        national={address: contacts.national_digits(address) for address in search.addresses},
        leads=tuple(sorted(search.leads.values(), key=lambda lead: (lead.received_at, lead.id))),
        histories=search.histories,
        others=tuple(search.others),
        unreadable=tuple(search.unreadable),
    )


def _is_one_person(first: Inquiry, second: Inquiry) -> bool:
    """Return whether two leads found together are one person's.

    An address means one person, whatever names were typed beside it.
    """
    return (bool(address(first)) and address(first) == address(second)) or is_same_person(first, second)


def _can_be_searched(contacts: Contacts, who: str, country: str) -> bool:
    """Return whether a text may be an identifier.

    A name is none of them.
    """
    digits = sum(character.isdecimal() for character in who)
    return (
        "@" in who
        or bool(HANDLE.fullmatch(who))
        or (digits >= FEWEST_DIGITS and not _HAS_WORDS.search(who))
        or EXTENSION in (contacts.phone(who, country) or "")
        or bool(_LEAD_ID.fullmatch(who))
    )


def _identifier(contacts: Contacts, who: str, country: str) -> str:
    """Return the normal form of an address, number or handle."""
    if "@" in who:
        return contacts.email(who) or unparsed_address(who)
    if HANDLE.fullmatch(who) and not who.startswith(_NUMBER_SCHEME):
        return who
    return contacts.phone(who, country) or unparsed_number(who)


class _SubjectSearch:
    """A person's addresses and leads found so far."""

    def __init__(self, store: LeadStore, addresses: set[str]) -> None:
        self._store = store
        self.leads: dict[str, Lead] = {}
        self.histories: dict[str, tuple[Event, ...]] = {}
        self.addresses = addresses
        self.others: list[Lead] = []
        self.unreadable: dict[Unreadable, None] = {}

    def take(self, leads: Iterable[Lead]) -> None:
        """Add leads of the person, with all their addresses."""
        for lead in tuple(leads):
            self.leads[lead.id] = lead
            self.histories[lead.id] = self._store.history(lead.id)
            self._note(*unreadable_in(self.histories[lead.id]))
            self.addresses.update(identifiers(lead.inquiry), _addresses_in(self.histories[lead.id]))

    def linked(self) -> list[Lead]:
        """Return more leads of the person at the known addresses.

        Leads of other people at these stay in `others`.
        """
        linked = [lead for lead in self.known() if lead.id not in self.leads]
        theirs = [lead for lead in linked if address(lead.inquiry) in ("", *self.addresses)]
        self.others = [lead for lead in linked if lead not in theirs]
        return theirs

    def known(self) -> list[Lead]:
        """Return all leads at the known addresses."""
        ids = self._store.leads_of(map(person_key, sorted(self.addresses)))
        self._note(*unreadable_in(ids))
        leads = self._store.load_all(ids)
        self._note(*unreadable_in(leads))
        return [*leads]

    def _note(self, *rows: Unreadable) -> None:
        self.unreadable |= dict.fromkeys(rows)


def _addresses_in(history: Iterable[Event]) -> Iterator[str]:
    """Yield the addresses of every inquiry in a history.

    Inquiries that joined a lead may have had other addresses.
    """
    for event in history:
        inquiries: list[Any] = [event.data.get("inquiry"), *event.changes.get("inquiry", ())]
        for inquiry in inquiries:
            if isinstance(inquiry, dict):
                yield from identifiers(from_document(Inquiry, inquiry))


def _is_in(identifier: str, national: str, text: str) -> bool:
    """Return whether a lower-case text contains an identifier."""
    plain = number_without_extension(UNREAD.sub("", identifier)).casefold()
    if not plain.startswith("+") and not identifier.startswith("phone:"):
        return plain in text
    digits = re.sub(r"\D", "", plain.partition("@")[0])
    return bool(_number(national if len(national) >= FEWEST_NATIONAL_DIGITS else digits).search(text))


def _number(digits: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\d{9})" + r"[\s().\-/]{0,3}".join(digits[-SHOWN_DIGITS:]) + r"(?!\d)")

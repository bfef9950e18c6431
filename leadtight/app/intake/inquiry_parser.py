"""Parse an inquiry of any shape.

Nothing that arrives is lost, and nothing is believed unread.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from leadtight.domain.calendar import timestamps
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.identity import EXTENSION, HANDLE
from leadtight.domain.model.inquiry import Consent, Inquiry
from leadtight.domain.model.message import TO_LEADS, Channel
from leadtight.domain.text.sanitizing import sanitize

if TYPE_CHECKING:  # for annotations: few inquiries have consent, and each cold start would pay
    from leadtight.app.ports.contact_points import Contacts
    from leadtight.domain.model.consent_record import ConsentCheckbox, ConsentPrompt
    from leadtight.domain.policy.policy import Policy

LONGEST_NAME = 200
LONGEST_LANGUAGE = 35
LONGEST_POSTCODE = 20
LARGEST_COMPANY = 10**8
LONGEST_TEXT = 65_536  # the largest accepted body: nothing that arrives is cut
LARGEST_VALUE = Decimal(10) ** 15
LONGEST_VALUE = 40
LARGEST_EXACT = 2**53
"""Below this a float holds every whole number exactly.

So 4930901820.0 is 4930901820.
"""

DIGITS_OF_ANOTHER = 7
"""Extra digits that mean a second number beside the first."""

MOST_BOXES = 10
OLDEST_RECEIVED = timedelta(days=1)
PLAIN_FIELDS = ("name", "company", "message", "language", "country", "email", "phone")
_SAYS_MORE = re.compile(r"[\s(?]\S")
"""The text around the address in `Ada <ada@example.com>`."""

NAME_PARTS = ("first_name", "last_name")
PLACED_FIELDS = ("region", "postcode", "product", "company_size", "owner")
KNOWN_FIELDS = frozenset(
    {
        *PLAIN_FIELDS,
        *NAME_PARTS,
        *PLACED_FIELDS,
        "value",
        "consent",
        "fields",
        "received_at",
        "source",
        "external_id",
        "acknowledge",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedInquiry:
    """A parsed body: inquiry, consent prompt, times and known owner.

    `said_at` is the time that it names, however long ago: an opt-out ends what had begun by then. `acknowledged` says
    whether an automatic reply may be sent: the sender may forbid it, and after a day it would come too late.
    """

    inquiry: Inquiry
    received_at: datetime
    said_at: datetime
    known_owner_id: str | None
    asked: ConsentPrompt | None
    acknowledged: bool = True


def read(
    body: Mapping[str, Any], contacts: Contacts, policy: Policy, now: datetime, *, any_time: bool = False
) -> ParsedInquiry:
    """Parse a body; keep and flag what cannot be read.

    Unreadable values stay in the inquiry's `fields`, and `flags` names them. A chat whose users have ids and perhaps no
    number passes one as `handle`: `{"handle": "whatsapp:USERID"}` is a key of its sender, beside or without a `phone`.
    A `handle` that is not `SCHEME:ID` is a plain field.

    A time of receipt is believed within a day, or with `any_time` however long ago it was. Raises InvalidInquiry when
    there is neither a name nor a contact point, RecursionError when it is nested too deeply to be kept.
    """
    if "schema" in body or "estimated_value" in body or "extension" in body:
        from leadtight.app.intake.lead_document import as_posted  # lazy: few bodies are documents of the API

        body = as_posted(body)
    reader = _InquiryParser(body, contacts, policy.company.country)
    received_at = reader.received_at(now, any_time=any_time)  # first, because an unreadable time is kept in the inquiry
    known_owner_id = reader.owner(policy)
    acknowledged = reader.acknowledged() and now - received_at <= OLDEST_RECEIVED
    inquiry = reader.inquiry()
    flagged = replace(inquiry, flags=tuple(sorted(set(reader.flags))))
    prompt = _consent_prompt(body.get("consent"), inquiry.consent.url)
    return ParsedInquiry(
        inquiry=flagged,
        received_at=received_at,
        said_at=reader.said_at(now),
        known_owner_id=known_owner_id,
        asked=prompt,
        acknowledged=acknowledged,
    )


def _consent_prompt(consent: Any, url: str) -> ConsentPrompt | None:
    if not isinstance(consent, Mapping):
        return None
    from leadtight.domain.model.consent_record import ConsentPrompt

    return ConsentPrompt(boxes=_boxes(consent), url=url)


class _InquiryParser:
    """Parses one body; keeps unreadable values and flags them."""

    def __init__(self, body: Mapping[str, Any], contacts: Contacts, country: str) -> None:
        self._body = body
        self._contacts = contacts
        self._home_country = country
        self._kept: dict[str, str] = {}
        self.flags: list[str] = []

    def inquiry(self) -> Inquiry:
        country = self._country()
        name, email = self._name(), self._email()
        phone, extension = self._phone(country)
        self._require(name)
        return Inquiry(
            name=name,
            email=email,
            phone=phone,
            extension=extension,
            handle=self._handle(),
            company=self._short("company", self._plain("company"), LONGEST_NAME),
            message=self._long("message"),
            language=self._short("language", self._plain("language"), LONGEST_LANGUAGE),
            country=country,
            region=self._short("region", self._plain("region"), LONGEST_NAME),
            postcode=self._short("postcode", self._plain("postcode"), LONGEST_POSTCODE),
            product=self._short("product", self._plain("product"), LONGEST_NAME),
            company_size=self._company_size(),
            value=self._value(),
            consent=self._consent(),
            fields=self._fields(),
        )

    def received_at(self, now: datetime, *, any_time: bool) -> datetime:
        """Return when the inquiry arrived, as its source claims.

        Malformed, future or old claims are kept and flagged, not believed.
        """
        value = self._body.get("received_at")
        if value is None or value == "":
            return now
        try:
            at = timestamps.parse_timestamp(str(value))
        except ValueError:
            self._keep("received_at", value)
            return now
        if at > now or not (any_time or now - OLDEST_RECEIVED <= at):
            self._keep("received_at", value)
            return now
        return at

    def said_at(self, now: datetime) -> datetime:
        """Return the time that the body names, however old.

        It is `now` where the body names no possible time.
        """
        try:
            return min(timestamps.parse_timestamp(str(self._body.get("received_at"))), now)
        except ValueError:
            return now

    def owner(self, policy: Policy) -> str | None:
        """Return the named owner, by id, address or name.

        A person who is not in the policy is kept and flagged.
        """
        text = self._plain("owner")
        names = {text, text.casefold()}
        people = [p.id for p in policy.people.values() if names & {p.id, p.email.casefold(), p.name.casefold()}]
        person = people[0] if len(people) == 1 else None
        if text and person is None:
            self._keep("owner", text)
        return person

    def acknowledged(self) -> bool:
        """Return whether the body lets an automatic reply go out."""
        value = self._body.get("acknowledge")
        if value not in (None, True, False):
            self._keep("acknowledge", value)
        return value is not False

    def _require(self, name: str) -> None:
        if name or self._handle() or any(self._plain(f) for f in ("email", "phone")):
            return
        detail = "give a name, an email address or a phone number"
        raise InvalidInquiry([Problem(f, detail) for f in ("name", "email", "phone")])

    def _name(self) -> str:
        name = self._plain("name") or " ".join(
            part for part in (self._plain("first_name"), self._plain("last_name")) if part
        )
        return self._short("name", name, LONGEST_NAME)

    def _short(self, name: str, text: str, longest: int) -> str:
        if len(text) > longest:
            self._keep(name, text)
        return text[:longest].rstrip()

    def _country(self) -> str:
        """Return the code of the named country.

        An unknown or ambiguous one is flagged.
        """
        text = self._plain("country")
        code = self._contacts.country(text) if text else ""
        if text and not code:
            self._keep("country", text)
        elif set(text) & set(",;/|("):
            self._kept["country"] = text
        return code

    def _email(self) -> str | None:
        text = self._contact("email")
        address = self._contacts.email(text) if text else None
        is_one_of_several = address and text.count("@") > 1 and "@" in text.casefold().replace(address, "")
        if text and (address is None or is_one_of_several):
            self._keep("email", text)
        elif _SAYS_MORE.search(text):
            self._kept["email"] = text
        return address

    def _phone(self, country: str) -> tuple[str | None, str]:
        """Return the number and its extension.

        It is read in the named country, else in the company's. In a country that is named and not understood only an
        international number can be read.
        """
        text, is_named = self._contact("phone"), bool(country) or self._is_country_named()
        place = country if is_named else self._home_country
        number = self._contacts.phone(text, place, is_assumed=not is_named) if text else None
        if text and (number is None or _digits(text) - _digits(number) >= DIGITS_OF_ANOTHER):
            self._keep("phone", text)
        elif number and (EXTENSION in number or any(map(str.isalpha, text))):
            self._kept["phone"] = text
        phone, _, extension = (number or "").partition(EXTENSION)
        return phone or None, extension

    def _is_country_named(self) -> bool:
        """Return whether the body names a country, known or not.

        A dash names none.
        """
        country = self._body.get("country")
        return any(map(str.isalnum, country)) if isinstance(country, str) else country is not None

    def _contact(self, name: str) -> str:
        """Return the typed address or number, unreadable characters made visible.

        Without such a character it would be another address.
        """
        return sanitize("".join("\ufffd" if _is_broken(c) else c for c in self._string(name)))

    def _handle(self) -> str:
        value = self._body.get("handle")
        is_handle = isinstance(value, str) and HANDLE.fullmatch(value) and sanitize(value) == value
        return str(value) if is_handle else ""

    def _value(self) -> Decimal | None:
        value = self._body.get("value")
        if value is None or value == "":
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount < LARGEST_VALUE or len(str(amount)) > LONGEST_VALUE:
            self._keep("value", value)
            return None
        return amount

    def _company_size(self) -> int | None:
        text = self._plain("company_size")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= LARGEST_COMPANY):
            self._keep("company_size", text)
            return None
        return int(text)

    def _consent(self) -> Consent:
        consent = self._body.get("consent")
        if isinstance(consent, Mapping):
            from leadtight.domain.model.consent_record import ConsentPurpose

            ticked = {(box.channel, box.purpose) for box in _boxes(consent) if box.ticked}
            return Consent(
                sms=(Channel.SMS, ConsentPurpose.INQUIRY) in ticked,
                marketing=tuple(channel for channel in TO_LEADS if (channel, ConsentPurpose.MARKETING) in ticked),
                text=sanitize(_text(consent.get("text") or ""), multiline=True)[:LONGEST_TEXT],
                url=sanitize(_text(consent.get("url") or ""))[:2_000],
            )
        if consent not in (None, ""):
            self._keep("consent", consent)
        return Consent()

    def _fields(self) -> dict[str, str]:
        read = {*KNOWN_FIELDS, "handle"} if self._handle() else KNOWN_FIELDS
        extra = {k: v for k, v in self._body.items() if k not in read}
        value = self._body.get("fields")
        if isinstance(value, Mapping):
            extra = self._merge_fields(extra, value)
        elif value is not None:
            self._keep("fields", value)
        cleaned = {sanitize(str(k)): sanitize(_text(v), multiline=True)[:LONGEST_TEXT] for k, v in extra.items()}
        return self._merge_fields(cleaned, self._kept)

    def _merge_fields(self, others: Mapping[str, Any], first: Mapping[str, Any]) -> dict[str, Any]:
        """Return both mappings merged; `first` wins, conflicts are kept.

        The losing value stays beside it under another name.
        """
        twice = {name for name in others.keys() & first.keys() if others[name] != first[name]}
        if twice:
            self.flags.append("fields_odd")
        return {f"{name} (also)" if name in twice else name: value for name, value in others.items()} | dict(first)

    def _plain(self, name: str) -> str:
        return sanitize(self._string(name))

    def _long(self, name: str) -> str:
        return sanitize(self._string(name), multiline=True)[:LONGEST_TEXT]

    def _string(self, name: str) -> str:
        value = self._body.get(name)
        if isinstance(value, str) or value is None:
            return value or ""
        if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
            return str(int(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._keep(name, value)
        return ""

    def _keep(self, name: str, value: Any) -> None:
        self._kept[name] = sanitize(_text(value), multiline=True)[:LONGEST_TEXT]
        self.flags.append(f"{name}_odd")


def _boxes(consent: Mapping[str, Any]) -> tuple[ConsentCheckbox, ...]:
    """Return the consent boxes of a `consent` document.

    They are its `boxes`, else `sms` and each channel of `marketing`. Anything else there is consent to nothing.
    """
    from leadtight.domain.model.consent_record import ConsentCheckbox, ConsentPurpose

    boxes = consent.get("boxes")
    if isinstance(boxes, list):
        return tuple(
            box for document in boxes[:MOST_BOXES] if isinstance(document, Mapping) and (box := _box(document))
        )
    words = sanitize(_text(consent.get("text") or ""), multiline=True)[:LONGEST_TEXT]
    about = (
        [
            ConsentCheckbox(
                channel=Channel.SMS, purpose=ConsentPurpose.INQUIRY, ticked=consent["sms"] is True, text=words
            )
        ]
        if "sms" in consent
        else []
    )
    channels = consent.get("marketing")
    beyond = [channel for channel in TO_LEADS if isinstance(channels, list) and channel.value in channels]
    return (
        *about,
        *(ConsentCheckbox(channel=c, purpose=ConsentPurpose.MARKETING, ticked=True, text=words) for c in beyond),
    )


def _box(document: Mapping[str, Any]) -> ConsentCheckbox | None:
    from leadtight.domain.model.consent_record import ConsentCheckbox, ConsentPurpose

    try:
        channel, purpose = Channel(str(document.get("channel"))), ConsentPurpose(str(document.get("purpose")))
    except ValueError:
        return None
    if channel not in TO_LEADS:
        return None
    words = sanitize(_text(document.get("text") or ""), multiline=True)[:LONGEST_TEXT]
    return ConsentCheckbox(channel=channel, purpose=purpose, ticked=document.get("ticked") is True, text=words)


def _digits(text: str) -> int:
    return sum(c.isdecimal() for c in text)


def _is_broken(character: str) -> bool:
    """Return whether a character is undecodable or a control character.

    Line breaks are neither.
    """
    return unicodedata.category(character) in ("Cc", "Cs") and not character.isspace()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

"""Mails that other systems post as forms.

Fields are bytes; files are known by name only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from leadtight.adapters.email.charsets import decoded
from leadtight.adapters.inbound.webhooks.provider import UnreadableDelivery
from leadtight.domain.intake.inbound_email import Attachment, InboundEmail, Suspicion
from leadtight.domain.intake.sender_authentication import PASS, Authentication

MOST_FIELDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedForm:
    """A posted form; of repeated fields, the first counts."""

    fields: Mapping[str, bytes]
    files: Sequence[Attachment] = ()

    def text(self, name: str, charset: str = "utf-8") -> str:
        """Return a field decoded, empty when it is missing.

        Charset labels are read as mail programs mean them.
        """
        return decoded(self.fields.get(name, b""), charset)


def parse_form(body: bytes, content_type: str) -> PostedForm:
    """Parse a form, urlencoded or multipart.

    Raises Unreadable when it is neither.
    """
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return _of_pairs(body)
    from leadtight.adapters.http.multipart import parts  # imported with the first such mail

    try:
        sent = parts(body, content_type, MOST_FIELDS)
    except ValueError as error:
        raise UnreadableDelivery(f"the form cannot be read: {error}") from error
    fields = [(part.name, bytes(part.raw)) for part in sent if not part.filename]
    return PostedForm(fields=_first(fields), files=tuple(_file(part) for part in sent if part.filename))


def _of_pairs(body: bytes) -> PostedForm:
    try:
        text = body.decode("utf-8", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UnreadableDelivery(f"the form cannot be read: {error}") from error
    return PostedForm(fields=_first((name, value.encode("utf-8", "surrogateescape")) for name, value in pairs))


def _first(pairs: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _file(part: Any) -> Attachment:
    return Attachment(name=str(part.filename)[:200], kind=str(part.content_type)[:100], size=int(part.size))


def with_recipients(email: InboundEmail, addresses: Iterable[str]) -> InboundEmail:
    """Put the receiving server's recipients before those in the headers."""
    taken = [address.strip().casefold() for address in addresses if "@" in address]
    return replace(email, recipients=tuple(dict.fromkeys([*taken, *email.recipients])))


def mark_spam(email: InboundEmail, *signs: object) -> InboundEmail:
    """Mark a mail as spam when the server says `Yes`."""
    is_spam = any(str(sign).strip().casefold().startswith("yes") for sign in signs)
    return replace(email, suspicion=Suspicion.SPAM) if is_spam else email


def with_authentication(
    email: InboundEmail, *, spf: str = "", envelope: str = "", dkim_domains: Iterable[str] = ()
) -> InboundEmail:
    """Add the provider's authentication results to a mail.

    No header of the mail itself is trusted. `envelope` is the address that SPF was checked for, `dkim_domains` are
    those with valid signatures.
    """
    signed = tuple(dkim_domains)
    results = Authentication(
        is_checked=True,
        from_address=email.authentication.from_address,
        spf=spf.strip().casefold(),
        spf_domain=envelope.rpartition("@")[2].strip("<> "),
        dkim=PASS if signed else "",
        dkim_domains=signed,
    )
    return replace(email, authentication=results)


def pairs_of(content: Any) -> list[tuple[str, str]]:
    """Return JSON headers as pairs.

    They are pairs, objects with a name and a value, or names with one or several values.
    """
    if isinstance(content, Mapping):
        return [(str(name), str(value)) for name, values in content.items() for value in _several(values)]
    return list(_pairs(content)) if isinstance(content, list) else []


def _pairs(content: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for entry in content:
        if isinstance(entry, Mapping):
            yield str(entry.get("Name", "")), str(entry.get("Value", ""))
        elif isinstance(entry, list) and len(entry) == 2:
            yield str(entry[0]), str(entry[1])


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]

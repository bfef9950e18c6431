"""Mails that other systems post as forms: their fields as bytes, and the files beside them by name only."""

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
    """A form as it was posted; of a field that comes twice the first counts."""

    fields: Mapping[str, bytes]
    files: Sequence[Attachment] = ()

    def text(self, name: str, charset: str = "utf-8") -> str:
        """Return a field in a charset, as mail programs mean its label; empty when it is missing."""
        return decoded(self.fields.get(name, b""), charset)


def posted(body: bytes, content_type: str) -> PostedForm:
    """Return what a form says, urlencoded or multipart. Raises Unreadable when it is neither."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return _of_pairs(body)
    from leadtight.adapters.http.multipart import parts  # with the first such mail

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


def sent_to(letter: InboundEmail, addresses: Iterable[str]) -> InboundEmail:
    """Return a mail with the addresses that the receiving server took it for, before those in its headers."""
    taken = [address.strip().casefold() for address in addresses if "@" in address]
    return replace(letter, recipients=tuple(dict.fromkeys([*taken, *letter.recipients])))


def suspected(letter: InboundEmail, *signs: object) -> InboundEmail:
    """Return a mail as spam when a sign of the receiving server says `Yes`."""
    told = any(str(sign).strip().casefold().startswith("yes") for sign in signs)
    return replace(letter, suspicion=Suspicion.SPAM) if told else letter


def attested(
    letter: InboundEmail, *, spf: str = "", envelope: str = "", dkim_domains: Iterable[str] = ()
) -> InboundEmail:
    """Return a mail with what its provider found of the sender; no header of the mail itself is believed.

    `envelope` is the address that SPF was checked for, `dkim_domains` are those whose signatures are good.
    """
    signed = tuple(dkim_domains)
    found = Authentication(
        is_checked=True,
        from_address=letter.authentication.from_address,
        spf=spf.strip().casefold(),
        spf_domain=envelope.rpartition("@")[2].strip("<> "),
        dkim=PASS if signed else "",
        dkim_domains=signed,
    )
    return replace(letter, authentication=found)


def pairs_of(content: Any) -> list[tuple[str, str]]:
    """Return headers as JSON has them: pairs, objects with a name and a value, or names and one or several values."""
    if isinstance(content, Mapping):
        return [(str(name), str(one)) for name, given in content.items() for one in _several(given)]
    return list(_pairs(content)) if isinstance(content, list) else []


def _pairs(content: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for one in content:
        if isinstance(one, Mapping):
            yield str(one.get("Name", "")), str(one.get("Value", ""))
        elif isinstance(one, list) and len(one) == 2:
            yield str(one[0]), str(one[1])


def _several(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list) else [given]

"""What a mail says, whoever delivered it, and whether a person wrote it or a machine did (A2)."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

OUR_MARK = "x-leadtight-message"
"""The header of every mail that we send."""

SIGNS = frozenset(
    {"auto-submitted", "x-auto-response-suppress", "precedence", "list-id", "return-path", OUR_MARK}
    | {"x-autoreply", "x-autorespond", "x-autoreply-from"}
)
"""The headers, in lower case, that tell a machine's mail from a person's."""


class Suspicion(StrEnum):
    """What the receiving server found in a mail."""

    SPAM = "spam"
    VIRUS = "virus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What a mail carried besides its words: only noted, never opened. `size` is in bytes."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a delivery report (RFC 3464) says of a mail: the ids it may have had, and whether it failed for good."""

    message_ids: tuple[str, ...]
    failed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail, read. Addresses are as written, ids without their angle brackets.

    `source` is that of the webhook that delivered it, if one did.
    `sender` is whom an answer reaches, `text` what they wrote themselves: what they quoted is left out, `quotes` tells
    that there was some. `references` are the mails it answers, the nearest first. `headers` holds `SIGNS` only.
    """

    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    date: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    quotes: bool = False
    source: str = ""
    suspicion: Suspicion | None = None
    returned: Returned | None = None


def digest(letter: Letter) -> str:
    """Return what makes two copies of a mail the same: who wrote what, not by which way it came."""
    said = (letter.sender.casefold(), letter.date, letter.subject, letter.text)
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()


def why_automatic(letter: Letter, own_lists: Collection[str] = ()) -> str:
    """Return what shows that no person wrote this mail to us, empty when nothing does.

    Such a mail is never a lead, a contact, or answered: RFC 3834 and what older machines send. A list that forwards
    to us is no sign when its List-Id is among `own_lists`.
    """
    if own_lists and any(own.casefold() in letter.headers.get("list-id", "").casefold() for own in own_lists):
        headers = {name: value for name, value in letter.headers.items() if name not in ("list-id", "precedence")}
        return _first_sign(letter, headers)
    return _first_sign(letter, letter.headers)


def is_no_person(address: str) -> bool:
    """Tell whether an address is one that nobody reads."""
    return _NOBODY.match(address.partition("@")[0]) is not None


def _first_sign(letter: Letter, headers: Mapping[str, str]) -> str:
    return next((why for sign, why in _SIGNS if sign(letter, headers)), "")


def _says(name: str, value: str) -> Callable[[Letter, Mapping[str, str]], bool]:
    pattern = re.compile(value, re.IGNORECASE)
    return lambda letter, headers: name in headers and pattern.match(headers[name].strip()) is not None


def _is_away_notice(letter: Letter, headers: Mapping[str, str]) -> bool:
    """Tell whether subject, place in a thread and the missing quotation together are those of an absence notice."""
    begins = letter.subject.casefold().lstrip("[( ").startswith(_AWAY)
    return begins and bool(letter.references) and not letter.quotes


_NOBODY = re.compile(
    r"(mailer-daemon|postmaster|(no|do-?not|donot|nicht)[._-]?(reply|responder|antworten)|bounces?([+._=-].*)?)$",
    re.IGNORECASE,
)
_AWAY = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "out of office", "out of the office", "on vacation"),
    *("automatische antwort", "abwesenheit", "abwesend", "nicht im büro", "autosvar", "automatiskt svar"),
    *("réponse automatique", "absence du bureau", "absent", "respuesta automática", "fuera de la oficina"),
    *("risposta automatica", "fuori ufficio", "automatisch antwoord", "afwezig", "resposta automática"),
    *("fora do escritório", "odpowiedź automatyczna", "autoodpowiedź", "automatisk svar", "automaattinen vastaus"),
    *("automatická odpověď", "automatikus válasz", "otomatik yanıt", "автоответ", "自動応答", "自動返信", "自动回复"),
)
_SIGNS: tuple[tuple[Callable[[Letter, Mapping[str, str]], bool], str], ...] = (
    (_says(OUR_MARK, ""), "our own mail came back"),
    (lambda letter, headers: letter.returned is not None, "a delivery report"),
    (_says("auto-submitted", r"(?!no\b)."), "Auto-Submitted"),
    (_says("return-path", r"<\s*>$"), "an empty Return-Path"),
    (_says("precedence", r"(bulk|list|junk|auto_reply)\b"), "Precedence"),
    (_says("list-id", "."), "List-Id"),
    (_says("x-auto-response-suppress", r"(?!none\b)."), "X-Auto-Response-Suppress"),
    (_says("x-autoreply", r"(?!no\b)."), "X-Autoreply"),
    (_says("x-autorespond", ""), "X-Autorespond"),
    (_says("x-autoreply-from", ""), "X-Autoreply-From"),
    (lambda letter, headers: is_no_person(letter.sender), "a sender that nobody reads"),
    (_is_away_notice, "the subject of an absence notice, in a thread, quoting nothing"),
)

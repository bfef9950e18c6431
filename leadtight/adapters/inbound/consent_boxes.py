"""Consent boxes as forms post them, with their wording.

A browser posts nothing for an empty box, so frameworks put a hidden field of the same name before or behind it (Rails
`0`, ASP.NET `false`): a box is ticked when one of its values says so.
"""

from collections.abc import Mapping
from typing import Any

from leadtight.adapters.inbound.field_names import plain, put
from leadtight.adapters.inbound.field_vocabulary import words
from leadtight.adapters.inbound.flat_fields import as_text
from leadtight.domain.policy.forms import ConsentWording

BOXES = (
    ("consent_sms", "sms", "inquiry", "sms"),
    ("consent_marketing_email", "email", "marketing", "marketing_email"),
    ("consent_marketing_sms", "sms", "marketing", "marketing_sms"),
    ("consent_marketing_voice", "voice", "marketing", "marketing_voice"),
)
"""Each consent box: field, channel, purpose and policy wording."""

CONSENT_FIELDS = frozenset({"consent_text", "consent_url", "consent_marketing", *(name for name, *_ in BOXES)})
NO_WORDING = ConsentWording()
TICKED = words("""
    1 on true yes y x ok checked selected ticked accept accepted agree agreed granted i_agree i_accept i_consent
    ja j an wahr einverstanden zugestimmt akzeptiert aktiviert ich_stimme_zu oui vrai accepte j_accepte
    si verdadero acepto aceptado de_acuerdo sim verdadeiro aceito concordo vero accetto accettato acconsento
    waar akkoord ik_ga_akkoord sant godkand jag_godkanner jag_samtycker tak prawda zgoda zgadzam_sie wyrazam_zgode""")
EMPTY = words("""
    0 off false no n none null unchecked undefined declined nein aus falsch non faux falso nao nee uit onwaar nej av
    falskt nie falsz""")
_TICK_SIGNS = frozenset("✓✔☑✅")
_AGREES = (
    *("yes", "i_agree", "i_accept", "i_consent", "i_would_like", "i_want", "ja", "ich_stimme", "ich_willige"),
    *("ich_mochte", "ich_bin_einverstanden", "oui", "j_accepte", "j_autorise", "je_consens", "je_souhaite", "si"),
    *("acepto", "autorizo", "estoy_de_acuerdo", "quiero", "sim", "aceito", "concordo", "quero", "accetto"),
    *("acconsento", "autorizzo", "desidero", "ik_ga_akkoord", "ik_wil", "jag_godkanner", "jag_samtycker", "jag_vill"),
    *("tak", "zgadzam_sie", "wyrazam_zgode", "chce"),
)
_DENIES = words("""
    no not never dont don neither nor without nicht kein keine keinen nie niemals nein ne pas non jamais nunca tampoco
    nao nem mai niet geen nooit inte aldrig nej nie bez stop opt_out unsubscribe decline refuse ablehnen""")
_CHANNELS = {
    "email": "email",
    "e_mail": "email",
    "mail": "email",
    "sms": "sms",
    "text": "sms",
    "texts": "sms",
    "voice": "voice",
    "call": "voice",
    "calls": "voice",
    "phone": "voice",
}


def consented(body: dict[str, Any], wording: ConsentWording = NO_WORDING, page: str = "") -> dict[str, Any]:
    """Return a body with its consent fields as one `consent`.

    It has each box that was shown, ticked or not. A box was shown when the policy has its wording, or the post its
    field; `consent_text` alone stands beside `consent_sms`. `consent_marketing` lists channels, as a group of boxes
    does. The post's own wording takes precedence over the policy's, since the page knows best what it showed; its
    address takes precedence over the policy's, and both over `page`.
    """
    body = dict(body)
    values = _as_fields(body.get("consent")) | {name: body.pop(name) for name in CONSENT_FIELDS if name in body}
    values = dict.fromkeys(CONSENT_FIELDS) | values
    post_words, url = as_text(values["consent_text"]), as_text(values["consent_url"]) or wording.url or page
    group = _channels(values["consent_marketing"])
    boxes: list[dict[str, Any]] = []
    for name, channel, purpose, of in BOXES:
        policy_words = getattr(wording, of)
        shown_words = post_words or policy_words
        ticked = is_ticked(values[name], shown_words, policy_words) or (purpose == "marketing" and channel in group)
        if ticked or policy_words or values[name] is not None or (post_words and of == "sms" and not group):
            box_words = shown_words or (_phrase(values[name]) if ticked else "")
            boxes.append({"channel": channel, "purpose": purpose, "ticked": ticked, "text": box_words})
    if boxes:
        agreed = [box["text"] for box in boxes if box["ticked"]]
        body["consent"] = {"boxes": boxes, "text": "\n".join(dict.fromkeys(agreed)), "url": url}
    return body


def unclear(body: Mapping[str, Any], wording: ConsentWording = NO_WORDING) -> dict[str, Any]:
    """Return consent values that are neither ticked nor empty.

    They are kept for a person to read.
    """
    unread: dict[str, Any] = {}
    post_words = as_text(body.get("consent_text"))
    for name, *_, of in BOXES:
        value = body.get(name)
        is_clear = is_ticked(value, post_words, getattr(wording, of)) or all(
            plain(v) in EMPTY | {""} for v in _parts(value)
        )
        if not is_clear:
            put(unread, name, as_text(value))
    return unread


def is_ticked(value: Any, *box_words: str) -> bool:
    """Check whether a box was ticked.

    Either its value says so, or it consists of words of agreement such as the box's own.
    """
    if isinstance(value, Mapping):  # `consent[0]`, or an object of a box
        return any(is_ticked(each, *box_words) for each in value.values())
    if isinstance(value, list | tuple):
        return any(is_ticked(each, *box_words) for each in value)
    text = as_text(value).strip()
    if not text:
        return False
    if any(plain(text) == plain(shown) for shown in box_words if plain(shown)) or text in _TICK_SIGNS:
        return True
    parts = [plain(part) for part in _parts(text)]
    if all(part in TICKED | EMPTY for part in parts):
        return any(part in TICKED for part in parts)
    return _agrees(plain(text))


def _agrees(text: str) -> bool:
    """Check whether a sentence agrees.

    It begins with agreement, and nothing in it denies.
    """
    begins = any(text == phrase or text.startswith(f"{phrase}_") for phrase in _AGREES)
    return begins and not _DENIES & {*text.split("_")} and "opt_out" not in text


def _parts(value: Any) -> list[str]:
    return [part.strip() for part in as_text(value).split(",")]


def _phrase(value: Any) -> str:
    """Return the words of a ticked box, if any."""
    text = as_text(value).strip()
    return "" if all(plain(part) in TICKED | EMPTY for part in _parts(text)) or text in _TICK_SIGNS else text


def _channels(group: Any) -> frozenset[str]:
    return frozenset(_CHANNELS[name] for part in _parts(group) if (name := plain(part)) in _CHANNELS)


def _as_fields(consent: Any) -> dict[str, Any]:
    """Return the `consent` of `POST /leads` as consent fields.

    One that has `boxes` stays as it is.
    """
    if not isinstance(consent, Mapping) or "boxes" in consent:
        return {}
    listed = consent.get("marketing")
    group = ",".join(str(each) for each in listed) if isinstance(listed, list) else None
    ticked = {"consent_sms": consent["sms"] is True} if "sms" in consent else {}
    return ticked | {
        "consent_marketing": group,
        "consent_text": consent.get("text"),
        "consent_url": consent.get("url"),
    }

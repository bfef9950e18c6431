"""From a provider's words to ours, as the policy says; what it does not name is kept under its own name."""

import json
from collections.abc import Mapping
from typing import Any

from leadtight.app.inquiry import KNOWN_FIELDS
from leadtight.domain.forms import Wording

BOXES = (
    ("consent_sms", "sms", "inquiry", "sms"),
    ("consent_marketing_email", "email", "marketing", "marketing_email"),
    ("consent_marketing_sms", "sms", "marketing", "marketing_sms"),
    ("consent_marketing_voice", "voice", "marketing", "marketing_voice"),
)
"""Of each consent box the name of its field, what it is for, and where its words stand in the policy."""

CONSENT_FIELDS = frozenset({"consent_text", "consent_url", "consent_marketing", *(name for name, *_ in BOXES)})
TICKED = frozenset({"on", "yes", "true", "1", "ja", "oui", "sí", "si", "checked", "accepted"})
NO_WORDING = Wording()


def mapped(
    paths: Mapping[str, str], content: Mapping[str, Any], wording: Wording = NO_WORDING, page: str = ""
) -> dict[str, Any]:
    """Return the body of a submission: what each JMESPath of the policy finds, and the whole of `content` as fields.

    A path that finds nothing leaves its name out. Raises ValueError for one that is no JMESPath.
    """
    found: dict[str, Any] = {}
    for path, name in paths.items():
        if (value := at_path(path, content)) not in (None, "", [], {}):
            found.setdefault(name, value)
    return consented(found, wording, page) | {"fields": flat(content)}


def at_path(path: str, content: Any) -> Any:
    """Return what a JMESPath finds; it may begin with `$.`, as JSONPath does. Raises ValueError when it is none."""
    import jmespath  # type: ignore[import-untyped]  # it ships no types; imported when the first mapping is read

    return jmespath.search(path.removeprefix("$."), content)


def answered(
    names: Mapping[str, str], answers: Mapping[str, Any], wording: Wording = NO_WORDING, page: str = ""
) -> dict[str, Any]:
    """Return the body of a submission made of questions and answers: `names` maps the provider's names to ours.

    Questions that nobody named are kept as fields, under their own names; so is the second of two with one meaning.
    """
    ordered = sorted(answers.items(), key=lambda item: item[0] not in names)  # what the policy names comes first
    known: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for question, answer in ordered:
        name = names.get(question, question)
        is_ours = question in names or name in KNOWN_FIELDS or name in CONSENT_FIELDS
        if is_ours and name != "fields" and known.get(name) in (None, ""):
            known[name] = answer
        else:
            rest[question] = answer
    return consented(known, wording, page) | {"fields": _opened(rest)}


def _opened(rest: dict[str, Any]) -> dict[str, Any]:
    """Return the other fields; those that a page sends in an object called `fields` are fields, too."""
    inner = rest.get("fields")
    if not isinstance(inner, Mapping):
        return rest
    beside = {name: value for name, value in rest.items() if name != "fields"}
    return {f"{name} (also)" if name in beside else str(name): value for name, value in inner.items()} | beside


def consented(body: dict[str, Any], wording: Wording = NO_WORDING, page: str = "") -> dict[str, Any]:
    """Return a body in which the consent fields are one `consent`: each box that was shown, ticked or not.

    A box was shown when the policy has its words, or the post its field; `consent_text` alone stands beside
    `consent_sms`. `consent_marketing` lists channels, as a group of boxes does. The post's own words go before the
    policy's, for the page knows best what it showed; its address goes before the policy's, and both before `page`.
    """
    body = dict(body)
    given = _as_fields(body.get("consent")) | {name: body.pop(name) for name in CONSENT_FIELDS if name in body}
    given = dict.fromkeys(CONSENT_FIELDS) | given
    words, url = str(given["consent_text"] or ""), str(given["consent_url"] or wording.url or page)
    beyond = str(given["consent_marketing"] or "").casefold().replace(" ", "").split(",")
    boxes: list[dict[str, Any]] = []
    for name, channel, purpose, of in BOXES:
        policys = getattr(wording, of)
        ticked = _is_ticked(given[name], policys) or (purpose == "marketing" and channel in beyond)
        if ticked or policys or given[name] is not None or (words and of == "sms" and not any(beyond)):
            boxes.append({"channel": channel, "purpose": purpose, "ticked": ticked, "text": words or policys})
    if boxes:
        agreed = [box["text"] for box in boxes if box["ticked"]]
        body["consent"] = {"boxes": boxes, "text": "\n".join(dict.fromkeys(agreed)), "url": url}
    return body


def _as_fields(consent: Any) -> dict[str, Any]:
    """Return a `consent` as `POST /leads` takes it as consent fields; one with `boxes` of its own stays as it is."""
    if not isinstance(consent, Mapping) or "boxes" in consent:
        return {}
    listed = consent.get("marketing")
    beyond = ",".join(str(one) for one in listed) if isinstance(listed, list) else None
    ticked = {"consent_sms": consent["sms"] is True} if "sms" in consent else {}
    return ticked | {
        "consent_marketing": beyond,
        "consent_text": consent.get("text"),
        "consent_url": consent.get("url"),
    }


def _is_ticked(value: Any, words: str) -> bool:
    if isinstance(value, list):
        return any(_is_ticked(one, words) for one in value)
    text = str(value or "").strip().casefold()
    return text in TICKED or bool(words and text == words.strip().casefold())


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested JSON as dotted names and texts: what somebody may search for later."""
    fields: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            fields |= flat(value, f"{prefix}{name}.")
        elif value not in (None, "", []):
            fields[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return fields

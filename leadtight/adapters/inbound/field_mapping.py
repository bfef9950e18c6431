"""Map a provider's fields to ours, as the policy says.

Fields that it does not name keep their own names.
"""

from collections.abc import Mapping
from typing import Any

from leadtight.adapters.inbound.consent_boxes import BOXES, CONSENT_FIELDS, NO_WORDING, consented, unclear
from leadtight.adapters.inbound.field_names import bare, plain, put
from leadtight.adapters.inbound.flat_fields import as_text, flat, without
from leadtight.app.intake.claims import PERMALINK, UNCONFIRMED_PERMALINK
from leadtight.app.intake.inquiry_parser import KNOWN_FIELDS
from leadtight.domain.policy.forms import ConsentWording

ANSWERS = KNOWN_FIELDS - {"source", "external_id"}
"""Names with the same meaning on pages and in questions.

A campaign's `source` is not ours.
"""

_AUTHORITY = frozenset({"owner", "received_at", "acknowledge", PERMALINK})
"""Names that a visitor's answer never sets by name alone.

The policy maps them, or they are kept as fields.
"""

_UNCONFIRMED = {PERMALINK: UNCONFIRMED_PERMALINK}

_SEVERAL = frozenset({"consent_marketing", *(name for name, *_ in BOXES)})
"""Fields that combine several values.

They are a box and its hidden twin, or a group of boxes.
"""

_OF_CONSENT = ("sms", "marketing", "boxes", "text", "url")
"""The keys of a `consent`; others become fields."""

_CONSENT_CALLED = {plain(name).replace("_", ""): name for name in CONSENT_FIELDS}


def mapped(
    paths: Mapping[str, str], content: Mapping[str, Any], wording: ConsentWording = NO_WORDING, page: str = ""
) -> dict[str, Any]:
    """Return a submission's body by the policy's JMESPath mapping.

    The whole of `content` is kept as fields. A path that matches nothing leaves its name out. Raises ValueError for an
    invalid JMESPath.
    """
    fields: dict[str, Any] = {}
    for path, name in paths.items():
        if (value := at_path(path, content)) not in (None, "", [], {}):
            fields.setdefault(name, value)
    return consented(fields, wording, page) | {"fields": flat(content)}


def at_path(path: str, content: Any) -> Any:
    """Return the value at a JMESPath. Raises ValueError when invalid.

    It may begin with `$.`, as JSONPath does.
    """
    import jmespath  # type: ignore[import-untyped]  # it ships no types; imported when the first mapping is read

    return jmespath.search(path.removeprefix("$."), content)


def answered(
    names: Mapping[str, str], answers: Mapping[str, Any], wording: ConsentWording = NO_WORDING, page: str = ""
) -> dict[str, Any]:
    """Return a submission's body from questions and answers.

    `names` maps the provider's names to ours. Other questions are kept as fields under their own names; so is the
    second of two with one meaning.
    """
    ordered = sorted(answers.items(), key=lambda item: item[0] not in names)  # names of the policy come first
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for question, answer in ordered:
        name = names.get(question, _CONSENT_CALLED.get(plain(bare(question)).replace("_", ""), question))
        if name in _SEVERAL:
            fields[name] = [*fields.get(name, ()), answer]
        elif name == "consent" and isinstance(answer, Mapping):
            fields[name] = answer
            for path, text in flat(without(answer, *_OF_CONSENT), "consent.").items():
                put(rest, path, text)
        elif name in _AUTHORITY and question not in names:
            put(rest, _UNCONFIRMED.get(name, question), answer)
        elif (name in ANSWERS or name in CONSENT_FIELDS) and name not in ("consent", "fields"):
            _take_answer(fields, rest, name, question, answer)
        else:
            put(rest, question, answer)
    return with_fields(_whole_name(fields, rest, wording, page), unclear(fields, wording), _opened(rest))


def with_facts(body: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    """Add facts that the provider itself states.

    They take precedence; an answer of that name becomes a field.
    """
    stated = {name: fact for name, fact in facts.items() if fact not in (None, "")}
    rest = {name: body[name] for name in stated if name in body and as_text(body[name]) != as_text(stated[name])}
    return with_fields({**body, **stated}, rest)


def with_fields(body: Mapping[str, Any], *more: Mapping[str, Any]) -> dict[str, Any]:
    """Add fields to a body without replacing any."""
    fields: dict[str, Any] = {}
    for some in (body.get("fields") or {}, *more):
        for name, value in some.items():
            put(fields, str(name), as_text(value) if _is_plain_list(value) else value)
    return {**body, "fields": fields}


def _take_answer(fields: dict[str, Any], rest: dict[str, Any], name: str, question: str, answer: Any) -> None:
    """Take an answer under our name; further ones become fields."""
    first, *others = [each for each in answer if each not in (None, "")] if _is_plain_list(answer) else [answer]
    if fields.get(name) in (None, ""):
        fields[name] = first
    elif fields[name] != first:
        put(rest, question, first)
    for other in others:
        put(rest, question, other)


def _whole_name(fields: dict[str, Any], rest: dict[str, Any], wording: ConsentWording, page: str) -> dict[str, Any]:
    """Return the body with one name.

    "Name" beside a first name is the last name, unless it contains both.
    """
    body = dict(fields)
    name, parts = as_text(body.get("name")), {part: body.get(part) for part in ("first_name", "last_name")}
    if name and any(parts.values()):
        first, last = as_text(parts["first_name"]), as_text(parts["last_name"])
        if not (first and last) and not {*plain(first or last).split("_")} <= {*plain(name).split("_")}:
            body["name"] = f"{first} {name}" if first else f"{name} {last}"
        for part, value in parts.items():
            if value:
                put(rest, part, body.pop(part))
    return consented(body, wording, page)


def _opened(rest: dict[str, Any]) -> dict[str, Any]:
    """Return the other fields, with an object `fields` unpacked.

    Some pages send their fields in it.
    """
    inner = rest.get("fields")
    if not isinstance(inner, Mapping):
        return rest
    beside = {name: value for name, value in rest.items() if name != "fields"}
    for name, value in inner.items():
        put(beside, str(name), value)
    return beside


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and not any(isinstance(each, Mapping | list) for each in value)

"""Forms of hosted services: JotForm, Tally, Webflow, Wufoo."""

import json
import re
from collections.abc import Mapping
from typing import Any

from leadtight.adapters.inbound.field_mapping import at_path
from leadtight.adapters.inbound.forms.form_post import (
    BuilderPost,
    chosen_name,
    collect_answers,
    mapping,
    not_readable,
    text,
)
from leadtight.adapters.inbound.webhooks.provider import UnreadableDelivery
from leadtight.adapters.inbound.webhooks.webflow import submitted

_NUMBERED = re.compile(r"q\d+_(.+)")
_JOTFORM_PLUMBING = re.compile(
    r"(slug|path|event_id|buildDate|submitSource|submitDate|uploadServerUrl|eventObserver|timeToSubmit|temp_upload.*"
    r"|jsExecutionTracker|validatedNewRequiredFieldIDs|preview)"
)
HANDSHAKE = "HandshakeKey"
_WUFOO_PLUMBING = frozenset({HANDSHAKE, "FieldStructure", "FormStructure", "CreatedBy", "IP", "EntryId"})


def jotform(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost:
    """Read Jotform's `rawRequest`.

    Answers are named as `q4_email`, or without the number; a policy may name a part of one (`q3_name.first`).
    """
    raw = mapping(_json(fields.get("rawRequest"), "rawRequest"), "rawRequest")
    sent = {str(name): value for name, value in raw.items() if not _JOTFORM_PLUMBING.fullmatch(str(name))}
    answers = collect_answers((_unnumbered(name, mapped), text(value)) for name, value in sent.items())
    inside = ((path, text(at_path(path, sent))) for path in mapped if path not in answers)
    return BuilderPost(
        answers=answers | {path: value for path, value in inside if value},
        id=text(fields.get("submissionID")),
        ip=text(fields.get("ip")),
    )


def _unnumbered(name: str, mapped: Mapping[str, str]) -> str:
    match = _NUMBERED.fullmatch(name)
    return match[1] if match and name not in mapped else name


def tally(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost | None:
    """Read a Tally response; other events have no lead.

    `data.fields` is a list of objects with key, label, type and value.
    """
    if fields.get("eventType", "FORM_RESPONSE") != "FORM_RESPONSE":
        return None
    data = mapping(fields.get("data"), "data")
    questions = data.get("fields")
    if not isinstance(questions, list):
        raise not_readable("data.fields must be a list")
    answers = collect_answers(_answer(mapping(question, "data.fields[]"), mapped) for question in questions)
    return BuilderPost(answers=answers, id=text(data.get("responseId")), at=data.get("createdAt"))


def _answer(about: Mapping[str, Any], mapped: Mapping[str, str]) -> tuple[str, str]:
    key, label, kind = (text(about.get(name)) for name in ("key", "label", "type"))
    return chosen_name(mapped, label, key, kind=kind), _picked(about)


def _picked(about: Mapping[str, Any]) -> str:
    """Return an answer, with options by label instead of id."""
    options = about.get("options")
    words = {text(o.get("id")): text(o.get("text")) for o in options or () if isinstance(o, Mapping)}
    value = about.get("value")
    choices = value if isinstance(value, list) else [value]
    return ", ".join(filter(None, (words.get(text(choice)) or text(choice) for choice in choices)))


def webflow(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost | None:
    """Read a Webflow submission.

    A hook made in its dashboard sends it, unsigned.
    """
    try:
        submission = submitted(fields)
    except UnreadableDelivery as error:
        raise not_readable(str(error)) from error
    if submission is None:
        return None
    return BuilderPost(
        answers={**submission.data, "form_name": submission.form_name}, id=submission.id, at=submission.at
    )


def wufoo(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost:
    """Read a Wufoo post, with fields such as `Field1`.

    They have their titles where Wufoo was told to send the form's structure.
    """
    titles = _titles(_json(fields.get("FieldStructure") or "{}", "FieldStructure"))
    answers = (
        (_titled(name, titles.get(name), mapped), text(value))
        for name, value in fields.items()
        if name in mapped or name not in _WUFOO_PLUMBING
    )
    return BuilderPost(answers=collect_answers(answers), id=text(fields.get("EntryId")), ip=text(fields.get("IP")))


def _titled(name: str, about: tuple[str, str] | None, mapped: Mapping[str, str]) -> str:
    title, kind = about or ("", "")
    return name if name in mapped else chosen_name(mapped, title, name, kind=kind)


def _titles(structure: Any) -> dict[str, tuple[str, str]]:
    """Return the title and kind of each input.

    The parts of a name are called `First name` and the like.
    """
    fields = structure.get("Fields") if isinstance(structure, Mapping) else None
    titles: dict[str, tuple[str, str]] = {}
    for field in fields if isinstance(fields, list) else ():
        about = mapping(field, "FieldStructure.Fields[]")
        title, kind = text(about.get("Title")), text(about.get("Type"))
        parts = about.get("SubFields")
        for part in parts if isinstance(parts, list) else ():
            inside = mapping(part, "FieldStructure.Fields[].SubFields[]")
            of = "name" if "name" in kind else title
            titles[text(inside.get("ID"))] = (f"{text(inside.get('Label'))} {of}".strip(), "")
        titles.setdefault(text(about.get("ID")), (title, kind))
    return titles


def _json(value: Any, part: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise not_readable(f"{part} is not JSON") from error

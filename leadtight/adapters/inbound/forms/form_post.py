"""Form posts in any shape, as their builders mean them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.domain.model.errors import InvalidInquiry, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderPost:
    """A builder's answers and its facts about the submission.

    Answers are by the name that the policy may map. `id` is the builder's id of the submission, `at` when it says it
    was sent, `page` where the form stands. `ip` and `user_agent` are the visitor's as the builder saw them.
    """

    answers: Mapping[str, Any]
    id: str = ""
    at: Any = None
    page: str = ""
    ip: str = ""
    user_agent: str = ""


def not_readable(part: str) -> InvalidInquiry:
    """Return the error for a post unlike its builder's documentation."""
    return InvalidInquiry([Problem("body", part)])


def mapping(value: Any, part: str) -> Mapping[str, Any]:
    """Return a JSON object. Raises InvalidInquiry for other values."""
    if not isinstance(value, Mapping):
        raise not_readable(f"{part} must be an object")
    return value


def text(value: Any) -> str:
    """Return an answer as one text.

    Of parts, such as first and last name, it has those that are filled in.
    """
    if isinstance(value, Mapping):
        return text(value["full"]) if value.get("full") else _spaced(value.values())
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text, value)))
    return "" if value is None else str(value)


def _spaced(parts: Any) -> str:
    return " ".join(filter(None, map(text, parts)))


def chosen_name(mapped: Mapping[str, str], *names: str, kind: str = "") -> str:
    """Return the name under which an answer is kept.

    It is the first of its names that the policy maps, else the name for its kind.
    """
    for name in names:
        if name in mapped:
            return name
    return BY_KIND.get(kind.casefold()) or next((name for name in names if name), "answer")


def collect_answers(answers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Collect answers by name, without empty ones.

    Two under one name are both kept.
    """
    fields: dict[str, str] = {}
    for name, answer in answers:
        if answer:
            fields[name if name not in fields else f"{name} ({len(fields)})"] = answer
    return fields


BY_KIND = {
    "email": "email",
    "input_email": "email",
    "tel": "phone",
    "phone": "phone",
    "input_phone_number": "phone",
}

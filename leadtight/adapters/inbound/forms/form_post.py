"""A form post as its builder meant it, whichever shape it came in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.domain.model.errors import InvalidInquiry, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderPost:
    """Answers by the name that the policy may map, with what the builder says of the submission itself.

    `id` is the builder's own of the submission, `at` when it says it was sent, `page` where the form stands. `ip` and
    `user_agent` are the visitor's as the builder saw them.
    """

    answers: Mapping[str, Any]
    id: str = ""
    at: Any = None
    page: str = ""
    ip: str = ""
    user_agent: str = ""


def not_readable(what: str) -> InvalidInquiry:
    """Return what to raise for a post that is not what its builder documents."""
    return InvalidInquiry([Problem("body", what)])


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """Return an object of JSON. Raises InvalidInquiry when it is none."""
    if not isinstance(value, Mapping):
        raise not_readable(f"{what} must be an object")
    return value


def text(value: Any) -> str:
    """Return what somebody answered as one text: of parts (first and last name), those that are filled in."""
    if isinstance(value, Mapping):
        return text(value["full"]) if value.get("full") else _spaced(value.values())
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text, value)))
    return "" if value is None else str(value)


def _spaced(parts: Any) -> str:
    return " ".join(filter(None, map(text, parts)))


def chosen(named: Mapping[str, str], *names: str, kind: str = "") -> str:
    """Return what an answer is kept under: the first of its names that the policy maps, else what its kind says."""
    for name in names:
        if name in named:
            return name
    return BY_KIND.get(kind.casefold()) or next((name for name in names if name), "answer")


def gathered(answers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return answers by name, without the empty ones; of two under one name both are kept."""
    found: dict[str, str] = {}
    for name, answer in answers:
        if answer:
            found[name if name not in found else f"{name} ({len(found)})"] = answer
    return found


BY_KIND = {
    "email": "email",
    "input_email": "email",
    "tel": "phone",
    "phone": "phone",
    "input_phone_number": "phone",
}

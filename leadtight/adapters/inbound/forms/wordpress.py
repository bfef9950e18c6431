"""Forms of WordPress plugins.

They are Contact Form 7, Gravity Forms with its webhooks add-on, and Elementor with its webhook action.
"""

import re
from collections.abc import Mapping
from typing import Any

from leadtight.adapters.inbound.forms.form_post import BuilderPost, chosen_name, collect_answers, text

DEEPEST = 4
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_PLUMBING = frozenset(
    {"form_id", "form_name", "post_id", "queried_id", "referer_title", "action", "referrer", "nonce"}
    | {"ip", "user_agent", "source_url", "created_by", "currency", "date_updated", "is_read", "is_starred", "status"}
    | {"is_fulfilled", "is_approved", "post", "date_created", "id", "source_id"}
)


def contact_form_7(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost:
    """Read a Contact Form 7 post, without its hidden fields."""
    return BuilderPost(answers={name: value for name, value in fields.items() if not name.startswith("_wpcf7")})


def gravity_forms(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost:
    """Read a Gravity Forms entry, whose inputs have numbers.

    The policy maps them: `1.3` is the first name of field 1.
    """
    answers = collect_answers((k, text(v)) for k, v in fields.items() if k in mapped or k not in _PLUMBING)
    numbers = (text(fields.get("form_id")), text(fields.get("id")))
    return BuilderPost(
        answers=answers,
        id=":".join(numbers) if all(numbers) else "",
        page=text(fields.get("source_url")),
        ip=text(fields.get("ip")),
        user_agent=text(fields.get("user_agent")),
    )


def elementor(fields: Mapping[str, Any], mapped: Mapping[str, str]) -> BuilderPost:
    """Read an Elementor post in any of its three shapes.

    They are `form_fields[email]` of the page, `fields[email][value]`, and labels with values.
    """
    nested = _nested(fields)
    meta = nested.get("meta")
    about = {k: text(_value(v)) for k, v in meta.items()} if isinstance(meta, Mapping) else {}
    sent, advanced = nested.get("form_fields"), nested.get("fields")
    if isinstance(sent, Mapping):
        answers = collect_answers((str(k), text(v)) for k, v in sent.items())
    elif isinstance(advanced, Mapping):
        answers = collect_answers(
            (_called(str(id_), field, mapped), text(_value(field))) for id_, field in advanced.items()
        )
    else:
        answers = collect_answers((k, text(v)) for k, v in fields.items() if k in mapped or k not in _PLUMBING)
    return BuilderPost(
        answers=answers,
        page=about.get("page_url", ""),
        ip=about.get("remote_ip", ""),
        user_agent=about.get("user_agent", ""),
    )


def _called(id_: str, field: Any, mapped: Mapping[str, str]) -> str:
    about = field if isinstance(field, Mapping) else {}
    names = (text(about.get("title")), id_)
    return chosen_name(mapped, *names, kind=text(about.get("type")))


def _value(field: Any) -> Any:
    return field.get("value") if isinstance(field, Mapping) else field


def _nested(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Turn PHP's field names (`a[b][c]`) into nested objects.

    Names deeper than in any form stay as they are.
    """
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        root, *path = [name.partition("[")[0], *_BRACKETED.findall(name)]
        if not path or len(path) > DEEPEST:
            nested[name] = value
            continue
        here = nested
        for step in (root, *path[:-1]):
            inner = here.setdefault(step, {})
            here = inner if isinstance(inner, dict) else here
        here[_unused(here, path[-1])] = value
    return nested


def _unused(here: Mapping[str, Any], name: str) -> str:
    """Return a free name for `a[]` and for repeated names.

    A name that is free stays as it is.
    """
    return name if name and name not in here else f"{name}{len(here)}"

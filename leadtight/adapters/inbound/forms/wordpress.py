"""Forms of WordPress: Contact Form 7, Gravity Forms with its webhooks add-on, Elementor with its webhook action."""

import re
from collections.abc import Mapping
from typing import Any

from leadtight.adapters.inbound.forms.form_post import BuilderPost, chosen, gathered, text

DEEPEST = 4
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_PLUMBING = frozenset(
    {"form_id", "form_name", "post_id", "queried_id", "referer_title", "action", "referrer", "nonce"}
    | {"ip", "user_agent", "source_url", "created_by", "currency", "date_updated", "is_read", "is_starred", "status"}
    | {"is_fulfilled", "is_approved", "post", "date_created", "id", "source_id"}
)


def contact_form_7(fields: Mapping[str, Any], named: Mapping[str, str]) -> BuilderPost:
    """Read what Contact Form 7 has, without its own hidden fields."""
    return BuilderPost(answers={name: value for name, value in fields.items() if not name.startswith("_wpcf7")})


def gravity_forms(fields: Mapping[str, Any], named: Mapping[str, str]) -> BuilderPost:
    """Read an entry: its inputs have numbers (`1.3` is the first name of field 1), which the policy maps."""
    answers = gathered((k, text(v)) for k, v in fields.items() if k in named or k not in _PLUMBING)
    numbers = (text(fields.get("form_id")), text(fields.get("id")))
    return BuilderPost(
        answers=answers,
        id=":".join(numbers) if all(numbers) else "",
        page=text(fields.get("source_url")),
        ip=text(fields.get("ip")),
        user_agent=text(fields.get("user_agent")),
    )


def elementor(fields: Mapping[str, Any], named: Mapping[str, str]) -> BuilderPost:
    """Read any of its three shapes: `form_fields[email]` of the page, `fields[email][value]`, or labels and values."""
    nested = _nested(fields)
    meta = nested.get("meta")
    about = {k: text(_value(v)) for k, v in meta.items()} if isinstance(meta, Mapping) else {}
    sent, advanced = nested.get("form_fields"), nested.get("fields")
    if isinstance(sent, Mapping):
        answers = gathered((str(k), text(v)) for k, v in sent.items())
    elif isinstance(advanced, Mapping):
        answers = gathered((_called(str(id_), one, named), text(_value(one))) for id_, one in advanced.items())
    else:
        answers = gathered((k, text(v)) for k, v in fields.items() if k in named or k not in _PLUMBING)
    return BuilderPost(
        answers=answers,
        page=about.get("page_url", ""),
        ip=about.get("remote_ip", ""),
        user_agent=about.get("user_agent", ""),
    )


def _called(id_: str, one: Any, named: Mapping[str, str]) -> str:
    about = one if isinstance(one, Mapping) else {}
    names = (text(about.get("title")), id_)
    return chosen(named, *names, kind=text(about.get("type")))


def _value(one: Any) -> Any:
    return one.get("value") if isinstance(one, Mapping) else one


def _nested(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return fields with PHP's names (`a[b][c]`) as nested objects; deeper ones than any form has stay as they are."""
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
    """Return the name, or for `a[]` and names that come twice one that is free."""
    return name if name and name not in here else f"{name}{len(here)}"

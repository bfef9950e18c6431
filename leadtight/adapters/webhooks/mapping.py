"""From a provider's words to ours, as the policy says; what it does not name is kept under its own name."""

import json
from collections.abc import Mapping
from typing import Any

from leadtight.app.inquiry import KNOWN_FIELDS

CONSENT_SMS = "consent_sms"
TICKED = frozenset({"on", "yes", "true", "1", "ja", "oui", "sí", "si"})


def mapped(paths: Mapping[str, str], content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a submission: what each JMESPath of the policy finds, and the whole of `content` as fields.

    A path that finds nothing leaves its name out. Raises ValueError for one that is no JMESPath.
    """
    found = {name: at_path(path, content) for path, name in paths.items()}
    body = {name: value for name, value in found.items() if value not in (None, "", [], {})}
    return consented(body) | {"fields": flat(content)}


def at_path(path: str, content: Any) -> Any:
    """Return what a JMESPath finds; it may begin with `$.`, as JSONPath does. Raises ValueError when it is none."""
    import jmespath  # type: ignore[import-untyped]  # it ships no types; imported when the first mapping is read

    return jmespath.search(path.removeprefix("$."), content)


def answered(names: Mapping[str, str], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a submission made of questions and answers: `names` maps the provider's names to ours.

    Questions that nobody named are kept as fields, under their own names.
    """
    known = {names[question]: answer for question, answer in answers.items() if question in names}
    known |= {q: a for q, a in answers.items() if q not in names and q in KNOWN_FIELDS and q not in known}
    rest = {question: answer for question, answer in answers.items() if question not in names and question not in known}
    return consented(known) | {"fields": rest}


def consented(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body in which a ticked `consent_sms`, with its wording in `consent_text`, is the consent it gives."""
    body = dict(body)
    ticked, words = body.pop(CONSENT_SMS, None), body.pop("consent_text", "")
    if str(ticked).strip().casefold() in TICKED:
        body["consent"] = {"sms": True, "text": str(words), "url": str(body.pop("consent_url", ""))}
    return body


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested JSON as dotted names and texts: what somebody may search for later."""
    fields: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            fields |= flat(value, f"{prefix}{name}.")
        elif value not in (None, "", []):
            fields[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return fields

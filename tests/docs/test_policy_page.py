"""Policy page, schema and meanings match the records.

No key more, no key less.
"""

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leadtight.policy import loader as policies
from leadtight.policy.declaration import all_keys
from leadtight.policy.json_schema import schema
from scripts.policy_docs import PAGE, SCHEMA, documented_path, page_text, schema_text

ROOT = Path(__file__).resolve().parents[2]
POLICIES = [policies.SHIPPED, ROOT / "leadtight/devstage/policy.toml", *sorted((ROOT / "docs/policies").glob("*.toml"))]
KEYS = {documented_path(key.path) for key in all_keys()}
STALE = "run .venv/bin/python scripts/policy_docs.py"


def plain(value: Any) -> Any:
    """Convert a TOML value to JSON.

    Dates and times become strings.
    """
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def test_every_key_and_table_has_a_meaning() -> None:
    assert [key.path for key in all_keys() if not key.meaning] == [], "give these fields a docstring"

    def silent(node: dict[str, Any], path: str = "") -> Iterator[str]:
        for name, inner in node.get("properties", {}).items():
            if "description" not in inner:
                yield f"{path}.{name}"
            each = inner.get("additionalProperties") or inner.get("items") or inner
            yield from silent(each if "properties" in each else inner, f"{path}.{name}")

    assert list(silent(schema())) == [], "give these tables a docstring"


def test_the_page_documents_each_key_exactly_once() -> None:
    documented = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(KEYS), STALE


def test_the_page_matches_the_declared_types_defaults_and_meanings() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_text(page), STALE


def test_the_committed_schema_matches_the_declarations() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), STALE
    jsonschema.Draft7Validator.check_schema(schema())


def test_every_default_is_valid_for_its_type() -> None:
    def described(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
        if isinstance(node, dict):
            if "default" in node:
                yield path, node
            for name, inner in node.items():
                yield from described(inner, f"{path}.{name}")

    checked = 0
    for path, node in described(schema()):
        problems = list(jsonschema.Draft7Validator(node).iter_errors(node["default"]))
        assert problems == [], path
        checked += 1
    assert checked > 20


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: str(file.relative_to(ROOT)))
def test_policies_meet_the_schema_and_name_it_for_editors(file: Path) -> None:
    jsonschema.validate(
        plain(tomllib.loads(file.read_text(encoding="utf-8"))), schema(), cls=jsonschema.Draft7Validator
    )
    directive = re.match(r"#:schema (\S+)\n", file.read_text(encoding="utf-8"))
    assert directive, "the first line names the schema"
    assert (file.parent / directive[1]).resolve() == SCHEMA


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("surprise",), 1),
        (("company",), {}),
        (("company", "nmae"), "x"),
        (("company", "country"), "Germany"),
        (("calendars", "office", "hours", "funday"), ["09:00-10:00"]),
        (("calendars", "office", "hours", "mon"), ["9 to 5"]),
        (("calendars", "office", "holidays"), ["Germany"]),
        (("calendars", "office", "open"), {"saturday": ["10:00-14:00"]}),
        (("targets", "hot", "within"), "5 minutes"),
        (("targets", "hot", "within"), ""),
        (("targets", "hot", "warn_at"), [1]),
        (("targets", "next_morning", "by"), "25:00"),
        (("targets", "hot", "reassign"), {"after": "5m"}),
        (("pools", "inbound", "members"), []),
        (("pools", "inbound", "members"), {"ana": 0}),
        (("outcomes", "won", "stage"), "warm"),
        (("tiers", 0, "when", "sources"), ["x"]),
        (("tiers", 0, "target"), 5),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses_for_its_form(path: tuple[Any, ...], value: Any) -> None:
    document = deepcopy(tomllib.loads(policies.SHIPPED.read_text(encoding="utf-8")))
    place: Any = document
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(document), schema(), cls=jsonschema.Draft7Validator)

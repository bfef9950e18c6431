"""The suite can fail: an audit that reads wrong in one way is found out, and one that reads right is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.metamorphic.audit import run_audit
from tests.metamorphic.business import make_truth
from tests.metamorphic.dates import STYLES
from tests.metamorphic.export import Export, make_export
from tests.metamorphic.judge import Verdict, judge
from tests.metamorphic.language import LANGUAGES, Words
from tests.metamorphic.lead_table import contact_time
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column

DAY_FIRST = "%d/%m/%Y %H:%M"
MONTH_FIRST = "%m/%d/%Y %H:%M"
CALLED = {"result": ("connected", "voicemail"), "direction": ("out",)}
ANYTHING = {"result": ("connected", "voicemail", "no_answer"), "direction": ("out", "in")}
PLAN = Plan(
    seed=0,
    words=Words("freshsales", "en"),
    layout="column",
    zone=ZoneInfo("America/New_York"),
    created_style=STYLES["dmy_slash"],
    contact_style=STYLES["dmy_slash"],
    duration_style="seconds",
    key="lead_id",
    signals=("direction", "result"),
    with_spend="no",
    cents=True,
    leads_in_utc=False,
    activities_in_utc=False,
)
CALLS = replace(PLAN, layout="activities", created_style=STYLES["iso_z"], contact_style=STYLES["iso_z"])


def name(columns: list[Column], concept: str) -> str:
    return next(c.header for c in columns if c.concept == concept)


def audit(export: Export, folder: Path, mapping: dict[str, dict[str, object]], *options: str) -> Verdict:
    """Audit with a mapping, and judge the answer."""
    lines = [f"[{table}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()) for table, keys in mapping.items()]
    path = folder / "mapping.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return judge(export, run_audit(export, folder, "--mapping", str(path), *options))


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def leads(export: Export, **settings: object) -> dict[str, object]:
    """Map the columns of the leads to what they are."""
    columns = export.tables["leads"].columns
    keys = {c: c for c in ("lead_id", "owner", "source", "stage", "value")}
    keys |= {"created_at": "created"} | (
        {"first_contact_at": "first_contact"} if export.plan.layout == "column" else {}
    )
    return {key: name(columns, concept) for key, concept in keys.items()} | stages(export) | settings


def stages(export: Export) -> dict[str, object]:
    """Say which stages are ends."""
    column = next(c for c in export.tables["leads"].columns if c.concept == "stage")
    pairs = list(zip(column.texts, export.truth.leads, strict=True))
    return {end: sorted({text for text, lead in pairs if lead.stage == end}) for end in ("won", "lost")}


def calls(export: Export, counted: dict[str, tuple[str, ...]]) -> dict[str, object]:
    """Map the columns of the calls, and say which of them count."""
    columns = export.tables["activities"].columns
    values = LANGUAGES["en"]["values"]
    is_contact = {name(columns, part): [w for word in words for w in values[word]] for part, words in counted.items()}
    return {"person_key": name(columns, "key"), "at": name(columns, "at"), "is_contact": is_contact}


def early_seed() -> int:
    """Find a seed in which no day is above the twelfth, so that both orders can be read."""
    for seed in range(1000):
        rng = Random(seed)
        moments = [m for x in make_truth(rng, PLAN).leads for m in (x.created, contact_time(x)) if m]
        if all(m.astimezone(PLAN.zone).day <= 12 for m in moments):
            return seed
    raise AssertionError("no seed has early days only")


@pytest.mark.parametrize("seed", (0, 2, 4))
def test_a_right_reading_is_right(seed: int, tmp_path: Path) -> None:
    export = make_export(seed, tmp_path, PLAN)
    assert audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}).name == "right"


@pytest.mark.parametrize("seed", (0, 3, 6))
def test_calls_that_are_told_from_others_are_right(seed: int, tmp_path: Path) -> None:
    export = make_export(seed, tmp_path, CALLS)
    mapping = {"leads": leads(export), "activities": calls(export, CALLED)}
    assert audit(export, tmp_path, mapping).name == "right"


def test_days_read_as_months_are_found_out(tmp_path: Path) -> None:
    export = make_export(early_seed(), tmp_path, PLAN)
    assert audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}).name == "right"
    swapped = audit(export, tmp_path, {"leads": leads(export, date_format=MONTH_FIRST)})
    assert "created: other instants than the true ones" in swapped.wrong


def test_every_activity_taken_for_a_contact_is_found_out(tmp_path: Path) -> None:
    export = make_export(0, tmp_path, CALLS)
    mapping = {"leads": leads(export), "activities": calls(export, ANYTHING)}
    assert any(w.startswith("contacted: ") for w in audit(export, tmp_path, mapping).wrong)


def test_a_zone_that_is_not_the_files_is_found_out(tmp_path: Path) -> None:
    export = make_export(0, tmp_path, PLAN)
    moved = audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}, "--timezone", "Asia/Tokyo")
    assert "created: other instants than the true ones" in moved.wrong

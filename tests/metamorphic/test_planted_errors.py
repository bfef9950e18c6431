"""The suite detects a planted error, and passes without one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.metamorphic.audit import run_audit
from tests.metamorphic.business import make_truth
from tests.metamorphic.dates import STYLES
from tests.metamorphic.export import Export, make_export
from tests.metamorphic.judge import judge
from tests.metamorphic.language import Words
from tests.metamorphic.lead_table import contact_time
from tests.metamorphic.mapping import activity_mapping, lead_mapping, write_mapping
from tests.metamorphic.plan import Plan
from tests.metamorphic.verdict import Verdict

DAY_FIRST = "%d/%m/%Y %H:%M"
MONTH_FIRST = "%m/%d/%Y %H:%M"
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
    messy=False,
)
CALLS = replace(PLAN, layout="activities", created_style=STYLES["iso_z"], contact_style=STYLES["iso_z"])


def audit(export: Export, folder: Path, mapping: dict[str, dict[str, object]], *options: str) -> Verdict:
    """Audit with a mapping, and judge the answer."""
    path = write_mapping(folder / "mapping.toml", mapping)
    return judge(export, run_audit(export, folder, "--mapping", str(path), *options))


def leads(export: Export, **settings: object) -> dict[str, object]:
    return lead_mapping(export) | settings


def early_seed() -> int:
    """Find a seed without days above the twelfth.

    Both orders can be read then.
    """
    for seed in range(1000):
        rng = Random(seed)
        moments = [m for x in make_truth(rng, PLAN).leads for m in (x.created, contact_time(x)) if m]
        if all(m.astimezone(PLAN.zone).day <= 12 for m in moments):
            return seed
    raise AssertionError("no seed has early days only")


@pytest.mark.parametrize("seed", range(3))
def test_a_right_reading_passes(seed: int, tmp_path: Path) -> None:
    export = make_export(seed, tmp_path, PLAN)
    assert audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}).name == "right"


@pytest.mark.parametrize("seed", range(3))
def test_calls_distinguished_from_other_activities_pass(seed: int, tmp_path: Path) -> None:
    export = make_export(seed, tmp_path, CALLS)
    mapping = {"leads": leads(export), "activities": activity_mapping(export)}
    assert audit(export, tmp_path, mapping).name == "right"


def test_days_read_as_months_are_detected(tmp_path: Path) -> None:
    export = make_export(early_seed(), tmp_path, PLAN)
    assert audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}).name == "right"
    swapped = audit(export, tmp_path, {"leads": leads(export, date_format=MONTH_FIRST)})
    assert "created: other instants than the true ones" in swapped.wrong


def test_counting_every_activity_as_contact_is_detected(tmp_path: Path) -> None:
    export = make_export(0, tmp_path, CALLS)
    mapping = {"leads": leads(export), "activities": activity_mapping(export, ANYTHING)}
    assert any(w.startswith("contacted: ") for w in audit(export, tmp_path, mapping).wrong)


def test_a_wrong_time_zone_is_detected(tmp_path: Path) -> None:
    export = make_export(0, tmp_path, PLAN)
    moved = audit(export, tmp_path, {"leads": leads(export, date_format=DAY_FIRST)}, "--timezone", "Asia/Tokyo")
    assert "created: other instants than the true ones" in moved.wrong

"""Plain words on an audit's page and terminal.

They must not claim more than is known.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadtight.reporting.metric_names import names
from leadtight.reporting.presentation import chart
from tests.unit.reporting.audit.exports import PLAIN, report, run, write_csv

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - an export's wall-clock time
MACHINE_NAMES = (
    *("sunk_cac", "surge_days", "median_days", "crm_continuity", "is_contact =", "sources[]", "contacted_in_window"),
    *("in_window_rate", "owner null", "half-open", "next_step", "cannot compute", "within_window", "people_needed"),
    *("window_seconds", "5m_to_30m", "Crm continuity"),
)


def rendered(leads: Path, *arguments: object) -> tuple[str, str]:
    """Return the page, and the terminal output after the mapping."""
    page = leads.with_suffix(".html")
    code, output, errors = run(leads, *arguments, "--html", page)
    assert (code, errors) == (0, "")
    return page.read_text(encoding="utf-8"), output


def leads(folder: Path, *, wait: float = 120, never: int = 0, stage: str = "Open", unreadable: int = 0) -> Path:
    rows = []
    for n in range(40):
        at = MONDAY + timedelta(days=n // 8, hours=n % 8, seconds=1)
        contact = "" if n < never else at + timedelta(seconds=wait)
        created = "soon" if n >= 40 - unreadable else at
        rows.append((f"L{n}", created, contact, ("Ada", "Bo")[n % 2], "Ads", stage if n < never else "Open"))
    return write_csv(folder / "leads.csv", PLAIN, rows)


def test_exclusions_are_above_the_headline_on_page_and_terminal(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[leads]\ndate_format = "%Y-%m-%d %H:%M:%S"\n', encoding="utf-8")
    page, output = rendered(leads(tmp_path, unreadable=9), "--mapping", mapping)
    sentence = "31 of 40 rows of leads could be read."
    caveat = "9 of 40 rows of leads are left out: 9 with no readable time in “created_at”."
    assert 0 < page.index(caveat) < page.index(sentence) < page.index('<h2 id="headline">')
    assert 0 < output.index(caveat) < output.index(sentence)


def test_a_sound_setup_is_confirmed(tmp_path: Path) -> None:
    page, output = rendered(leads(tmp_path))
    assert "The set-up works." in page
    assert "Before you read the figures" not in page + output


@pytest.mark.proves("T7")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"wait": 0}, "40 of 40 first contacts stand at the instant of the creation"),
        ({"never": 3, "stage": "Won"}, "3 of the 3 leads without a contact were won"),
        ({"wait": -3600}, "40 of 40 leads have contacts only before the creation"),
    ],
)
def test_nothing_is_praised_or_blamed_on_doubtful_contacts(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    page, output = rendered(leads(tmp_path, **options))
    assert words in page
    assert words in output
    assert "set-up works" not in page
    assert "Structural: " not in page
    assert "Verdict: " not in output
    assert "Fix in this order" not in page + output


def test_a_partial_join_prevents_praise_of_the_setup(tmp_path: Path) -> None:
    rows = [(n, f"p{n}", MONDAY + timedelta(hours=n)) for n in range(20)]
    file = write_csv(tmp_path / "leads.csv", ("id", "contact id", "created_at"), rows)
    calls = [(f"p{n}", MONDAY + timedelta(hours=n, minutes=2), "Outbound") for n in range(20)]
    calls += [(f"x{n}", MONDAY, "Outbound") for n in range(5)]
    activities = write_csv(tmp_path / "calls.csv", ("contact id", "at", "call type"), calls)
    page, output = rendered(file, "--activities", activities)
    assert "set-up works" not in page
    assert "5 of 25 activities join no lead" in page
    assert "5 of 25 activities join no lead" in output
    assert "Counted as a contact: an activity with “call type” Outbound" in page


def every_kind(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Return page, terminal and report for three kinds of files.

    Of which everything, little and nothing is known.
    """
    full = leads(folder, never=6)
    (folder / "spend.csv").write_text("source,spend\nAds,900\nFair,0\n", encoding="utf-8")
    money = ("--spend", folder / "spend.csv", "--deal-value", "15000", "--conversion-rate", "0.08")
    results = []
    bare = write_csv(folder / "bare.csv", ("id", "created_at"), [(n, "2026-01-05") for n in range(9)])
    blank = write_csv(folder / "blank.csv", ("name", "city"), [("a", "b")] * 9)
    for file, options in ((full, (*money, "--people", "2")), (full, ()), (bare, ()), (blank, ())):
        try:
            results.append((*rendered(file, *options), report(file, *options)))
        except AssertionError:
            if file is not blank:  # an unrecognised file may be refused
                raise
    return results


def test_page_and_terminal_use_plain_words(tmp_path: Path) -> None:
    for page, output, result in every_kind(tmp_path):
        text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
        summary = output.split("\n\n", 1)[-1]
        assert [name for name in MACHINE_NAMES if name in text or name in summary] == []
        keys = [gap["what"] for gap in result["cannot_compute"]]
        assert not set(names(keys)) & set(keys) - {"period", "owners", "sources", "stuck"}
        assert all(" " in name for name in names(keys))


def test_unpaid_sources_are_not_a_gap(tmp_path: Path) -> None:
    page, output, result = every_kind(tmp_path)[0]
    assert any(gap["why"].startswith("nothing was spent on 1 of") for gap in result["cannot_compute"])
    assert "Nothing was spent on 1 of the sources, so they have no cost." in page
    assert "nothing was spent" not in page.split('id="unknown"')[1] + output


def test_a_page_without_contacts_shows_no_table_of_unknowns(tmp_path: Path) -> None:
    rows = [(n, MONDAY + timedelta(hours=n), f"Owner {n}") for n in range(60)]
    page, _ = rendered(write_csv(tmp_path / "leads.csv", ("id", "created_at", "owner"), rows))
    assert "n/a" not in page
    assert 'id="people"' not in page
    assert "Owner 7" not in page
    assert "It is not known who was contacted" in page
    assert "To see this, add the export of calls and mails" in page


def test_a_leads_circumstance_is_not_named_like_a_cause(tmp_path: Path) -> None:
    page, _ = rendered(leads(tmp_path, never=20))
    by_circumstance = page.split('id="leak"')[1].split("</table>")[0]
    for cause in ("Automation", "Capacity", "Accountability", "Routing"):
        assert f">{cause}<" not in by_circumstance
    assert "Never contacted" in by_circumstance


@pytest.mark.parametrize(
    ("highest", "end", "last"), [(0.0, 0.01, "0.8"), (0.04, 0.05, "4"), (0.19, 0.2, "16"), (0.41, 1.0, "80")]
)
def test_the_heat_map_scale_fits_low_shares(highest: float, end: float, last: str) -> None:
    cells = [{"leads": 100, "contacted_in_window": round(highest * 100 * n), "small": False} for n in (0, 1)]
    assert chart.scale(cells) == end
    assert chart.legend(end)[-1] == f"{last}\u202f% and more"
    assert len(chart.legend(end)) == chart.SHADES
    few = {"leads": 1, "contacted_in_window": 1, "small": True}
    assert chart.scale([*cells, few]) == end


@pytest.mark.proves("T6")
@pytest.mark.parametrize("unreadable", [5, 39])
def test_many_unreadable_times_are_refused_with_column_value_and_remedy(unreadable: int, tmp_path: Path) -> None:
    code, _, errors = run(leads(tmp_path, unreadable=unreadable))
    assert (code, errors.count("\n")) == (2, 1)
    for part in ("'created_at'", f"{unreadable} of 40 rows", "'soon'", f"row {42 - unreadable}", "date_format"):
        assert part in errors


def test_many_unreadable_contacts_are_refused_too(tmp_path: Path) -> None:
    rows = [(f"L{n}", MONDAY, "called her" if n % 3 == 0 else MONDAY, "Ada", "Ads", "Open") for n in range(30)]
    code, _, errors = run(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    assert (code, "'first_contact_at': 10 of 30 rows" in errors) == (2, True)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_and_hours_on_the_page_use_its_named_zone(zone: str, tmp_path: Path) -> None:
    came = [datetime(2026, 1, day, 23, 40, tzinfo=UTC) for day in (7, 8, 20)]
    rows = [(n, at.isoformat(), (at + timedelta(minutes=3)).isoformat()) for n, at in enumerate(came)]
    file = write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at"), rows)
    page, _ = rendered(file, "--timezone", zone)
    local = [at.astimezone(ZoneInfo(zone)) for at in came]
    assert f"{zone} time" in page
    assert f"{local[0].day} to {local[-1].day} January 2026" in page
    cells = {(cell["weekday"], cell["hour"]) for cell in report(file, "--timezone", zone)["heat"] if cell["leads"]}
    assert cells == {(f"{at:%a}".lower(), at.hour) for at in local}

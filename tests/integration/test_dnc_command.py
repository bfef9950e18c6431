"""`leadtight dnc` over moto: lists are imported, aged, asked and dropped."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight import wiring
from leadtight.adapters import identity
from leadtight.cli import app
from leadtight.domain.person import person_key
from tests.integration.conftest import Stage
from tests.integration.deployed_stack import deploy


@pytest.fixture(autouse=True)
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(monkeypatch, {"TableName": "leadtight"})


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["dnc", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def as_of(days: int = 0) -> str:
    return f"{identity.clock() - timedelta(days=days):%Y-%m-%d}"


def test_a_list_of_a_number_a_line_is_imported_and_asked(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\ufeff201,5550123\n(201) 555-0124\n+49 30 901820\n", encoding="utf-8")
    code, told, _ = run("import", str(file), "--list", "national", "--as-of", as_of(), "--country", "US")
    assert (code, told.splitlines()[-1]) == (0, f"national: 3 numbers as of {as_of()}. 0 rows were no numbers.")
    assert run("check", "+12015550123") == (
        1,
        f"Not to be called: on the do-not-call list “national” (as of {as_of()}).\n",
        "",
    )
    assert run("check", "+12015550125")[:2] == (0, "On no list.\n")
    assert wiring.call_lists().standing(person_key("+4930901820")).on == {"national"}


def test_no_number_stands_in_the_table(tmp_path: Path, stage: Stage) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+4930901820\n")
    run("import", str(file), "--list", "national", "--as-of", as_of())
    assert stage.items("LIST#")
    assert "901820" not in json.dumps(stage.items("LIST#"))


def test_a_column_is_read_and_what_is_no_number_is_named_by_row(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name,Phone\nx,+4930901820\ny,no number\n")
    code, told, problems = run("import", str(file), "--list", "robinson", "--as-of", as_of(), "--column", "Phone")
    assert (code, "1 numbers" in told, "row 3: no telephone number" in problems) == (1, True, True)
    code, _, problems = run("import", str(file), "--list", "robinson", "--as-of", as_of(), "--column", "Tel")
    assert (code, "no column is called 'Tel'" in problems) == (2, True)


def test_the_age_is_shown_and_a_stale_list_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+4930901820\n")
    assert run("list") == (0, "No list was imported.\n", "")
    run("import", str(file), "--list", "national", "--as-of", as_of(32))
    code, told, _ = run("list", "--json")
    [one] = json.loads(told)["lists"]
    assert (code, one["age_days"], one["stale"], one["numbers"]) == (1, 32, True, 1)
    assert "too old: nobody is texted" in run("list")[1]
    assert run("check", "+4930901821")[0] == 1
    assert run("drop", "national")[0] == 0
    assert run("drop", "national")[0] == 1
    assert run("check", "+4930901821")[0] == 0


def test_our_own_list_grows_and_is_never_stale_nor_dropped(tmp_path: Path) -> None:
    assert run("add", "+4930901820")[1] == "ours: 1 numbers.\n"
    assert run("add", "+4930901821")[1] == "ours: 2 numbers.\n"
    assert run("add", "+4930901821")[1] == "ours: 2 numbers.\n"
    assert run("check", "+4930901820")[0] == 1
    assert run("drop", "ours")[0] == 2
    assert run("add", "nonsense")[0] == 2


def test_an_earlier_list_an_empty_file_and_a_day_to_come_are_refused(tmp_path: Path) -> None:
    file, empty = tmp_path / "list.txt", tmp_path / "empty.txt"
    file.write_text("+4930901820\n")
    empty.write_text("number\n")
    assert run("import", str(file), "--list", "national", "--as-of", as_of(1))[0] == 0
    assert "later day" in run("import", str(file), "--list", "national", "--as-of", as_of(2))[2]
    assert run("import", str(empty), "--list", "national", "--as-of", as_of())[0] == 1
    assert run("import", str(file), "--list", "national", "--as-of", as_of(-2))[0] == 2
    assert run("import", str(file), "--list", "ours", "--as-of", as_of())[0] == 2
    assert run("import", str(tmp_path / "none"), "--list", "national", "--as-of", as_of())[0] == 2

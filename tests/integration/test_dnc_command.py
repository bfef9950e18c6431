"""`leadtight dnc` over moto: import, age, check and drop lists."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight import bootstrap
from leadtight.adapters import clock_and_ids
from leadtight.cli import app
from leadtight.domain.model.identity import person_key
from tests.integration.conftest import Stage
from tests.integration.deployed_stack import deploy


@pytest.fixture(autouse=True)
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(monkeypatch, {"TableName": "leadtight"})


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["dnc", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def as_of(days: int = 0) -> str:
    return f"{clock_and_ids.clock() - timedelta(days=days):%Y-%m-%d}"


def test_a_list_of_one_number_per_line_is_imported_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\ufeff201,5550123\n(201) 555-0124\n+49 30 901820\n", encoding="utf-8")
    code, output, _ = run("import", str(file), "--list", "national", "--as-of", as_of(), "--country", "US")
    assert (code, output.splitlines()[-1]) == (0, f"national: 3 numbers as of {as_of()}. 0 rows were not numbers.")
    assert run("check", "+12015550123") == (
        1,
        f"Do not call: on the do-not-call list “national” (as of {as_of()}).\n",
        "",
    )
    assert run("check", "+12015550125")[:2] == (0, "Not on any list.\n")
    assert bootstrap.ports().call_lists.standing(person_key("+4930901820")).on == {"national"}


def test_no_number_is_in_the_table(tmp_path: Path, stage: Stage) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+4930901820\n")
    run("import", str(file), "--list", "national", "--as-of", as_of())
    assert stage.items("LIST#")
    assert "901820" not in json.dumps(stage.items("LIST#"))


@pytest.mark.slow
def test_a_column_is_read_and_invalid_numbers_are_named_by_row(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name,Phone\nx,+4930901820\ny,no number\n")
    code, output, problems = run("import", str(file), "--list", "robinson", "--as-of", as_of(), "--column", "Phone")
    assert (code, "1 numbers" in output, "row 3: not a telephone number" in problems) == (1, True, True)
    code, _, problems = run("import", str(file), "--list", "robinson", "--as-of", as_of(), "--column", "Tel")
    assert (code, "there is no column named 'Tel'" in problems) == (2, True)


@pytest.mark.proves("H2")
def test_the_age_is_shown_and_a_stale_list_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+4930901820\n")
    assert run("list") == (0, "No list has been imported.\n", "")
    run("import", str(file), "--list", "national", "--as-of", as_of(32))
    code, output, _ = run("list", "--json")
    [dnc_list] = json.loads(output)["lists"]
    assert (code, dnc_list["age_days"], dnc_list["stale"], dnc_list["numbers"]) == (1, 32, True, 1)
    assert "too old: no texts are sent" in run("list")[1]
    assert run("check", "+4930901821")[0] == 1
    assert run("drop", "national")[0] == 0
    assert run("drop", "national")[0] == 1
    assert run("check", "+4930901821")[0] == 0


def test_our_own_list_grows_and_is_never_stale_or_dropped(tmp_path: Path) -> None:
    assert run("add", "+4930901820")[1] == "ours: 1 numbers.\n"
    assert run("add", "+4930901821")[1] == "ours: 2 numbers.\n"
    assert run("add", "+4930901821")[1] == "ours: 2 numbers.\n"
    assert run("check", "+4930901820")[0] == 1
    assert run("drop", "ours")[0] == 2
    assert run("add", "nonsense")[0] == 2


def test_an_earlier_list_an_empty_file_and_a_future_day_are_refused(tmp_path: Path) -> None:
    file, empty = tmp_path / "list.txt", tmp_path / "empty.txt"
    file.write_text("+4930901820\n")
    empty.write_text("number\n")
    assert run("import", str(file), "--list", "national", "--as-of", as_of(1))[0] == 0
    assert "later day" in run("import", str(file), "--list", "national", "--as-of", as_of(2))[2]
    assert run("import", str(empty), "--list", "national", "--as-of", as_of())[0] == 1
    assert run("import", str(file), "--list", "national", "--as-of", as_of(-2))[0] == 2
    assert run("import", str(file), "--list", "ours", "--as-of", as_of())[0] == 2
    assert run("import", str(tmp_path / "none"), "--list", "national", "--as-of", as_of())[0] == 2


@pytest.mark.proves("H2")
@pytest.mark.slow
def test_a_column_of_floats_is_repaired_or_refused_and_listed_numbers_are_found(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Phone\n4930901820.0\n30901821.0\n4.930901822E9\n4.93E+09\n'+4930901823\n")
    words = ("import", str(file), "--list", "national", "--as-of", as_of(), "--column", "Phone", "--country", "DE")
    code, output, problems = run(*words)
    assert (code, output.splitlines()[-1]) == (1, f"national: 4 numbers as of {as_of()}. 1 rows were not numbers.")
    assert "row 5: not a telephone number of DE" in problems
    for number in range(4930901820, 4930901824):
        assert run("check", f"+{number}")[0] == 1
    assert run("check", "+49309018200")[0] == 0


@pytest.mark.proves("H2")
@pytest.mark.slow
@pytest.mark.parametrize("row", ["201,5550123", "2015550123,0", "2015550123.00", "+1 201 555 0123 x7", "12015550123"])
def test_a_line_with_a_comma_is_one_number_without_its_extension(tmp_path: Path, row: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f"{row}\n")
    run("import", str(file), "--list", "national", "--as-of", as_of(), "--country", "United States")
    assert run("check", "(201) 555-0123", "--country", "USA")[0] == 1
    assert run("check", "+1 201-555-0123 x9")[0] == 1


@pytest.mark.proves("H2")
def test_whatsapp_spellings_of_a_listed_number_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("+55 31 99968-8319\n+54 11 2345-6789\n+52 1 55 1234 5678\n")
    run("import", str(file), "--list", "national", "--as-of", as_of())
    for number in ("+553199688319", "+5491123456789", "+525512345678"):
        assert run("check", number)[0] == 1


def test_an_invalid_country_is_reported(tmp_path: Path) -> None:
    code, _, output = run("check", "555 0123", "--country", "Georgia")
    assert (code, "'Georgia' is not a country, or is ambiguous" in output) == (2, True)

"""Opted-out people are not imported as leads to contact."""

from typing import Any

import pytest

from leadtight.cli.import_.mapping import ImportMapping
from leadtight.cli.import_.rows import Reader, RejectedError
from leadtight.cli.import_.table import Record
from leadtight.tabular.vocabulary.opt_outs import is_opt_out, says_yes


@pytest.mark.parametrize(
    "column",
    [
        *(
            "Email Opt Out",
            "HasOptedOutOfEmail",
            "Do Not Call",
            "DoNotCall",
            "UNSUB_TIME",
            "OPTOUT_TIME",
            "Unsubscribed",
        ),
        *("Unsubscribed from all email", "Contact: Do Not Contact", "Désinscrit", "Ne pas appeler", "Abgemeldet"),
        *("Nicht anrufen", "No llamar", "Não ligar", "Non chiamare", "Niet bellen", "Ring inte", "配信停止"),
    ],
)
def test_opt_out_columns_are_recognised(column: str) -> None:
    assert is_opt_out(column)


@pytest.mark.parametrize(
    "column",
    ["Opt In Time", "Email", "Call", "Notes", "Do Not Delete", "Email Status", "Subscribed", "Contact", "Calls"],
)
def test_other_columns_are_not_opt_outs(column: str) -> None:
    assert not is_opt_out(column)


@pytest.mark.parametrize("cell", ["true", "TRUE", "1", "Yes", "Ja", "x", "✓", "2026-01-05 10:00", "moved away"])
def test_a_tick_a_date_or_a_reason_means_yes(cell: str) -> None:
    assert says_yes(cell)


@pytest.mark.parametrize("cell", ["", "  ", "false", "0", "No", "Nein", "Non", "N", "нет", "Subscribed"])
def test_a_no_and_a_blank_mean_no(cell: str) -> None:
    assert not says_yes(cell)


def read(*, historical: bool = False, **cells: str) -> dict[str, Any]:
    mapping = ImportMapping({"Name": "name", "Email": "email", "Stage": "stage"})
    others = {name.replace("_", " "): text for name, text in cells.items()}
    return Reader(mapping, historical).read(Record(2, {"Name": "Ada Obi", "Email": "ada@example.com", **others}))


@pytest.mark.proves("A9")
def test_an_opted_out_live_lead_is_refused_by_column_and_value() -> None:
    with pytest.raises(RejectedError, match="'Email Opt Out': 'true': this person opted out"):
        read(Email_Opt_Out="true")


def test_an_opted_out_record_is_kept_with_the_cell() -> None:
    row = read(Email_Opt_Out="true", historical=True)
    assert row["body"]["fields"]["Email Opt Out"] == "true"
    assert "past" in row
    assert "past" in read(Email_Opt_Out="true", Stage="Closed Lost")


def test_a_lead_without_an_opt_out_is_live() -> None:
    assert "past" not in read(Email_Opt_Out="false", Do_Not_Call="0")

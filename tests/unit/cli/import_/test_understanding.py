"""Imports of lists that people have.

Address books, form plugins, exports of CRM systems.
"""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from leadtight.cli import app
from leadtight.cli.import_.command import _decided_mapping, _mapping, _outcomes
from leadtight.cli.import_.mapping import MappingError
from leadtight.cli.import_.rows import Reader
from leadtight.cli.import_.table import ExportFile


def outcomes(folder: Path, text: str, mapping: str = "") -> list[dict[str, Any] | str]:
    """Return what is sent for each row, or its rejection."""
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    path = None
    if mapping:
        path = folder / "mapping.toml"
        path.write_text(mapping, encoding="utf-8")
    table = ExportFile.open(folder / "leads.csv")
    chosen, _ = _decided_mapping(table, _mapping(table, path))
    return [outcome for _, outcome in _outcomes(table, Reader(chosen, historical=False))]


def body(folder: Path, text: str) -> dict[str, Any]:
    """Return the first row as it would be sent."""
    first = outcomes(folder, text)[0]
    assert isinstance(first, dict), first
    body_: dict[str, Any] = first["body"]
    return body_


@pytest.mark.proves("A9")
@pytest.mark.parametrize(
    "header",
    [
        "First Name,Last Name,Company,E-mail Address,Business Phone",
        "Given Name,Family Name,Organization 1 - Name,E-mail 1 - Value,Phone 1 - Value",
        "First Name,Last Name,Organization Name,E-mail 1 - Value,Phone 1 - Value",
        "Vorname,Nachname,Firma,E-Mail-Adresse,Telefon geschäftlich",
        "Prénom,Nom,Société,Adresse de messagerie,Téléphone (bureau)",
        "Nombre,Apellidos,Empresa,Correo electrónico,Teléfono móvil",
        "Nome,Cognome,Azienda,Indirizzo posta elettronica,Cellulare",
        "Voornaam,Achternaam,Bedrijf,E-mailadres,Mobiele telefoon",
        "Förnamn,Efternamn,Företag,E-postadress,Mobiltelefon",
        "Name (First),Name (Last),Company / Account,Email,Phone",
        "First Name,Last Name,Organization,Primary Email,Mobile Number",
        "Person - First name,Person - Last name,Organization - Name,Person - Email - Work,Person - Phone - Mobile",
    ],
)
def test_an_address_book_is_read_in_its_language(header: str, tmp_path: Path) -> None:
    sent = body(tmp_path, f"{header}\nAda,Obi,Obi Dental,ada@example.com,+49 30 901820\n")
    names = (sent["first_name"], sent["last_name"], sent["company"], sent["email"], sent["phone"])
    assert names == ("Ada", "Obi", "Obi Dental", "ada@example.com", "+49 30 901820")


def test_the_kind_of_an_address_or_number_is_kept_but_is_not_one(tmp_path: Path) -> None:
    header = "Name,E-mail 1 - Type,E-mail 1 - Value,E-mail Type,E-mail Display Name,Phone 1 - Type,Phone 1 - Value"
    sent = body(tmp_path, f"{header}\nAda Obi,* Work,ada@example.com,SMTP,Ada Obi (ada),Mobile,+49 30 901820\n")
    assert (sent["name"], sent["email"], sent["phone"]) == ("Ada Obi", "ada@example.com", "+49 30 901820")
    assert sent["fields"]["E-mail 1 - Type"] == "* Work"


def test_of_several_addresses_the_first_filled_one_counts_and_all_are_kept(tmp_path: Path) -> None:
    text = "Name,E-mail 1 - Value,E-mail 2 - Value\nAda,ada@example.com ::: obi@example.com,\nBo,,bo@example.com\n"
    ada, bo = outcomes(tmp_path, text)
    assert isinstance(ada, dict)
    assert isinstance(bo, dict)
    assert (ada["body"]["email"], bo["body"]["email"]) == ("ada@example.com", "bo@example.com")
    assert ada["body"]["fields"] == {"E-mail 1 - Value": "ada@example.com ::: obi@example.com"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "at", "expected"),
    [
        ("Entry Date", "2026-01-15 10:30:00", "2026-01-15T10:30:00"),
        ("Timestamp", "1/15/2026 10:30:00 AM", "2026-01-15T10:30:00"),
        ("Zeitstempel", "15.01.2026 10:30:00", "2026-01-15T10:30:00"),
        ("Horodateur", "15/01/2026 10:30:00", "2026-01-15T10:30:00"),
        ("Submit Date (UTC)", "2026-01-15 10:30:00", "2026-01-15T10:30:00+00:00"),
        ("Created At", "15 janv. 2026 à 10:30", "2026-01-15T10:30:00"),
        ("Дата создания", "15 января 2026 г., 10:30", "2026-01-15T10:30:00"),
        ("作成日時", "2026年1月15日 10:30", "2026-01-15T10:30:00"),
    ],
)
def test_a_form_list_gives_the_time_of_each_inquiry(header: str, at: str, expected: str, tmp_path: Path) -> None:
    assert body(tmp_path, f'{header},Name,Email\n"{at}",Ada,ada@example.com\n')["received_at"] == expected


def test_date_and_time_columns_form_one_moment(tmp_path: Path) -> None:
    sent = body(tmp_path, "Name,Email,Date,Time\nAda,ada@example.com,01/15/2026,10:30 AM\n")
    assert sent["received_at"] == "2026-01-15T10:30:00"
    assert sent["fields"] == {"Date": "01/15/2026", "Time": "10:30 AM"}


@pytest.mark.parametrize(
    "text",
    [
        "Name,Email,Created\nA,a@example.com,01/02/2026\nB,b@example.com,13/02/2026\nC,c@example.com,02/13/2026\n",
        "Name,Email,Created\nC,c@example.com,02/13/2026\nA,a@example.com,01/02/2026\nB,b@example.com,13/02/2026\n",
        "Name,Email,Created\nA,a@example.com,01/02/2026\n",
    ],
)
def test_ambiguous_dates_are_asked_about_in_any_order(text: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"column 'Created': row \d: .*which is first"):
        outcomes(tmp_path, text)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("12,50", "1.234,56"), ["12.50", "1234.56"]),
        (("€ 3.500,00", "€ 120,00"), ["3500.00", "120.00"]),
        (("10k", "5"), ["10000", "5"]),
    ],
)
def test_amounts_are_read_in_the_columns_notation(
    amounts: tuple[str, ...], expected: list[str], tmp_path: Path
) -> None:
    rows = "".join(f'A,a@example.com,"{amount}"\n' for amount in amounts)
    sent = outcomes(tmp_path, f"Name,Email,Amount\n{rows}")
    assert [row["body"]["value"] for row in sent if isinstance(row, dict)] == expected


def test_amounts_in_several_currencies_are_refused_by_row(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"column 'Amount': several currencies \(row 2 '€100', row 3 '\$200'\)"):
        outcomes(tmp_path, "Name,Email,Amount\nA,a@example.com,€100\nB,b@example.com,$200\n")


CURRENCIES = "Name,Email,Amount,{}\nA,a@example.com,100,EUR\nB,b@example.com,,GBP\nC,c@example.com,200,USD\n"


@pytest.mark.proves("A9")
@pytest.mark.parametrize("name", ["Currency", "Amount Currency", "Währung", "通貨", "CurrencyIsoCode"])
def test_amounts_with_currencies_beside_them_are_refused_by_row(name: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"'Amount': several currencies \(row 2 '100 EUR', row 4 '200 USD'\)"):
        outcomes(tmp_path, CURRENCIES.format(name))


def test_a_mapping_can_exclude_a_currency_column_or_the_amounts(tmp_path: Path) -> None:
    fields = '[fields]\n"Email" = "email"\n'
    without = outcomes(tmp_path, CURRENCIES.format("Currency"), fields)
    without_currency = outcomes(
        tmp_path, CURRENCIES.format("Currency"), f'{fields}"Amount" = "value"\n[leads]\ncurrency = ""\n'
    )
    assert [row["body"].get("value") for row in (without[0], without_currency[0]) if isinstance(row, dict)] == [
        None,
        "100",
    ]
    with pytest.raises(MappingError, match="several currencies"):
        outcomes(tmp_path, CURRENCIES.format("X"), f'{fields}"Amount" = "value"\n[leads]\ncurrency = "X"\n')


def test_one_currency_beside_all_amounts_is_stored_with_the_lead(tmp_path: Path) -> None:
    lead = body(tmp_path, "Name,Email,Amount,Currency\nA,a@example.com,100,EUR\nB,b@example.com,5,€\n")
    assert (lead["value"], lead["fields"]) == ("100", {"Currency": "EUR"})


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("Closed - Converted", "won"),
        ("Junk Lead", "lost"),
        ("Verloren", "lost"),
        ("Gagné", "won"),
        ("Disqualified", "lost"),
    ],
)
def test_a_closed_stage_is_a_record(stage: str, expected: str, tmp_path: Path) -> None:
    sent = outcomes(tmp_path, f"Name,Email,Lead Status\nA,a@example.com,{stage}\n")[0]
    assert isinstance(sent, dict)
    assert sent["past"]["stage"] == expected


@pytest.mark.proves("A9")
def test_a_closed_row_with_unknown_outcome_is_never_live(tmp_path: Path) -> None:
    text = "Name,Email,Lead Status\nA,a@example.com,Closed - On Hold\n"
    assert "won or lost?" in str(outcomes(tmp_path, text)[0])
    mapping = (
        '[fields]\n"Name" = "name"\n"Email" = "email"\n"Lead Status" = "stage"\n[leads]\nlost = ["Closed - On Hold"]\n'
    )
    sent = outcomes(tmp_path, text, mapping)[0]
    assert isinstance(sent, dict)
    assert sent["past"]["stage"] == "lost"


@pytest.mark.parametrize(
    ("flags", "record"), [("1,1", True), ("TRUE,TRUE", True), ("0,0", False), ("false,false", False)]
)
def test_a_converted_column_is_believed(flags: str, record: bool, tmp_path: Path) -> None:
    sent = outcomes(tmp_path, f"Name,Email,Status,Converted,Is Closed\nA,a@example.com,Open,{flags}\n")[0]
    assert isinstance(sent, dict)
    assert ("past" in sent) is record


def test_ids_are_not_names_and_a_total_is_not_a_lead(tmp_path: Path) -> None:
    sent = body(
        tmp_path, "Id,Contact Name,Email\n1,5805028000099900000,a@example.com\n2,5805028000099900001,b@example.com\n"
    )
    assert "name" not in sent
    assert sent["fields"]["Contact Name"] == "5805028000099900000"
    rows = outcomes(tmp_path, "Name,Email\nAda,ada@example.com\nTotal,1\n")
    assert rows[1] == "is a total, not a lead"


@pytest.mark.parametrize(
    ("column", "cell", "field"), [("Kanal 3", "ada@example.com", "email"), ("Spalte 7", "+49 30 901820", "phone")]
)
def test_missing_contacts_beside_a_column_of_addresses_are_asked_about(
    column: str, cell: str, field: str, tmp_path: Path
) -> None:
    with pytest.raises(MappingError, match=rf"column '{column}' looks like the {field} of the leads"):
        outcomes(tmp_path, f"Name,{column}\nAda,{cell}\nBo,{cell}\n")


def dry_run(file: Path, *more: str) -> tuple[int, str, str]:
    """Run the command without sending anything."""
    result = CliRunner().invoke(
        app, ["import", str(file), "--source", "old_crm", "--dry-run", *more], env={"COLUMNS": "200"}
    )
    return result.exit_code, result.stdout, result.stderr


def test_a_dry_run_lists_unknown_stages_and_unreachable_people(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Name,Status\nAda,Tier 2\nBo,Tier 2\nCy,New\n", encoding="utf-8")
    code, out, _ = dry_run(file)
    assert code == 0
    assert "Stage 'Tier 2' is not known: 2 rows" in out
    assert "3 of 3 live rows have neither an address nor a number" in out
    assert "not known" not in dry_run(file, "--unknown-stages", "new")[1]


@pytest.mark.proves("A9")
def test_unknown_stages_are_reported_before_sending(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Name,Email,Status\nAda,ada@example.com,Tier 2\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["import", str(file), "--source", "old_crm"])
    assert result.exit_code == 2
    assert 'open = ["Tier 2"]' in result.stderr
    assert not file.with_suffix(".results.csv").exists()


def test_the_sheet_with_the_leads_is_chosen_and_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    dictionary = book.active
    assert dictionary is not None
    dictionary.title = "Columns"
    for row in (["Column", "Type", "Remark"], ["Name", "text", "who"], ["Email", "text", "where"]):
        dictionary.append(row)
    hidden = book.create_sheet("Old leads")
    hidden.sheet_state = "hidden"
    leads = book.create_sheet("Leads")
    for sheet in (hidden, leads):
        sheet.append(["Name", "Email", "Created"])
        sheet.append(["Ada", f"{sheet.title[0]}@example.com", "2026-01-05 10:00"])
    book.save(tmp_path / "leads.xlsx")
    code, out, _ = dry_run(tmp_path / "leads.xlsx")
    assert (code, "sheet 'Leads' (ignored: 'Columns')" in out) == (0, True)
    assert "sheet 'Old leads'" in dry_run(tmp_path / "leads.xlsx", "--sheet", "old leads")[1]
    assert "there is no sheet 'Nope'" in dry_run(tmp_path / "leads.xlsx", "--sheet", "Nope")[2]


@pytest.mark.parametrize(
    ("header", "over", "live"),
    [
        ("Stage,Status", ("Proposal,lost", "Proposal,won"), "Proposal,open"),
        ("Etapa del lead", ("Venta perdido", "Logrado con éxito"), "Contacto inicial"),
        ("Status der Anfrage", ("Verloren", "Gewonnen"), "Neu"),
        ("Pipeline,Deal status now", ("Sales,Lost", "Sales,Won"), "Sales,New"),
    ],
)
def test_a_lead_closed_by_any_stage_column_is_a_record(
    header: str, over: tuple[str, str], live: str, tmp_path: Path
) -> None:
    rows = [f"person{n}@example.com,{cells}" for n, cells in enumerate((*over, live))]
    rows_ = outcomes(tmp_path, "\n".join([f"Email,{header}", *rows]))
    assert ["past" in each for each in rows_] == [True, True, False]


def test_a_column_other_than_the_leads_stage_is_unchanged(tmp_path: Path) -> None:
    text = "Email,Stage,State\nann@example.com,New,Texas\nbo@example.com,New,Lost Springs\n"
    assert ["past" in each for each in outcomes(tmp_path, text)] == [False, False]


@pytest.mark.parametrize(
    "written", ["zcrm_65000000000{}", "00Q5e000001Ab{}EAZ", "3f2504e0-4f89-11d3-9a0c-0305e82c{:04}"]
)
def test_alphanumeric_ids_are_not_names(written: str, tmp_path: Path) -> None:
    rows = [f"{written.format(n)},ann{n}@example.com" for n in range(10, 15)]
    assert "name" not in body(tmp_path, "\n".join(["Lead Name,Email", *rows]))


def test_a_row_without_a_stage_but_with_a_loss_reason_is_a_record(tmp_path: Path) -> None:
    text = "Email,Lost Reason\nann@example.com,Too expensive\nbo@example.com,\ncy@example.com,N/A\n"
    assert ["past" in each for each in outcomes(tmp_path, text)] == [True, False, False]

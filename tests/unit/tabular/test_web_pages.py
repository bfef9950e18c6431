"""Web pages named `.xls`: table and columns are right."""

from pathlib import Path

import pytest

from leadtight.tabular.cell_table import CellTable
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import kind_of
from leadtight.tabular.web_page import inspect


def read(folder: Path, content: str | bytes) -> CellTable:
    file = folder / "leads.xls"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert kind_of(file) == "page"
    return inspect(file)


def page(*rows: str) -> str:
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>"


HEADER = "<th>Name</th><th>Email</th><th>Amount</th>"
ADA = "<td>Ada</td><td>ada@example.com</td><td>5</td>"


def test_a_table_is_read_with_its_entities_lines_and_links(tmp_path: Path) -> None:
    ada = "<td>Ad&auml; &#38;\n  Co<br>Ltd</td><td><a href='mailto:x'>ada@example.com</a></td><td>&euro;&nbsp;5</td>"
    table = read(tmp_path, page(HEADER, ada))
    assert (table.header, table.rows) == (
        ("Name", "Email", "Amount"),
        ((2, ["Adä & Co\nLtd", "ada@example.com", "€ 5"]),),
    )


@pytest.mark.parametrize(
    "content",
    [
        f"<table><tr>{HEADER}<tr>{ADA}</table>",
        f"\n  <TABLE border=1><THEAD><TR>{HEADER}</TR></THEAD><TBODY><TR>{ADA}</TR></TBODY></TABLE>",
        "<table><tr><th>Name<th>Email<th>Amount<tr><td>Ada<td>ada@example.com<td>5",
        f"<!DOCTYPE html><style>td {{}}</style><script>document.write('<table><tr><td>')</script>{page(HEADER, ADA)}",
        f"<table><tr><td>Menu</td></tr><tr><td>Leads {page(HEADER, ADA)} below</td></tr></table>",
        page(HEADER, ADA.replace("Ada", "Ada<!-- no --><select><option>a<option>b</select><script>1</script>", 1)),
        f"<table><tr><th>Month<th>Leads<tr><td>May<td>3</table>{page(HEADER, ADA)}",
        page("<td colspan=3>Leads of May</td>", HEADER, ADA),
    ],
)
def test_the_largest_table_of_any_page_is_read(content: str, tmp_path: Path) -> None:
    table = read(tmp_path, content)
    assert (table.header, [cells for _, cells in table.rows]) == (
        ("Name", "Email", "Amount"),
        [["Ada", "ada@example.com", "5"]],
    )


def test_spanning_cells_keep_all_others_under_their_columns(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        page(
            "<th>Owner</th><th colspan=2>Lead</th><th>Amount</th>",
            "<td rowspan=2>Ann</td><td>Ada</td><td>a@example.com</td><td>5</td>",
            "<td>Bo</td><td>b@example.com</td><td>7</td>",
            "<td>Cy</td><td colspan=2>Dee</td><td>9</td>",
        ),
    )
    assert table.header == ("Owner", "Lead", "", "Amount")
    assert [cells for _, cells in table.rows] == [
        ["Ann", "Ada", "a@example.com", "5"],
        ["", "Bo", "b@example.com", "7"],
        ["Cy", "Dee", "", "9"],
    ]


def test_tables_with_the_same_header_are_merged_and_others_reported(tmp_path: Path) -> None:
    other = "<table><tr><th>Month<th>Leads<tr><td>May<td>3</table>"
    table = read(tmp_path, page(HEADER, ADA, ADA) + other + page(HEADER, ADA.replace("Ada", "Bo")))
    assert [cells[0] for _, cells in table.rows] == ["Ada", "Ada", "Bo"]
    assert table.described == "a web page, utf-8, its largest table (other tables left alone: 1)"


def test_the_foot_of_a_table_is_its_last_row_wherever_it_is(tmp_path: Path) -> None:
    table = read(tmp_path, f"<table><thead><tr>{HEADER}<tfoot><tr><td>Total<td><td>5<tbody><tr>{ADA}</tbody></table>")
    assert [cells[0] for _, cells in table.rows] == ["Ada", "Total"]


@pytest.mark.parametrize(
    "content",
    [
        page(HEADER, "<td>Zoë Müller</td><td>z@example.com</td><td>5</td>").encode("utf-16"),
        page(HEADER, "<td>Zoë Müller</td><td>z@example.com</td><td>5</td>").encode("utf-8-sig"),
        b"<meta charset=iso-8859-1>" + page(HEADER, "<td>Zo\xeb M\xfcller").encode("latin-1"),
        b'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        + page(HEADER, "<td>Zo\xeb M\xfcller").encode("latin-1"),
        b'<meta charset="windows-1251">' + page(HEADER, "<td>Zoë Müller").encode(),
    ],
)
def test_a_declared_charset_is_trusted_for_content_other_than_utf_8(content: bytes, tmp_path: Path) -> None:
    assert read(tmp_path, content).rows[0][1][0] == "Zoë Müller"


def test_a_page_in_another_script_is_read_by_its_charset(tmp_path: Path) -> None:
    content = '<meta charset="windows-1251">' + page(HEADER, "<td>Ян</td><td>y@example.com</td><td>5</td>")
    assert read(tmp_path, content.encode("cp1251")).rows[0][1][0] == "Ян"


def test_excel_2003_xml_is_read_with_its_gaps(tmp_path: Path) -> None:
    header = "".join(f"<ss:Cell><ss:Data>{name}</ss:Data></ss:Cell>" for name in ("Name", "Email", "Amount"))
    row = '<ss:Cell><ss:Data><![CDATA[A & B]]></ss:Data></ss:Cell><ss:Cell ss:Index="3"><ss:Data>5</ss:Data></ss:Cell>'
    rows = f'<ss:Row>{header}</ss:Row><ss:Row ss:Index="4">{row}</ss:Row>'
    book = f'<ss:Workbook xmlns:ss="urn:x"><ss:Worksheet><ss:Table>{rows}</ss:Table></ss:Worksheet></ss:Workbook>'
    table = read(tmp_path, f'<?xml version="1.0"?>{book}')
    assert (table.header, table.rows) == (("Name", "Email", "Amount"), ((4, ["A & B", "", "5"]),))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<html><frameset><frame src='sheet001.htm'></frameset></html>", "without a table"),
        (page("<td>only</td>"), "no header"),
        (page(ADA, ADA, ADA), "instead of a header"),
        (page(HEADER, "<td colspan=99999999>x"), "over 16384 columns"),
        (page(HEADER, *["<td rowspan=9999999 colspan=16000>x"] * 2, *["<td>y"] * 1300), "over 20000000 cells|columns"),
        ('<Workbook><Table><Row ss:Index="99999999"><Cell><Data>x</Data></Cell></Row></Table></Workbook>', "cells"),
    ],
)
def test_a_page_without_a_table_or_with_false_claims_is_refused(content: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(NoTableError, match=says):
        read(tmp_path, content)


def test_an_oversized_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadtight.tabular.cell_table.MOST_BYTES", 10)
    with pytest.raises(NoTableError, match="save it as xlsx or as CSV"):
        read(tmp_path, page(HEADER, ADA))


def test_a_tag_cut_off_at_the_end_adds_nothing(tmp_path: Path) -> None:
    whole = page(HEADER, ADA)
    assert read(tmp_path, f"{whole}<a href=<a href=").rows == read(tmp_path, whole).rows


def test_an_endless_tag_of_megabytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoTableError, match="is not closed"):
        read(tmp_path, page(HEADER, ADA).removesuffix("</table></body></html>") + "<td " + "a=" * (3 << 20))

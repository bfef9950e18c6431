"""Address books (vCard 2.1, 3.0, 4.0): one row per card.

Nothing of a card is lost.
"""

from pathlib import Path

import pytest

from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import kind_of
from leadtight.tabular.vcard import inspect


def rows(folder: Path, content: str | bytes) -> list[dict[str, str]]:
    """Return each card's values by column, without blanks."""
    file = folder / "book.vcf"
    file.write_bytes(content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode())
    assert kind_of(file) == "vcard"
    table = inspect(file)
    assert all(len(cells) == len(table.header) for _, cells in table.rows)
    return [{column: cell for column, cell in zip(table.header, cells, strict=True) if cell} for _, cells in table.rows]


def card(*lines: str, version: str = "3.0") -> str:
    return "\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def test_a_phones_card_is_read_with_quoted_text_and_charset(tmp_path: Path) -> None:
    cards = rows(
        tmp_path,
        card(
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB;;;",
            "TEL;CELL;PREF:+49 170 0000000",
            "TEL;WORK;FAX:+49 30 0000001",
            "EMAIL;HOME:zoe@example.com",
            "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:erste Zeile=0D=0Azw=\neite f=FCr; alle",
            "ADR;HOME;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Stra=C3=9Fe 1=\n a;K=C3=B6ln;;50667;Germany",
            version="2.1",
        ),
    )
    assert cards == [
        {
            "First name": "Zoë",
            "Last name": "Müller",
            "Email": "zoe@example.com",
            "Email label": "home",
            "Phone": "+49 170 0000000",
            "Phone label": "cell",
            "Fax": "+49 30 0000001",
            "Fax label": "fax, work",
            "Note": "erste Zeile\nzweite für; alle",
            "Address label": "home",
            "Street": "Straße 1 a",
            "City": "Köln",
            "Postcode": "50667",
            "Country": "Germany",
        }
    ]


def test_a_computers_card_is_read_with_groups_folds_and_escapes(tmp_path: Path) -> None:
    cards = rows(
        tmp_path,
        card(
            *("FN:Ada Example\\, MD", "N:Example;Ada;B.;Dr.;MD", "ORG:Example\\; Sons;Sales"),
            *("item1.EMAIL;type=INTERNET:ada@example.com", "item1.X-ABLabel:_$!<Work>!$_"),
            *("EMAIL;TYPE=INTERNET,HOME,PREF:ada@home.example", "TITLE:Head of\\nSales"),
            *("NOTE:A long n", " ote that is folded", "  twice", "URL;type=pref:https://example.com/a"),
            *("CATEGORIES:Friends,Fair 2026", "X-FAVOURITE:blue", "UID:abc-1", "REV:2026-01-05T10:00:00Z"),
        ),
    )
    assert cards == [
        {
            "Name": "Ada Example, MD",
            "First name": "Ada",
            "Last name": "Example",
            "Middle name": "B.",
            "Name prefix": "Dr.",
            "Name suffix": "MD",
            "Company": "Example; Sons",
            "Department": "Sales",
            "Email": "ada@home.example",
            "Email label": "home",
            "Email 2": "ada@example.com",
            "Email 2 label": "Work",
            "Job title": "Head of\nSales",
            "Note": "A long note that is folded twice",
            "Website": "https://example.com/a",
            "Categories": "Friends,Fair 2026",
            "X-FAVOURITE": "blue",
            "UID": "abc-1",
            "Card revised": "2026-01-05T10:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('TEL;VALUE=uri;PREF=1;TYPE="voice,work":tel:+1-418-555-0100;ext=102', "+1-418-555-0100 ext. 102"),
        ("TEL;VALUE=uri:tel:+33-1-23-45-67-89", "+33-1-23-45-67-89"),
        ("TEL;VALUE=uri:tel:7042;phone-context=example.com", "7042;phone-context=example.com"),
        ("TEL;TYPE=cell:+49 (170) 000-0000", "+49 (170) 000-0000"),
        ("item3.TEL;TYPE=Büro:030 0000000", "030 0000000"),
        ("TEL;TYPE=fax,voice:030 0000001", "030 0000001"),
    ],
)
def test_a_number_is_read_as_people_write_it(line: str, number: str, tmp_path: Path) -> None:
    assert rows(tmp_path, card("FN:Ada", line, version="4.0"))[0]["Phone"] == number


def test_the_preferred_address_comes_first_and_all_are_kept(tmp_path: Path) -> None:
    lines = [f"EMAIL;PREF={4 - n}:a{n}@example.com" for n in range(1, 4)]
    card_row = rows(tmp_path, card("FN:Ada", "EMAIL:a0@example.com", *lines, version="4.0"))[0]
    assert [card_row[column] for column in ("Email", "Email 2", "Email 3", "Email 4")] == [
        *("a3@example.com", "a2@example.com", "a1@example.com", "a0@example.com")
    ]


def test_several_cards_are_rows_even_if_unterminated_or_nested(tmp_path: Path) -> None:
    with_agent = card("FN:Ada", "AGENT:", *card("FN:Agent").splitlines(), "EMAIL:a@example.com")
    unended = card("FN:Bo").replace("END:VCARD\n", "")
    content = f"{with_agent}\n{unended}begin:vcard\nversion:3.0\nfn:Cy\nend:vcard\n"
    cards = rows(tmp_path, content)
    assert sorted((each["Name"], each.get("Email", "")) for each in cards) == [
        *(("Ada", "a@example.com"), ("Agent", ""), ("Bo", ""), ("Cy", ""))
    ]


def test_a_line_without_a_property_continues_the_previous_text(tmp_path: Path) -> None:
    card_row = rows(tmp_path, card("FN:Ada", "NOTE:first line", "second line", "", "EMAIL:a@example.com"))[0]
    assert (card_row["Note"], card_row["Email"]) == ("first line\nsecond line", "a@example.com")


def test_a_picture_is_omitted_with_a_notice(tmp_path: Path) -> None:
    photo = ("PHOTO;ENCODING=b;TYPE=JPEG:" + "A" * 60, *[" " + "B" * 70] * 3)
    card_row = rows(tmp_path, card("FN:Ada", *photo, "EMAIL:a@example.com"))[0]
    assert card_row["Photo"] == "left out: 270 characters of binary data"
    old = card("N:Example;Ada", "PHOTO;JPEG;BASE64:", " AAAA", " BBB=", "", "EMAIL:a@example.com", version="2.1")
    assert rows(tmp_path, old)[0]["Email"] == "a@example.com"


def test_a_backslash_in_an_old_card_is_not_a_line_end(tmp_path: Path) -> None:
    assert rows(tmp_path, card("FN:Ada", r"NOTE:C:\new\; old", version="2.1"))[0]["Note"] == r"C:\new; old"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_an_address_book_in_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    assert rows(tmp_path, card("FN:Zoë Müller").encode(encoding))[0]["Name"] == "Zoë Müller"


def test_a_named_charset_is_trusted(tmp_path: Path) -> None:
    content = card("FN;CHARSET=windows-1251:Ян Пример", version="2.1").encode("cp1251")
    assert rows(tmp_path, content)[0]["Name"] == "Ян Пример"


def test_contact_groups_are_not_cards_and_are_reported(tmp_path: Path) -> None:
    groups = card("FN:Friends", "X-ADDRESSBOOKSERVER-KIND:group") + card("FN:Fair", "KIND:group", version="4.0")
    assert [each["Name"] for each in rows(tmp_path, card("FN:Ada") + groups)] == ["Ada"]
    assert inspect(tmp_path / "book.vcf").described == "an address book (vCard), utf-8 (left alone: 2 lists of people)"
    with pytest.raises(NoTableError, match="an empty address book"):
        rows(tmp_path, groups)

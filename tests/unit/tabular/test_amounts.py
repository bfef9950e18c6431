"""Amounts in cells, in the notations of many countries.

A column may decide the meaning of its cells.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.tabular.amounts.column import AmbiguousAmountsError, AmountColumn, read_amount


def column(*texts: str) -> AmountColumn:
    values = AmountColumn()
    for row, text in enumerate(texts, 2):
        values.add(text, row)
    return values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("12,50", "12.5"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("€ 3.500,00", "3500"), (".50", "0.5")),
        *(("R$ 1.234,50", "1234.5"), ("US$ 12", "12"), ("CHF 1'234.50", "1234.5"), ("1’234.50", "1234.5")),
        *(
            ("EUR 1 234,56", "1234.56"),
            ("1\u202f234,56 €", "1234.56"),
            ("₹1,23,456.78", "123456.78"),
            ("Rs. 500", "500"),
        ),
        *(("kr 50,-", "50"), ("1 234 kr", "1234"), ("12,00 zł", "12"), ("500 Ft", "500"), ("1,000円", "1000")),
        *(
            ("(1,234.56)", "-1234.56"),
            ("($5.00)", "-5"),
            ("−200", "-200"),
            ("20.50-", "-20.5"),
            ("$-5", "-5"),
            ("-$5", "-5"),
        ),
        *(("10k", "10000"), ("1.5M", "1500000"), ("1 Mio. €", "1000000"), ("1万", "10000"), ("10 тыс. руб.", "10000")),
        *(("5 lakh", "500000"), ("1,5 млн ₽", "1500000"), ("$1.2k", "1200"), ("1億円", "100000000")),
        *(("1.500", "1500"), ("0.125", "0.125"), ("1.234.567", "1234567"), ("٣٬٥٠٠٫٥٠", "3500.5")),
    ],
)
def test_an_amount_is_read_in_its_countrys_notation(text: str, expected: str) -> None:
    assert column(text).decide().read(text) == Decimal(expected)
    assert read_amount(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("1e6", "5.80503E+18", "85%", "12h", "5 kg", "3k5", "12-34", "10-20k", "~500", "1000+", "much", "1,234,56"),
        *(
            "1.234.56",
            "12 34",
            "1,234.567,89",
            "USD 5 EUR",
            "5 €/month",
            "1 billion",
            "10 mil",
            "5 CR",
            "$",
            "(5",
            "-(5)",
        ),
    ],
)
def test_an_ambiguous_or_invalid_amount_is_rejected(text: str) -> None:
    assert read_amount(text) is None


def test_a_column_with_a_decimal_mark_decides_the_meaning_of_three_digits() -> None:
    reading = column("1.500", "2.25", "3.5").decide()
    assert [reading.read(text) for text in ("1.500", "2.25")] == [Decimal("1.5"), Decimal("2.25")]
    assert column("1.500", "2,25").decide().read("1.500") == 1500


def test_a_column_with_both_marks_is_asked_about_where_it_matters() -> None:
    assert column("1.50", "2,25").decide().read("2,25") == Decimal("2.25")
    with pytest.raises(AmbiguousAmountsError, match="both decimal marks") as caught:
        column("1.50", "2,25", "1.500").decide()
    assert (caught.value.row, caught.value.value) == (4, "1.500")
    assert column("1.50", "2,25", "1.500").decide(".").read("1.500") == Decimal("1.5")


def test_three_decimals_of_a_currency_that_has_them_are_asked_about() -> None:
    with pytest.raises(AmbiguousAmountsError, match="three decimals"):
        column("KWD 12.500").decide()


@pytest.mark.parametrize("texts", [("€100", "$200"), ("100 EUR", "US$ 5"), ("100", "5 €", "5 CHF"), ("kr 5", "£5")])
def test_a_column_of_several_currencies_has_no_amounts(texts: tuple[str, ...]) -> None:
    reading = column(*texts).decide()
    assert len(reading.mixed) == 2
    assert [reading.read(text) for text in texts] == [None] * len(texts)


@pytest.mark.parametrize("texts", [("€100", "200 EUR", "5"), ("$1", "US$ 2", "3 USD"), ("kr 5", "SEK 5")])
def test_one_currency_may_be_written_in_several_ways(texts: tuple[str, ...]) -> None:
    assert not column(*texts).decide().mixed


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["€ {}", "{} EUR", "{}", "R$ {}", "{} kr"]), st.booleans())
def test_grouping_and_signs_do_not_change_amounts(amount: Decimal, pattern: str, is_negative: bool) -> None:
    plain = f"{amount:,.2f}"
    for text in (plain, plain.replace(",", "'"), plain.replace(",", "x").replace(".", ",").replace("x", ".")):
        sign = "\u2212" if is_negative else ""
        assert read_amount(pattern.format(sign + text)) == (-amount if is_negative else amount)

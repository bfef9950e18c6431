"""Which column holds the currency of the amounts beside it."""

import pytest

from leadtight.tabular.amounts.column import AmountColumn
from leadtight.tabular.amounts.currency_column import currency_column


@pytest.mark.parametrize(
    "name",
    [
        *("Currency", "Amount Currency", "CurrencyIsoCode", "Currency Code", "Deal - Currency of Value", "ccy"),
        *("Lead: Currency", "Transaction currency", "Currency (Deal)", "currency_id", "Deal Currency Code"),
        *("Währung", "Auftragswährung", "Devise", "Devise du montant", "Code devise", "Moneda", "Moneda del importe"),
        *("Valuta", "Moeda", "Waluta", "Měna", "Валюта", "Para birimi", "通貨", "通貨コード", "货币", "통화"),
    ],
)
def test_a_currency_column_is_recognised_by_name(name: str) -> None:
    assert currency_column(["Name", "Amount", name], "Amount") == name


@pytest.mark.parametrize(
    "name",
    [
        *("Amount in company currency", "Currency amount", "Betrag in Unternehmenswährung", "Exchange rate"),
        *("Montant dans la devise de l'entreprise", "Importe en la moneda de la empresa", "Current stage", "Country"),
    ],
)
def test_an_amount_with_a_currency_is_not_a_currency_column(name: str) -> None:
    assert currency_column(["Name", "Amount", name], "Amount") is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Amount (converted) Currency", "Amount (converted)", "Amount Currency", "Amount"], "Amount Currency"),
        (["Account Currency", "Name", "Currency", "Amount"], "Currency"),
        (["Account Currency", "Name", "Amount", "Owner", "Currency"], "Currency"),
        (["Account Currency", "Name", "Deal value currency", "Amount"], "Deal value currency"),
    ],
)
def test_of_several_the_one_named_after_or_beside_the_amount_counts(columns: list[str], expected: str) -> None:
    assert currency_column(columns, "Amount") == expected


@pytest.mark.parametrize(
    ("pairs", "mixed"),
    [
        ([("100", "EUR"), ("200", "EUR"), ("300", "")], ()),
        ([("100", "EUR"), ("200", "€"), ("300", "euro")], ()),
        ([("$100", "USD"), ("$200", "USD")], ()),
        ([("100", "EUR"), ("200", "USD"), ("50", "EUR")], ((1, "100 EUR"), (2, "200 USD"))),
        ([("100", "Mark of Utopia"), ("200", "Utopian crown")], ((1, "100 Mark of Utopia"), (2, "200 Utopian crown"))),
        ([("100", "USD"), ("€200", "")], ((1, "100 USD"), (2, "€200"))),
        ([("€100", "USD")], ((1, "€100"), (1, "€100 USD"))),
    ],
)
def test_currencies_beside_amounts_count_like_those_in_cells(
    pairs: list[tuple[str, str]], mixed: tuple[tuple[int, str], ...]
) -> None:
    column = AmountColumn()
    for row, (amount, currency) in enumerate(pairs, 1):
        column.add(amount, row, currency=currency)
    assert column.decide().mixed == mixed

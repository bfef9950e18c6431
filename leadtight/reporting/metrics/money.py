"""The cost of the gap (K1-K6).

Every amount is exact to the cent; what cannot be divided is unknown, never 0. Worked examples, which are the fixtures
of the tests: 40,000 at 25 % not followed up is 10,000 a month and 120,000 a year; 1,000 leads at 40 with 750 worked
cost 53.33 each; 250 leads at 40 sink 10,000; 100 leads at 8 % and 15,000 are 120,000.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MONTHS_A_YEAR = 12


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to the cent, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def per(amount: Decimal | None, count: int | None) -> Decimal | None:
    """Return the cost of one of `count`.

    None without a count, and without spend: a free source is not a bargain.
    """
    return cents(amount / count) if amount and count else None


def monthly_waste(monthly_spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return a month's spend on uncontacted leads (K1)."""
    return cents(monthly_spend * never_contacted / leads) if leads else None


def annual_waste(monthly_spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return the waste of a year (K1), rounded once."""
    return cents(MONTHS_A_YEAR * monthly_spend * never_contacted / leads) if leads else None


def effective_cost(spend: Decimal, contacted: int) -> Decimal | None:
    """Return the cost per contacted lead (K2).

    It includes the cost of uncontacted leads.
    """
    return per(spend, contacted)


def sunk_cost(spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return the amount paid for uncontacted leads (K3)."""
    return cents(spend * never_contacted / leads) if leads else None


def unrealised_revenue(never_contacted: int, conversion_rate: Decimal, deal_value: Decimal) -> Decimal:
    """Return the value of uncontacted leads (K4).

    At a stated rate and value; not a claim that they would buy.
    """
    return cents(never_contacted * conversion_rate * deal_value)


def margin_per_won(deal_value: Decimal, spend: Decimal, won: int) -> Decimal | None:
    """Return a won deal's value less its demand spend (K6)."""
    return cents(deal_value - spend / won) if won else None


def margin_without_leak(
    deal_value: Decimal, spend: Decimal, won: int, never_contacted: int, conversion_rate: Decimal
) -> Decimal | None:
    """Return the margin per won deal without the leak (K6).

    As if the uncontacted leads had been won at the stated rate.
    """
    would_be_won = won + never_contacted * conversion_rate
    return cents(deal_value - spend / would_be_won) if would_be_won else None


def months(days: int) -> int:
    """Return the nearest whole months, at least one.

    28 to 31 days are one, 90 are three.
    """
    return max(1, int((Decimal(days) / Decimal("30.4375")).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

"""What the gap costs (K1-K6). Every amount is exact to the cent; what cannot be divided is unknown, never 0.

Worked examples, which are the fixtures of the tests: 40,000 at 25 % not followed up is 10,000 a month and 120,000 a
year; 1,000 leads at 40 with 750 worked cost 53.33 each; 250 leads at 40 sink 10,000; 100 leads at 8 % and 15,000 are
120,000.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MONTHS_A_YEAR = 12


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to the cent, half a cent up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def per(amount: Decimal | None, count: int | None) -> Decimal | None:
    """Return what one of `count` costs; None of nothing, and None of nothing spent: a free source is no bargain."""
    return cents(amount / count) if amount and count else None


def monthly_waste(monthly_spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return the part of a month's demand spend that bought leads nobody contacted (K1)."""
    return cents(monthly_spend * never_contacted / leads) if leads else None


def annual_waste(monthly_spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return the same of a year (K1), rounded once."""
    return cents(MONTHS_A_YEAR * monthly_spend * never_contacted / leads) if leads else None


def effective_cost(spend: Decimal, contacted: int) -> Decimal | None:
    """Return what a contacted lead has cost, when those nobody contacted are paid for, too (K2)."""
    return per(spend, contacted)


def sunk_cost(spend: Decimal, never_contacted: int, leads: int) -> Decimal | None:
    """Return what was paid for the leads that nobody contacted (K3)."""
    return cents(spend * never_contacted / leads) if leads else None


def unrealised_revenue(never_contacted: int, conversion_rate: Decimal, deal_value: Decimal) -> Decimal:
    """Return what these leads were worth at a rate and a value somebody states (K4); no claim that they would buy."""
    return cents(never_contacted * conversion_rate * deal_value)


def margin_per_won(deal_value: Decimal, spend: Decimal, won: int) -> Decimal | None:
    """Return what a won deal leaves after what winning it cost in demand spend (K6)."""
    return cents(deal_value - spend / won) if won else None


def margin_without_leak(
    deal_value: Decimal, spend: Decimal, won: int, never_contacted: int, conversion_rate: Decimal
) -> Decimal | None:
    """Return the same if the leads nobody contacted had been won at the stated rate (K6)."""
    would_be_won = won + never_contacted * conversion_rate
    return cents(deal_value - spend / would_be_won) if would_be_won else None


def months(days: int) -> int:
    """Return the whole months nearest to a number of days, at least one: 28 to 31 days are one, 90 are three."""
    return max(1, int((Decimal(days) / Decimal("30.4375")).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

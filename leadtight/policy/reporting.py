"""Read from the policy what reports need: every problem is named by its path."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.reporting import Capacity, Money, Reports
from leadtight.domain.text.suggestions import unknown
from leadtight.policy import toml_table


def money(table: toml_table.Table) -> Money:
    """Return what leads cost and may be worth."""
    with table.closed():
        return Money(
            cost_per_lead=table.get("cost_per_lead", amount, None),
            monthly_spend=table.get("monthly_spend", amounts, {}),
            deal_value=table.get("deal_value", amount, None),
            conversion_rate=table.get("conversion_rate", share, None),
        )


def reports(table: toml_table.Table) -> Reports:
    """Return whose hours reports go by and who reads them."""
    with table.closed():
        return Reports(
            calendar=table.get("calendar", toml_table.text, None), readers=table.get("readers", toml_table.texts, ())
        )


def capacity(table: toml_table.Table) -> Capacity:
    """Return what it takes to answer."""
    with table.closed():
        return Capacity(
            handling=table.get("handling", toml_table.span, None),
            window=table.get("window", toml_table.span, None),
            target=table.get("target", part, Decimal("0.9")),
        )


def unsound(policy: Policy) -> Iterator[Problem]:
    """Yield what reports cannot go by: names that the policy does not have, and two prices of one lead."""
    if policy.money.cost_per_lead is not None and policy.money.monthly_spend:
        yield Problem("money.cost_per_lead", "give this or `monthly_spend`: together they would count a lead twice")
    told = policy.reports
    if told.calendar is not None and told.calendar not in policy.calendars:
        yield Problem("reports.calendar", unknown("calendar", told.calendar, policy.calendars))
    for person in told.readers:
        if person not in policy.people:
            yield Problem("reports.readers", unknown("person", person, policy.people))


def amount(value: Any) -> Decimal:
    """Read an amount that is not negative."""
    read = toml_table.decimal(value)
    if read < 0:
        raise ValueError(f"must not be negative: {value!r}")
    return read


def amounts(value: Any) -> Mapping[str, Decimal]:
    """Read a table of amounts."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of amounts")  # noqa: TRY004 - reported as a problem, with its path
    return {name: amount(one) for name, one in value.items()}


def share(value: Any) -> Decimal:
    """Read a share from 0 to 1."""
    read = toml_table.decimal(value)
    if not 0 <= read <= 1:
        raise ValueError(f"must be between 0 and 1: {value!r}")
    return read


def part(value: Any) -> Decimal:
    """Read a share that is more than nothing and less than all."""
    read = toml_table.decimal(value)
    if not 0 < read < 1:
        raise ValueError(f"must be more than 0 and less than 1: {value!r}")
    return read

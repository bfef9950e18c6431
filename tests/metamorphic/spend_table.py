"""Marketing costs, as advertising systems and people list them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.metamorphic import amounts
from tests.metamorphic.dates import STYLES
from tests.metamorphic.lead_table import money_text
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column, Table, Value
from tests.metamorphic.truth import Spend

MONTHS = ("%Y-%m", "%Y-%m-01", "%m/%Y", "%b %Y")


def make_spend_table(rng: Random, plan: Plan, spend: tuple[Spend, ...]) -> Table:
    """Write the spend, sometimes by campaign or with totals."""
    taken: set[str] = set()
    campaigns = rng.random() < 0.4
    style = rng.choice(plan.locale["amounts"])
    rows = [part for item in spend for part in (halves(item) if campaigns else [item])]
    columns = [Column(name(rng, plan, "channel", taken), [r.source for r in rows])]
    if rows[0].day:
        columns.insert(rng.randint(0, 1), day_column(rng, plan, rows, taken))
    if campaigns:
        columns.append(Column(name(rng, plan, "campaign", taken), [f"Campaign {n % 2 + 1}" for n in range(len(rows))]))
    for concept in rng.sample(("clicks", "impressions"), rng.randint(0, 2)):
        numbers = [rng.randrange(10, 90_000) for _ in rows]
        columns.append(Column(name(rng, plan, concept, taken), [str(n) for n in numbers], list(numbers)))
    columns.append(cost_column(rng, plan, rows, style, taken))
    table = Table(columns, "Spend")
    if rng.random() < 0.05:
        mix_currencies(plan, table, rows, style)
    elif rng.random() < 0.4:
        add_totals(rng, plan, table, sum((r.amount for r in rows), Decimal()), style)
    if rng.random() < 0.2:
        table.title = [["Campaign report"], [f"{rows[0].day or 'All time'}"]]
    return table


def name(rng: Random, plan: Plan, concept: str, taken: set[str]) -> str:
    """Return an unused name for a column of spend.

    It is in the language of the leads.
    """
    names = [n for n in plan.locale["columns"][concept] if n not in taken]
    taken.add(chosen := str(rng.choice(names)))
    return chosen


def halves(item: Spend) -> list[Spend]:
    """Share an amount between two campaigns."""
    first = (item.amount / 3).quantize(Decimal(1) if item.amount == int(item.amount) else Decimal("0.01"))
    return [Spend(item.source, part, item.day) for part in (first, item.amount - first)]


def day_column(rng: Random, plan: Plan, rows: list[Spend], taken: set[str]) -> Column:
    """Write days or months."""
    if plan.with_spend == "months":
        pattern = rng.choice(MONTHS)
        return Column(name(rng, plan, "month", taken), [r.day.strftime(pattern) for r in rows if r.day])
    dotted = plan.created_style.name.startswith("dmy_dot")
    other = "mdy_slash_day" if plan.words.language == "en" else "iso_day"
    style = STYLES["dmy_dot_day" if dotted else rng.choice(("iso_day", "iso_day", other))]
    values: list[Value] = [r.day for r in rows]
    texts = [style.text(r.day, plan.locale) for r in rows if r.day]  # type: ignore[arg-type] # strftime of a day
    return Column(name(rng, plan, "day", taken), texts, values, number_format="yyyy-mm-dd")


def cost_column(rng: Random, plan: Plan, rows: list[Spend], style: str, taken: set[str]) -> Column:
    currency = rng.choice(plan.locale["currencies"]) if rng.random() < 0.35 else ""
    texts = [money_text(rng, plan, r.amount, style, currency) for r in rows]
    return Column(name(rng, plan, "cost", taken), texts, [] if currency else [r.amount for r in rows], "cost")


def mix_currencies(plan: Plan, table: Table, rows: list[Spend], style: str) -> None:
    """Write half in dollars and half in euros.

    No sum of them is true.
    """
    codes = ["USD"] * (len(rows) // 2) + ["EUR"] * len(rows)
    cost = table.columns[-1]
    texts = [f"{amounts.write(r.amount, style, plan.cents)} {code}" for r, code in zip(rows, codes, strict=False)]
    table.columns[-1] = Column(cost.header, texts, concept="cost")
    table.mixed_currencies = True


def add_totals(rng: Random, plan: Plan, table: Table, total: Decimal, style: str) -> None:
    """Add a row of totals below the others.

    Its label is that of people or of an advertising system.
    """
    word = rng.choice([*plan.locale["values"]["total"], "Total: Account"])
    for column in table.columns:
        first = column is table.columns[0]
        text = money_text(rng, plan, total, style, "") if column.concept == "cost" else word if first else ""
        column.texts.append(text)
        if column.values:
            column.values.append(total if column.concept == "cost" else word if first else None)

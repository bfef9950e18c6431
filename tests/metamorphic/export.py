"""Make one seed's truth, and write it as an export.

Files and options as a user would send them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.metamorphic.activity_table import Row, activity_columns, make_activities
from tests.metamorphic.business import make_truth
from tests.metamorphic.ids import id_form, make_ids
from tests.metamorphic.lead_table import PHONE_FORMS, KeyForms, lead_columns
from tests.metamorphic.mess import disturb
from tests.metamorphic.parquet_file import write_parquet
from tests.metamorphic.plan import Plan, make_plan
from tests.metamorphic.spend_table import make_spend_table
from tests.metamorphic.table import Column, Table
from tests.metamorphic.text_file import write_text
from tests.metamorphic.truth import Lead, Truth
from tests.metamorphic.workbook_file import write_workbook

FORMATS = ("csv",) * 13 + ("xlsx",) * 6 + ("parquet", "xlsx named csv")
DISCLAIMER = "Confidential Information - Do Not Distribute"


@dataclass(frozen=True, slots=True)
class Export:
    """The files that are sent, and their truth."""

    plan: Plan
    truth: Truth
    arguments: tuple[str, ...]
    tables: dict[str, Table]  # by role
    columns: dict[str, list[str]]  # by file, to see whether a question names one
    manner: str


def make_export(seed: int, folder: Path, plan: Plan | None = None) -> Export:
    """Write a seed's files into a folder.

    A plan replaces the seed's own choices.
    """
    rng = Random(seed)
    plan = plan or make_plan(seed, rng)
    truth = make_truth(rng, plan)
    tables = {"leads": make_leads(rng, plan, truth)}
    if plan.layout == "activities":
        tables["activities"] = make_activity_file(rng, plan, truth, tables["leads"])
    if truth.spend:
        tables["spend"] = make_spend_table(rng, plan, truth.spend)
    arguments: list[str] = []
    manners, columns = [], {}
    for role, table in tables.items():
        if plan.messy:
            disturb(rng, plan, table, role)
        path, manner = write_file(rng, plan, role, table, folder)
        arguments += [str(path)] if role == "leads" else [f"--{role}", str(path)]
        columns[path.name] = table.headers
        manners.append(f"{role}: {manner}")
    if plan.needs_zone or rng.random() < 0.2:
        arguments += ["--timezone", plan.zone.key]
    return Export(plan, truth, tuple(arguments), tables, columns, "; ".join(manners))


def make_leads(rng: Random, plan: Plan, truth: Truth) -> Table:
    """Make the table of leads.

    A row for each, or for each thing that happened to it.
    """
    leads = list(truth.leads)
    ids = make_ids(plan.manner["ids"], rng, len(leads))
    if plan.layout == "rows":
        rows = [Row(x, t) for x in leads for t in (x.touches or (None,))]
        number = {x.number: n for n, x in enumerate(leads)}
        repeated = [row.lead for row in rows if row.lead]
        columns = lead_columns(rng, plan, leads, ids, key_forms(rng, plan))
        for column in columns:
            column.texts = [column.texts[number[x.number]] for x in repeated]
            column.values = [column.values[number[x.number]] for x in repeated] if column.values else []
        columns += activity_columns(rng, plan, rows, {c.header for c in columns})
    else:
        columns = lead_columns(rng, plan, leads, ids, key_forms(rng, plan))
    table = Table(columns, str(rng.choice(plan.locale["values"]["leads_sheet"])))
    if plan.messy:
        dress(rng, plan, table, len(leads))
    return table


def key_forms(rng: Random, plan: Plan) -> KeyForms:
    """Choose how a file writes keys."""
    if not plan.messy:
        return KeyForms("plain", "plain", "plain")
    phones = "rounded" if rng.random() < 0.03 else rng.choice(PHONE_FORMS)
    return KeyForms(id_form(plan.manner["ids"], rng), phones, rng.choice(("plain", "plain", "capitals")))


def make_activity_file(rng: Random, plan: Plan, truth: Truth, leads: Table) -> Table:
    """Make the file of activities, in any order.

    Newest first, oldest first or unordered.
    """
    column = next((c for c in leads.columns if c.concept == "lead_id"), None)
    ids = plain_ids(column, list(truth.leads))
    rows = [Row(x, t) for x in truth.leads for t in x.touches] + [Row(None, t) for t in truth.strangers]
    rng.shuffle(rows)
    if rng.random() < 0.6:
        rows.sort(key=lambda r: r.touch.at.timestamp() if r.touch else 0, reverse=rng.random() < 0.5)
    table = Table(make_activities(rng, plan, rows, ids, key_forms(rng, plan)), "Activities")
    if rng.random() < 0.1:
        table.title = [["Activities"], []]
    return table


def plain_ids(column: Column | None, leads: list[Lead]) -> dict[int, str]:
    """Read lead ids back without their file's forms."""
    if column is None:
        return {}
    plain = [t.removesuffix(".0")[:15] if t.startswith("00Q") else t.removesuffix(".0") for t in column.texts]
    return {lead.number: text for lead, text in zip(leads, plain, strict=True)}


def dress(rng: Random, plan: Plan, table: Table, leads: int) -> None:
    """Add a title above and a footer below, as reports."""
    values = plan.locale["values"]
    if plan.manner.get("board") or rng.random() < 0.15:
        lines = [[str(rng.choice(values["report"]))], [f"Kim Doe, {plan.seed}"], []]
        table.title = rng.choice((lines[:1], lines[:2], lines, [lines[0], []]))
    if rng.random() < 0.15 and len(table.columns) > 4:
        total = str(rng.choice(values["total"]))
        record = str(rng.choice(values["record"]))
        table.footer = rng.choice(
            (
                [[f"{total}: {leads} {record}"]],
                [[total]],
                [[], [DISCLAIMER]],
                [[f"{total} ({leads} {record})"], [DISCLAIMER]],
            )
        )


def write_file(rng: Random, plan: Plan, role: str, table: Table, folder: Path) -> tuple[Path, str]:
    """Write one file in some format.

    Some names lie about it.
    """
    kind = rng.choice(plan.manner.get("formats", FORMATS)) if plan.messy else "csv"
    if kind == "csv":
        path = folder / f"{role}.csv"
        return path, write_text(rng, table, path, plan.locale["encodings"])
    if kind == "parquet":
        path = folder / f"{role}.parquet"
        return path, write_parquet(table, path)
    path = folder / (f"{role}.csv" if kind.endswith("csv") else f"{role}.xlsx")
    return path, write_workbook(rng, table, path, plan)

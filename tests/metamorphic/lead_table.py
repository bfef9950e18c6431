"""The table of leads, as a system writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.metamorphic import amounts
from tests.metamorphic.extras import extra_columns
from tests.metamorphic.ids import write_email, write_id, write_phone
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column, Value
from tests.metamorphic.times import split_clock, time_column, wait_column
from tests.metamorphic.truth import Lead

PHONE_FORMS = ("plain", "plain", "groups", "zeros", "brackets")


@dataclass(frozen=True, slots=True)
class KeyForms:
    """How one file writes the keys of people."""

    ids: str
    phones: str
    emails: str


def contact_time(lead: Lead) -> datetime | None:
    """Return the first-contact cell, even if before the creation."""
    return lead.first_contact or min((t.at for t in lead.touches if t.is_contact), default=None)


def lead_columns(rng: Random, plan: Plan, leads: list[Lead], ids: list[str], forms: KeyForms) -> list[Column]:
    """Write a system's lead columns and its misleading extras."""
    columns = [c for concept in plan.manner["leads"] for c in concept_columns(rng, plan, concept, leads, ids, forms)]
    if plan.layout == "column":
        header = name_column(rng, plan, "first_contact")
        contacts = [contact_time(x) for x in leads]
        columns.append(time_column(plan, header, contacts, plan.contact_style, plan.leads_in_utc, "first_contact"))
        if plan.words.language == "en" and rng.random() < 0.1:
            columns[-1:] = by_channel(rng, columns[-1])
    if plan.layout == "duration":
        header = plan.words.column(rng, "response_time")
        columns.append(wait_column(rng, plan, header, [x.wait_seconds for x in leads]))
    columns += extra_columns(rng, plan, leads)
    columns = list({c.header: c for c in reversed(columns)}.values())[::-1]
    return rng.sample(columns, len(columns)) if rng.random() < 0.4 else columns


def by_channel(rng: Random, column: Column) -> list[Column]:
    """Split first contacts into columns of calls and mails."""
    calls = [rng.random() < 0.5 for _ in column.texts]
    parts = []
    for name, wanted in (("First Call", True), ("First Email", False)):
        texts = [t if call is wanted else "" for t, call in zip(column.texts, calls, strict=True)]
        values = [v if call is wanted else None for v, call in zip(column.values, calls, strict=True)]
        suffix = " (UTC)" if column.header.endswith("(UTC)") else ""
        parts.append(Column(name + suffix, texts, values, "first_contact", column.number_format))
    return parts


def name_column(rng: Random, plan: Plan, concept: str) -> str:
    """Name a column, with the system's prefix.

    A status is beside the stage.
    """
    prefix = str(plan.manner.get("prefix", ""))
    if concept == "stage" and "status" in plan.manner["leads"]:
        return prefix + str(plan.locale["columns"]["stage"][0])
    return prefix + plan.words.column(rng, concept)


def concept_columns(
    rng: Random, plan: Plan, concept: str, leads: list[Lead], ids: list[str], forms: KeyForms
) -> list[Column]:
    """Write one column, or separate date and time columns."""
    if concept == "created":
        header = name_column(rng, plan, concept)
        column = time_column(plan, header, [x.created for x in leads], plan.created_style, plan.leads_in_utc, concept)
        words = [plan.words.column(rng, c) for c in ("date", "time")]
        split = split_clock(column, *words) if plan.manner.get("split_time") and rng.random() < 0.5 else None
        return split or [column]
    if concept == "status":
        return [status(rng, plan, leads)]
    if concept == "currency":
        return [Column("Currency", [str(plan.locale["currencies"][-1])] * len(leads))]
    if concept == "value":
        return [value_column(rng, plan, leads)]
    header = name_column(rng, plan, concept)
    texts, values = plain(rng, plan, concept, leads, ids, forms)
    return [Column(header, texts, values, concept)]


def plain(
    rng: Random, plan: Plan, concept: str, leads: list[Lead], ids: list[str], forms: KeyForms
) -> tuple[list[str], list[Value]]:
    """Write cells of words, ids or contact points."""
    if concept == "lead_id":
        texts = [write_id(i, forms.ids) for i in ids]
        return texts, [int(i) for i in ids] if all(i.isdigit() for i in ids) and rng.random() < 0.5 else []
    stage = {kind: plan.words.value(rng, kind) for kind in ("new", "working", "qualified", "won", "lost")}
    if "status" in plan.manner["leads"]:  # the pipeline's stage says nothing of the end
        stage |= {"won": stage["qualified"], "lost": stage["working"]}
    spelling: Callable[[str], str] = str
    if plan.messy and rng.random() < 0.2:
        spelling = lambda s: rng.choice((s, s.lower(), s.upper(), f" {s}"))  # noqa: E731 - one of two
    write: dict[str, Callable[[Lead], str]] = {
        "first_name": lambda x: x.person.given_name,
        "last_name": lambda x: x.person.surname,
        "name": full_name,
        "email": lambda x: write_email(x.person.email, forms.emails),
        "phone": lambda x: write_phone(x.person.phone, forms.phones),
        "company": lambda x: x.person.company,
        "owner": lambda x: x.owner or "",
        "source": lambda x: spelling(x.source) if x.source else "",
        "stage": lambda x: stage[x.stage],
        "notes": lambda x: rng.choice(
            ("", f"Asked for item {x.number}", "two\nlines", 'a "quoted" word; and more, too')
        ),
    }
    return [write[concept](x) for x in leads], []


def full_name(lead: Lead) -> str:
    """Join the names of a person as the script does."""
    given_name, surname = lead.person.given_name, lead.person.surname
    return f"{given_name} {surname}" if given_name.isascii() or ord(given_name[0]) < 0x3000 else surname + given_name


def status(rng: Random, plan: Plan, leads: list[Lead]) -> Column:
    """Write deals' status beside the stage of a pipeline.

    Open, won or lost.
    """
    if plan.words.language == "en":
        words = {s: plan.words.value(rng, f"status_{s}") for s in ("open", "won", "lost")}
    else:
        words = {"open": plan.locale["values"]["new"][1]} | {s: plan.locale["values"][s][0] for s in ("won", "lost")}
    header = str(plan.manner.get("prefix", "")) + plan.locale["columns"]["done"][0]
    return Column(header, [words.get(x.stage, words["open"]) for x in leads], concept="status")


def value_column(rng: Random, plan: Plan, leads: list[Lead]) -> Column:
    """Write deal values, with or without the currency."""
    style = rng.choice(plan.locale["amounts"])
    currency = rng.choice(plan.locale["currencies"]) if rng.random() < 0.3 else ""
    texts = [money_text(rng, plan, x.value, style, currency) for x in leads]
    values: list[Value] = [] if currency else [x.value for x in leads]
    return Column(name_column(rng, plan, "value"), texts, values, "value")


def money_text(rng: Random, plan: Plan, amount: object, style: str, currency: str) -> str:
    """Write an amount, or nothing."""
    if amount is None:
        return ""
    text = amounts.write(amount, style, plan.cents)  # type: ignore[arg-type]
    return amounts.with_currency(text, currency, rng) if currency else text

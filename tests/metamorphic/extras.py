"""Extra columns whose names sound relevant but are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from tests.metamorphic.dates import STYLES, DateStyle, write
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column
from tests.metamorphic.truth import Lead

GENERAL = (
    "modified|later",
    "last_contact|later",
    "birthday|birthday",
    "close_date|day_later",
    "city|text",
    "score|small",
)
DAY = {"d": "dmy_dot_day", "m": "mdy_slash_day"}
NOTES = (
    "Asked for a price",
    'Wants the "large" one, soon',
    "line one\nline two; more",
    "call after 17:00",
    "",
    "a, b and c",
)
SIMPLE: dict[str, Callable[[Random, Lead], str]] = {
    "flag": lambda rng, _: rng.choice(("true", "false")),
    "id": lambda rng, _: str(rng.randrange(10**9, 10**10)),
    "hash": lambda rng, _: f"{rng.getrandbits(128):032x}",
    "big": lambda rng, _: str(rng.randrange(10_000, 9_000_000)),
    "small": lambda rng, _: str(rng.randrange(0, 90)),
    "decimal": lambda rng, _: f"{rng.random() * 9:.2f}",
    "percent": lambda rng, _: str(rng.choice((10, 20, 50, 90))),
    "text": lambda rng, _: rng.choice(("A", "B2B", "", "Example Town", "Default")),
    "note": lambda rng, _: rng.choice(NOTES),
    "alias": lambda rng, _: rng.choice(("kdoe", "apoe", "sroe")),
    "url": lambda rng, lead: f"https://example.com/r/{lead.number}",
    "ip": lambda rng, _: f"192.0.2.{rng.randrange(1, 250)}",
    "company": lambda rng, lead: lead.person.company,
    "phone": lambda rng, lead: lead.person.phone,
    "person": lambda rng, _: rng.choice(("System", "Integration User", "Import")),
}
SHIFTS = {
    "later": (5, 60),
    "later_sometimes": (5, 60),
    "day_later": (20, 90),
    "before": (-9, -1),
    "birthday": (-20_000, -9_000),
}


def extra_columns(rng: Random, plan: Plan, leads: list[Lead]) -> list[Column]:
    """Choose some columns that a system adds to its exports."""
    own = [e.split("|") for e in plan.manner["extras"]] if plan.words.language == "en" else []
    general = [(plan.words.column(rng, concept), kind) for concept, kind in (e.split("|") for e in GENERAL)]
    pool = own or general
    chosen = rng.sample(pool, rng.randint(0, len(pool)))
    return [Column(header, [extra(rng, plan, kind, lead) for lead in leads]) for header, kind in chosen]


def extra(rng: Random, plan: Plan, kind: str, lead: Lead) -> str:
    """Write one cell of a column of a kind."""
    if kind in SIMPLE:
        return SIMPLE[kind](rng, lead)
    if kind == "later_sometimes" and rng.random() < 0.6:
        return ""
    moment = lead.created + shift(rng, kind)
    style = day_style(plan.created_style) if kind in ("day_later", "birthday") else plan.created_style
    return write(style, moment, plan.zone, plan.locale)


def shift(rng: Random, kind: str) -> timedelta:
    """Return the time from creation to a kind of moment."""
    if kind in ("same_day", "shortly"):
        return timedelta(seconds=rng.randrange(1, 50))
    first, last = SHIFTS[kind]
    return timedelta(days=rng.randrange(first, last), minutes=rng.randrange(0, 1400))


def day_style(style: DateStyle) -> DateStyle:
    """Return a date style with the same order, without time."""
    name = next((day for start, day in DAY.items() if style.name.startswith(start)), "iso_day")
    return STYLES[name]

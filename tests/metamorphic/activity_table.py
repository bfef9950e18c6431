"""Activities, in their own file or in the leads' rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.metamorphic.ids import make_ids, write_email, write_id, write_phone
from tests.metamorphic.lead_table import KeyForms, full_name
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column
from tests.metamorphic.times import time_column
from tests.metamorphic.truth import Lead, Touch

# What a touch is written as: type, direction, result, done.
SHOWN = {
    "call": ("call", "out", "connected", "finished"),
    "voicemail": ("call", "out", "voicemail", "finished"),
    "no_answer": ("call", "out", "no_answer", "finished"),
    "email": ("email", "out", "", "finished"),
    "meeting": ("meeting", "", "", "finished"),
    "incoming_call": ("call", "in", "connected", "finished"),
    "incoming_email": ("email", "in", "", "finished"),
    "opened": ("opened", "", "", "finished"),
    "bot": ("bot", "out", "", "finished"),
    "task": ("task", "", "", "planned"),
    "note": ("note", "", "", "finished"),
    "planned_call": ("call", "out", "", "planned"),
}
PARTS = ("type", "direction", "result", "done")
FLAGS = (("Yes", "No"), ("Y", "N"), ("Done", "To do"), ("true", "false"), ("1", "0"))


@dataclass(frozen=True, slots=True)
class Row:
    """A touch with a lead or a stranger."""

    lead: Lead | None
    touch: Touch | None  # None: a lead without activities, in a file of one row per activity


def signal_columns(rng: Random, plan: Plan, rows: list[Row], taken: set[str]) -> list[Column]:
    """Write the columns that classify a touch."""
    columns = []
    for part in plan.signals:
        place = PARTS.index(part)
        concepts = sorted({shown[place] for shown in SHOWN.values()} - {""})
        words = {c: plan.words.value(rng, c) for c in concepts} | flags(rng, plan, part)
        header = free_name(rng, plan, part, taken)
        texts = [words.get(SHOWN[r.touch.kind][place], "") if r.touch else "" for r in rows]
        columns.append(Column(header, texts, concept=part, words=words))
    return columns


def flags(rng: Random, plan: Plan, part: str) -> dict[str, str]:
    """Return the words of a check box, if any.

    In a system that has one for the part.
    """
    if plan.words.language != "en":
        return {}
    if part == "direction" and plan.manner.get("incoming_flag"):
        return {"in": "true", "out": "false"}
    if part == "done" and plan.manner.get("done_flag"):
        return dict(zip(("finished", "planned"), rng.choice(FLAGS), strict=True))
    return {}


def free_name(rng: Random, plan: Plan, concept: str, taken: set[str]) -> str:
    """Return a column name that is not used yet."""
    names = [plan.words.column(rng, concept) for _ in range(8)]
    name = next((n for n in names if n not in taken), f"Activity {names[0]}")
    taken.add(name)
    return name


def activity_columns(rng: Random, plan: Plan, rows: list[Row], taken: set[str]) -> list[Column]:
    """Write time and kind of activities, and optional details.

    When and by which person it was typed in, and how long it took.
    """
    at = [r.touch.at if r.touch else None for r in rows]
    utc = plan.activities_in_utc if plan.layout == "activities" else plan.leads_in_utc
    columns = [time_column(plan, free_name(rng, plan, "at", taken), at, plan.contact_style, utc, "at")]
    columns += signal_columns(rng, plan, rows, taken)
    if rng.random() < 0.5:
        columns.append(Column(free_name(rng, plan, "subject", taken), [subject(rng, r) for r in rows]))
    if rng.random() < 0.4:
        columns.append(Column(free_name(rng, plan, "duration", taken), [call_seconds(rng, r) for r in rows]))
    if rng.random() < 0.4:
        name = free_name(rng, plan, "logged_at", taken)
        logged = [t + timedelta(minutes=rng.randrange(5, 9000)) if t else None for t in at]
        columns.append(time_column(plan, name, logged, plan.contact_style, False, "logged_at"))
    return columns


def subject(rng: Random, row: Row) -> str:
    return rng.choice(("Follow-up", "Your request", "Offer; second", "")) if row.touch else ""


def call_seconds(rng: Random, row: Row) -> str:
    """Write how long a call took."""
    if not row.touch or SHOWN[row.touch.kind][0] != "call":
        return ""
    return str(rng.randrange(30, 900)) if row.touch.kind in ("call", "incoming_call") else "0"


def make_activities(rng: Random, plan: Plan, rows: list[Row], ids: dict[int, str], forms: KeyForms) -> list[Column]:
    """Write a file of activities, each with its lead's key."""
    strangers = make_ids(plan.manner["ids"], rng, len(rows) + 1)
    taken: set[str] = set()
    texts = [key_text(rng, plan, row, ids, strangers[n], forms) for n, row in enumerate(rows)]
    concept = {"email": "email", "phone": "phone", "name": "related_name"}.get(plan.key, "related_id")
    if concept == "related_name" and (plan.words.language != "en" or concept not in plan.manner["columns"]):
        concept = "name"
    key = Column(free_name(rng, plan, concept, taken), texts, concept="key")
    columns = [key, *activity_columns(rng, plan, rows, taken)]
    if rng.random() < 0.5:
        numbers = rng.sample(range(10_000, 99_999), len(rows))
        columns.insert(0, Column(free_name(rng, plan, "activity_id", taken), [str(n) for n in numbers]))
    if rng.random() < 0.5:
        owners = [rng.choice(plan.locale["owners"]) for _ in rows]
        columns.append(Column(free_name(rng, plan, "owner", taken), owners))
    return rng.sample(columns, len(columns)) if rng.random() < 0.4 else columns


def key_text(rng: Random, plan: Plan, row: Row, ids: dict[int, str], stranger: str, forms: KeyForms) -> str:
    """Write the key from an activity to its lead."""
    if row.lead is None:
        return stranger_key(plan.key, stranger, rng)
    person = row.lead.person
    identifier = write_id(ids.get(row.lead.number, ""), forms.ids)
    write: dict[str, Callable[[], str]] = {
        "email": lambda: write_email(person.email, forms.emails),
        "phone": lambda: write_phone(person.phone, forms.phones),
        "name": lambda: full_name(row.lead) if row.lead else "",
        "id_list": lambda: f"{identifier};99{rng.randrange(10**6)}" if rng.random() < 0.3 else identifier,
        "lead_id": lambda: identifier,
    }
    return write[plan.key]()


def stranger_key(key: str, stranger: str, rng: Random) -> str:
    """Write the key of a person outside the leads' file."""
    number = rng.randrange(100, 999)
    others = {
        "email": f"customer{number}@example.org",
        "phone": f"+4420794609{number % 100:02}",
        "name": f"Customer {number}",
    }
    return others.get(key, f"9{stranger}" if stranger[:1].isdigit() else f"{stranger[:-4]}ZZZZ")

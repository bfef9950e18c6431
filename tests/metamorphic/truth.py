"""The truth of a business's leads, and its figures.

Before anybody exports them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

WINDOW_SECONDS = 300
EDGES = (("under_5m", 300), ("5m_to_30m", 1800), ("30m_to_2h", 7200))
DAY_SECONDS = 86400

# What happened between a lead and the business. Only these are a human contact (docs/guides/audit.md, decision 0007).
CONTACTS = ("call", "voicemail", "email", "meeting")
NO_CONTACTS = ("no_answer", "incoming_call", "incoming_email", "opened", "bot", "task", "note", "planned_call")


@dataclass(frozen=True, slots=True)
class Touch:
    """One past or planned event between lead and business."""

    at: datetime
    kind: str

    @property
    def is_contact(self) -> bool:
        return self.kind in CONTACTS


@dataclass(frozen=True, slots=True)
class Person:
    given_name: str
    surname: str
    email: str
    phone: str  # E.164
    company: str


@dataclass(frozen=True, slots=True)
class Lead:
    number: int
    person: Person
    created: datetime
    owner: str | None
    source: str | None
    stage: str  # new, working, qualified, won or lost
    value: Decimal | None
    touches: tuple[Touch, ...]

    @property
    def first_contact(self) -> datetime | None:
        return min((t.at for t in self.touches if t.is_contact and t.at >= self.created), default=None)

    @property
    def wait_seconds(self) -> int | None:
        contact = self.first_contact
        return None if contact is None else round((contact - self.created).total_seconds())


@dataclass(frozen=True, slots=True)
class Spend:
    source: str
    amount: Decimal
    day: date | None  # None: of the whole period


@dataclass(frozen=True, slots=True)
class Truth:
    leads: tuple[Lead, ...]
    spend: tuple[Spend, ...]
    strangers: tuple[Touch, ...]  # activities with people who are not leads of the file


def bucket(wait: int | None) -> str:
    """Return a wait's bucket.

    In seconds; a full day is the end of the fourth one.
    """
    if wait is None:
        return "never"
    for name, end in EDGES:
        if wait < end:
            return name
    return "2h_to_24h" if wait <= DAY_SECONDS else "over_24h"


def quantile(waits: Sequence[int], share: Fraction) -> float | None:
    """Return a quantile, linear between the two nearest waits.

    As spreadsheets do.
    """
    if not waits:
        return None
    ordered = sorted(waits)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def groups(leads: Sequence[Lead], attribute: str) -> dict[str, tuple[int, int]]:
    """Count leads and contacted leads by owner or source.

    The empty text stands for none.
    """
    total: Counter[str] = Counter()
    contacted: Counter[str] = Counter()
    for lead in leads:
        name = getattr(lead, attribute) or ""
        total[name] += 1
        contacted[name] += lead.first_contact is not None
    return {name: (count, contacted[name]) for name, count in total.items()}


def won_by_source(leads: Sequence[Lead]) -> dict[str, int]:
    """Count won leads by source."""
    return {s or "": sum(x.stage == "won" for x in leads if x.source == s) for s in {x.source for x in leads}}


def spend_by_source(spend: Sequence[Spend]) -> dict[str, Decimal]:
    """Sum the spend of each source."""
    return {s: sum((x.amount for x in spend if x.source == s), Decimal()) for s in {x.source for x in spend}}

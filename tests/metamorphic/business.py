"""A made-up business: its leads, times, contacts and outcomes."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.metamorphic.plan import Plan
from tests.metamorphic.truth import CONTACTS, NO_CONTACTS, Lead, Person, Spend, Touch, Truth

SOURCES = ("Google Ads", "Facebook", "Website", "Referral", "LinkedIn", "Trade Fair", "Newsletter")
STAGES = ("new", "new", "working", "qualified", "won", "lost")
EDGES = (0, 60, 240, 300, 360, 1740, 1800, 7200, 86400, 86460)
# Numbers set aside for films and books, by dialling code and the rest.
NUMBERS = {"de": "+493023125{:03}", "fr": "+3319900{:04}", "sv": "+468465004{:02}", "en": "+120255501{:02}"}
NO_DIRECTION = ("incoming_call", "incoming_email")


@dataclass(slots=True)
class Clock:
    """Draws instants with unambiguous local times.

    At the precision that is written.
    """

    rng: Random
    plan: Plan

    def settle(self, instant: datetime) -> datetime:
        """Drop precision that is not written.

        Leaves the hours in which clocks are set.
        """
        whole = instant.replace(microsecond=0)
        instant = whole - timedelta(seconds=whole.timestamp() % self.plan.grid_seconds)
        local = instant.astimezone(self.plan.zone)
        wall = local.replace(tzinfo=None, fold=0)
        if {wall.replace(tzinfo=self.plan.zone, fold=f).astimezone(UTC) for f in (0, 1)} == {instant}:
            return instant
        return self.settle(instant + timedelta(hours=3))

    def wait(self) -> timedelta:
        if self.rng.random() < 0.15:
            return timedelta(seconds=self.rng.choice(EDGES))
        return timedelta(seconds=min(int(self.rng.lognormvariate(7.2, 2.2)) + 20, 900_000))


def period(rng: Random, plan: Plan) -> tuple[date, int]:
    """Choose first day and number of days.

    Whole months where spend is by month.
    """
    start = date(2024, 1, 1) + timedelta(days=rng.randrange(850))
    if plan.with_spend == "months":
        return start.replace(day=1), calendar.monthrange(start.year, start.month)[1]
    return start, rng.choice((4, 12, 30, 45, 90))


def person(rng: Random, plan: Plan, number: int, names: list[tuple[str, str]]) -> Person:
    """Make up a person with unique name, address and number."""
    given_name, surname = names[number % len(names)]
    pattern = NUMBERS.get(plan.words.language, "+4420794600{:02}")
    return Person(
        given_name, surname, f"lead{number:03}@example.com", pattern.format(number), f"{surname} Example {number}"
    )


def kinds(plan: Plan, pool: tuple[str, ...]) -> list[str]:
    """List activity kinds that the export's columns distinguish."""
    signals = plan.signals
    hidden = set()
    if "type" not in signals:
        hidden |= {"email", "meeting", "opened", "bot", "task", "note", "incoming_email"}
    if "direction" not in signals:
        hidden |= set(NO_DIRECTION)
    if "result" not in signals:
        hidden |= {"voicemail", "no_answer"}
    if "done" not in signals:
        hidden |= {"planned_call"}
    return [k for k in pool if k not in hidden]


def touches(clock: Clock, created: datetime, contacted: bool) -> tuple[Touch, ...]:
    """Make up what happened to a lead.

    What is not a contact comes before, after and instead of one.
    """
    rng, plan = clock.rng, clock.plan
    moment = clock.settle(created + clock.wait())
    history = [Touch(moment, rng.choice(kinds(plan, CONTACTS)))] if contacted else []
    if plan.layout not in ("activities", "rows"):
        return tuple(history)
    if contacted and rng.random() < 0.5:
        history.append(Touch(clock.settle(moment + clock.wait()), rng.choice(kinds(plan, CONTACTS))))
    others = kinds(plan, NO_CONTACTS)
    for _ in range(rng.choice((0, 0, 1, 2, 3)) if others else 0):
        history += [Touch(clock.settle(created + clock.wait()), rng.choice(others))]
    return tuple(rng.sample(history, len(history)))


def make_truth(rng: Random, plan: Plan) -> Truth:
    """Imagine all of it."""
    clock = Clock(rng, plan)
    first, days = period(rng, plan)
    midnight = datetime.combine(first, datetime.min.time(), plan.zone)
    names = [(g, s) for g in plan.locale["given_names"] for s in plan.locale["surnames"]]
    rng.shuffle(names)
    count = rng.randint(8, min(45, len(names)))
    owners, sources = rng.sample(plan.locale["owners"], min(3, len(plan.locale["owners"]))), rng.sample(SOURCES, 4)
    share, nobody = rng.choice((0.4, 0.7, 0.9)), rng.choice((0.0, 0.0, 0.15))
    probability = 0.2 if plan.layout != "duration" and rng.random() < 0.15 else 0.0
    # The first and the last day have a lead each, so that the leads span the period.
    offsets = [0.3, days - 0.4, *(rng.random() * (days - 1) + 0.3 for _ in range(count - 2))]
    leads = []
    for number, offset in enumerate(offsets):
        created = clock.settle((midnight + timedelta(days=offset)).astimezone(UTC))
        lead = Lead(
            number=number,
            person=person(rng, plan, number, names),
            created=created,
            owner=None if rng.random() < nobody else rng.choice(owners),
            source=None if rng.random() < nobody / 2 else rng.choice(sources),
            stage=rng.choice(STAGES),
            value=None if rng.random() < 0.2 else amount(rng, plan, 9_000_000),
            touches=touches(clock, created, rng.random() < share),
        )
        odd = not lead.touches and rng.random() < probability
        leads.append(contact_before_creation(lead) if odd else lead)
    rng.shuffle(leads)
    strangers = make_strangers(clock, midnight, days, len(leads)) if plan.layout == "activities" else ()
    return Truth(tuple(leads), make_spend(rng, plan, sources, first, days), strangers)


def amount(rng: Random, plan: Plan, most_cents: int) -> Decimal:
    """Draw an amount of money, with cents where written."""
    cents = rng.randint(1_000, most_cents)
    return Decimal(cents).scaleb(-2) if plan.cents else Decimal(cents // 100)


def make_strangers(clock: Clock, midnight: datetime, days: int, leads: int) -> tuple[Touch, ...]:
    """Make activities with customers who are not leads."""
    kind = kinds(clock.plan, CONTACTS)
    moments = (midnight + timedelta(days=clock.rng.random() * days) for _ in range(clock.rng.randint(0, leads // 3)))
    return tuple(Touch(clock.settle(m.astimezone(UTC)), clock.rng.choice(kind)) for m in moments)


def make_spend(rng: Random, plan: Plan, sources: list[str], first: date, days: int) -> tuple[Spend, ...]:
    """Make up each source's spend.

    For the period, by day or by month; one source may have cost nothing.
    """
    if plan.with_spend == "no":
        return ()
    paid = sources[: rng.randint(2, len(sources))]
    dates: list[date | None] = [None]
    if plan.with_spend == "days":
        dates = [first + timedelta(days=d) for d in range(0, days, max(1, days // 8))]
    if plan.with_spend == "months":
        dates = [first]
    return tuple(Spend(s, amount(rng, plan, 400_000), day) for day in dates for s in paid)


def contact_before_creation(lead: Lead) -> Lead:
    """Move the only contact days before the creation.

    This happens with a customer who asks again.
    """
    return replace(lead, touches=(Touch(lead.created - timedelta(days=3), "call"),))

"""A large company with hundreds of people and rules.

It yields situations in which it chooses an owner.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from leadtight.domain.intake.arrival import receive
from leadtight.domain.model.capacity import OwnerState, Roster
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import LEAD, Rotation
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.selection import pool_for

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COUNTRIES, LANGUAGES = ("DE", "AT", "CH", "DK", "SE", "FR"), ("de", "da", "sv", "fr", "en")
PRODUCTS, REGIONS = ("roof", "kitchen", "bath", "windows"), ("North", "South", "East", "West")
POOLS = ("shares", "loads", "skills", "hours")

_FRAME = """
version = "bench"
company = { name = "Bench", timezone = "Europe/Berlin", country = "DE" }
[calendars.day]
timezone = "Europe/Berlin"
hours = { mon-fri = ["09:00-12:30", "13:30-18:00"] }
holidays = ["DE-HH"]
[calendars.late]
timezone = "America/New_York"
hours = { mon-fri = ["09:00-17:00"] }
holidays = ["US"]
[teams]
day = { name = "Day", manager = "p0", calendar = "day" }
late = { name = "Late", manager = "p0", calendar = "late" }
[targets]
quick = { calendar = "day", within = "60m" }
morning = { calendar = "day", by = "10:00" }
close = { calendar = "late", by = "close" }
slow = { calendar = "late", within = "16h" }
next_action = { calendar = "day", escalate = [] }
[[tiers]]
id = "all"
target = "quick"
[outcomes.reached]
label = "Reached"
contact = true
means = "reply"
next_action = "Follow up"
after = "1d"
[routing]
catch_all = "p0"
"""


def large(people: int = 500, rules: int = 200) -> bytes:
    """Return the TOML of a policy of this size.

    All people are in each of its four pools.
    """
    tables = [_FRAME]
    tables += [f"[people.p{n}]\n{_inline(_person(n))}" for n in range(people)]
    tables += [f"[pools.{name}]\n{_inline(_pool(name, people))}" for name in POOLS]
    tables += [
        f'[[routing.rules]]\nid = "r{n}"\npool = "{POOLS[n % 4]}"\nwhen = {{ {_condition(n)} }}'
        for n in range(rules - 1)
    ]
    return "\n".join([*tables, '[[routing.rules]]\nid = "rest"\npool = "shares"']).encode()


def _inline(table: Mapping[str, str]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in table.items())


def _person(n: int) -> dict[str, str]:
    person = {"name": f'"P {n}"', "email": f'"p{n}@leadtight.example"', "team": '"late"' if n % 5 == 4 else '"day"'}
    if n % 3:
        person["skills"] = json.dumps([LANGUAGES[n % 5], PRODUCTS[n % 4], COUNTRIES[n % 6]])
    if n % 8 == 1:
        person["caps"] = "{ hour = 2, day = 6, open = 25 }"
    if n % 10 == 7:
        person["away"] = '[{ from = "2026-11-20T00:00:00Z", until = "2026-11-27T00:00:00Z" }]'
    if n % 50 == 49:
        person["active"] = "false"
    return person


def _pool(name: str, people: int) -> dict[str, str]:
    weights = {f"p{n}": 1 if name == "hours" else 1 + n % 3 for n in range(people)}
    pool = {"members": "{ " + ", ".join(f"{p} = {weight}" for p, weight in weights.items()) + " }"}
    return (
        pool
        | {
            "shares": {"outside_hours": '"shift_start"'},
            "loads": {"strategy": '"least_loaded"', "outside_hours": '"assign"'},
            "skills": {"strategy": '"best_match"', "require": '["language", "product"]', "relax": '["product"]'}
            | {"outside_hours": '"shift_start"'},
            "hours": {"strategy": '"round_robin"', "outside_hours": '"skip"', "returning": '"owed"'},
        }[name]
    )


def _condition(n: int) -> str:
    kinds = (
        f'postcode = ["{n:03d}00-{n:03d}49", "{n:03d}75", "X{n}*"]',
        f'country = ["{COUNTRIES[n % 6]}"], product = ["{PRODUCTS[n % 4]}"], min_value = {50_000 + 100 * n}',
        f'phone_prefix = ["+49{n:03d}"]',
        f'account = ["company{n}.example", "Company {n}"]',
        f'language = ["{LANGUAGES[n % 5]}"], region = ["{REGIONS[n % 4]}"], min_company_size = {500 + n}',
        f'field_is = {{ campaign = ["c{n}"] }}',
        f'source = ["api"], message_has = ["project {n}", "nr{n}"]',
        f'max_company_size = {n % 5}, postcode = ["{n:03d}*"]',
        f'email = ["@Company{n}.example", "ada@nr{n}.example"]',
    )
    return kinds[n % len(kinds)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One moment in which an owner is chosen."""

    lead: Lead
    rotation: Rotation
    roster: Roster
    now: datetime
    not_again: frozenset[str] = frozenset()


def situations(policy: Policy, count: int, seed: int) -> Iterator[Situation]:
    """Yield situations that differ in every input.

    These are the lead, loads, absences, the rotation and the hour.
    """
    chance = random.Random(seed)
    for number in range(count):
        now = MONDAY + timedelta(minutes=chance.randrange(14 * 60))
        lead = _lead(policy, chance, number, now)
        pool = pool_for(policy, lead)
        yield Situation(
            lead=lead,
            rotation=Rotation(pool_id=pool.id, turn=number, credits=_credits(chance, pool.members)),
            roster={p: _state(chance, p, now) for p in policy.people},
            now=now,
            not_again=frozenset(chance.sample(sorted(policy.people), k=min(2, number % 3))),
        )


def _lead(policy: Policy, chance: random.Random, number: int, now: datetime) -> Lead:
    any_rule = chance.randrange(len(policy.routing.rules))
    inquiry = Inquiry(name="Ada Obi", **_wished(chance, any_rule))
    return receive(policy, inquiry, lead_id=f"L{number}", source="api", form=None, received_at=now, now=now).after


def _wished(chance: random.Random, rule: int) -> dict[str, Any]:
    """Return fields of an inquiry that may match a rule.

    One in five has hardly any.
    """
    if chance.random() < 0.2:
        return {"message": "hello", "email": "ada@example.com"}
    return {
        "email": chance.choice(("ada@example.com", f"Eve@company{rule}.example", f"ada@nr{rule}.example")),
        "country": chance.choice(COUNTRIES),
        "language": chance.choice(("", *LANGUAGES, "de-AT")),
        "region": chance.choice(("", *REGIONS)),
        "product": chance.choice(("", *PRODUCTS)),
        "postcode": chance.choice(("", f"{rule:03d}20", f"{rule:03d}75", f"x{rule} 1a", f"{rule:03d}60")),
        "phone": chance.choice((None, f"+49{rule:03d}5550", "+4555501234")),
        "company": chance.choice(("", f"company {rule}", "Other")),
        "company_size": chance.choice((None, 2, 450 + 2 * rule)),
        "value": chance.choice((None, Decimal(900), Decimal(50_000 + 150 * rule))),
        "message": chance.choice(("hello", f"about Project {rule}, please", f"nr{rule}0")),
        "fields": chance.choice(({}, {"campaign": f"C{rule}"}, {"campaign": "none"})),
    }


def _credits(chance: random.Random, members: Mapping[str, int]) -> dict[str, int]:
    return {p: chance.randint(-3, 3) * LEAD // 4 for p in members if chance.random() < 0.8}


def _state(chance: random.Random, person_id: str, now: datetime) -> OwnerState:
    recent = tuple(sorted(now - timedelta(minutes=chance.randrange(1_500)) for _ in range(chance.randrange(6))))
    switched = (
        chance.choice((now - timedelta(hours=1), now, now + timedelta(hours=2))) if chance.random() < 0.1 else None
    )
    return OwnerState(person_id=person_id, away_until=switched, open=chance.randrange(30), turn=9, recent=recent)

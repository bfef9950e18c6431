"""The load shapes of `make load`.

They define arrivals, accounts and outages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from infra.limits import LARGE, SMALL, Limits, carrying
from leadtight.domain.model.capacity import Caps
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.forms import FormLimits
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.policy import loader as policies
from scripts.load.quotas import GROWN, NEW, NORMAL, Quotas

HOUR, DAY = 3_600.0, 86_400.0
TEAM = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A rate of leads per second for a duration."""

    name: str
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A course of phases, with the properties of leads.

    `settling` are the seconds after the last lead. `kilobytes` is the length of an inquiry, `hot` the share with a
    promise of five minutes. `answered` is the share of leads whose owner records a call within four minutes. `outages`
    are the seconds (from, to) in which a service is down, by its name. `pools` is the number of teams of twelve that
    share the leads by the domain of their address, each with a rotation of its own.
    """

    name: str
    about: str
    phases: tuple[Phase, ...]
    quotas: Quotas = NORMAL
    limits: Limits = LARGE
    settling: float = 300.0
    kilobytes: float = 0.3
    hot: float = 0.1
    answered: float = 0.9
    pools: int = 1
    outages: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Return the duration of arrivals."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def surge(self) -> tuple[float, float]:
        """Return start and end of the busiest phase."""
        busiest = max(self.phases, key=lambda phase: phase.rate)
        start = sum(phase.seconds for phase in self.phases[: self.phases.index(busiest)])
        return start, start + busiest.seconds

    def arrivals(self) -> Iterator[tuple[str, float]]:
        """Yield the phase and the second of each lead."""
        start = 0.0
        for phase in self.phases:
            for number in range(math.floor(phase.rate * phase.seconds)):
                yield phase.name, start + number / phase.rate
            start += phase.seconds

    def shortened(self, seconds: float) -> Shape:
        """Return the shape with phases of limited length.

        The rates stay.
        """
        phases = tuple(replace(phase, seconds=min(phase.seconds, seconds)) for phase in self.phases)
        return replace(self, phases=phases)


def surge(rate: float, *, lead_in: float, times: float, lasts: float, tail: float) -> tuple[Phase, ...]:
    """Return a steady rate with a surge in between."""
    return (
        Phase(name="before", rate=rate, seconds=lead_in),
        Phase(name="surge", rate=rate * times, seconds=lasts),
        Phase(name="after", rate=rate, seconds=tail),
    )


SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            name="day",
            about="24 hours with 720 leads, and 600 more within five minutes of the morning",
            phases=surge(1 / 120, lead_in=2 * HOUR, times=240, lasts=300, tail=22 * HOUR - 300),
        ),
        Shape(
            name="surge",
            about="2 leads a second, twenty times as many for half a minute, and 2 again",
            phases=surge(2, lead_in=30, times=20, lasts=30, tail=60),
        ),
        Shape(
            name="hour",
            about="200 leads a second for an hour, on a stage made for it, in an account with raised quotas",
            phases=(Phase(name="surge", rate=200, seconds=HOUR),),
            quotas=GROWN,
            limits=carrying(200),
            settling=120,
        ),
        Shape(
            name="pools",
            about="200 leads a second for an hour that four teams share, on the same stage and account",
            phases=(Phase(name="surge", rate=200, seconds=HOUR),),
            quotas=GROWN,
            limits=carrying(200),
            settling=120,
            pools=4,
        ),
        Shape(
            name="large",
            about="10 leads a second of 60 KB each: the worst that an attacker can send",
            phases=(Phase(name="surge", rate=10, seconds=60),),
            kilobytes=60,
        ),
        Shape(
            name="new",
            about="an account of the first day: ten functions at once, one mail a second and 200 a day",
            phases=surge(0.5, lead_in=30, times=20, lasts=30, tail=30),
            quotas=NEW,
            limits=SMALL,
        ),
        Shape(
            name="outage",
            about="5 form posts a second while the table is down for a minute, and then mail for another",
            phases=(Phase(name="surge", rate=5, seconds=240),),
            outages={"dynamodb": (30, 90), "ses": (150, 210)},
            settling=600,
        ),
    )
}


def domain(number: int, pools: int) -> str:
    """Return a visitor's mail domain, which decides the pool."""
    return f"customers{number % pools}.example.com"


def policy(quotas: Quotas, pools: int = 1) -> Policy:
    """Return the shipped policy for uncapped teams of twelve.

    Its forms accept any number of posts. It sends as many mails per second and day as the account may.
    """
    shipped = policies.shipped()
    teams = {_pool(number): [f"person{number * TEAM + each}" for each in range(TEAM)] for number in range(pools)}
    people = {name: _person(shipped.people["ana"], name) for names in teams.values() for name in names}
    shared = {
        pool: replace(shipped.pools["inbound"], id=pool, members=dict.fromkeys(names, 1))
        for pool, names in teams.items()
    }
    rules = [_rule(number, pools) for number in range(1, pools)]
    contact = replace(shipped.forms["contact"], rates=FormLimits())
    return replace(
        shipped,
        people={**shipped.people, **people},
        pools={**shipped.pools, **shared},
        routing=replace(shipped.routing, rules=(*rules, *shipped.routing.rules)),
        forms={**shipped.forms, "contact": contact},
        messaging=replace(
            shipped.messaging,
            mails_per_second=int(quotas.mails),
            budgets=replace(shipped.messaging.budgets, mails=quotas.mails_a_day),
            limits=replace(shipped.messaging.limits, per_source=quotas.mails_a_day),
        ),
    )


def _pool(number: int) -> str:
    return f"inbound{number or ''}"


def _person(like: Person, name: str) -> Person:
    return replace(like, id=name, email=f"{name}@leads.example.com", caps=Caps())


def _rule(number: int, pools: int) -> RoutingRule:
    when = Condition(email=(f"@{domain(number, pools)}",))
    return RoutingRule(id=_pool(number), pool=_pool(number), when=when)

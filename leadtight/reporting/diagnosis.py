"""Which of the four causes comes first (L1-L4): an ordered method over counts, no more than the counts can say.

The checks run in order. (1) Is the follow-up rate known? If not, nobody is held to it: accountability. (2) Did leads
have an owner when they came? If more than 10 % had none: routing. (3) Among leads with an owner that came while people
work: were those reached reached late, in working time (accountability), or were many never reached (capacity)?
(4) Were leads that came outside working hours, or on days with a surge, missed more often than the others, by more than
10 points and beyond chance? Then nothing answers while nobody can: automation, and capacity with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leadtight.reporting.intervals import wilson

ORDER = ("routing", "accountability", "capacity", "automation")
"""Causes in the order in which they are to be put right, whichever is larger (L4)."""

LIMIT_PERCENT = 10
"""A tenth: above it a gap is structural; at exactly a tenth it is not (L3)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Leads with an owner that came at one kind of time. `missed`: never reached, or after the window."""

    leads: int = 0
    contacted: int = 0
    late_in_working_time: int = 0
    missed: int = 0

    @property
    def never(self) -> int:
        """Return how many were never reached."""
        return self.leads - self.contacted

    def __add__(self, other: "Group") -> "Group":
        """Return both together."""
        return Group(
            self.leads + other.leads,
            self.contacted + other.contacted,
            self.late_in_working_time + other.late_in_working_time,
            self.missed + other.missed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the method looks at: `unowned` is None when nothing tells who owns a lead, `timed` if waits are known."""

    leads: int
    contacted: int | None
    unowned: int | None
    timed: bool = True
    unknown_because: str = ""
    in_hours: Group = field(default_factory=Group)
    surge: Group = field(default_factory=Group)
    off_hours: Group = field(default_factory=Group)


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause with its evidence in words and the share of leads it touches."""

    cause: str
    evidence: str
    share: float | None

    def as_json(self) -> dict[str, Any]:
        """Return it as the audit writes it."""
        return {"cause": self.cause, "evidence": self.evidence, "share": self.share}


def diagnose(counts: Counts) -> dict[str, Any]:
    """Return `primary`, `causes`, `verdict` and `corrective_order`; causes in the order in which checks found them."""
    found = _first_of_each(_checks(counts)) if counts.leads else []
    names = {each.cause for each in found}
    return {
        "primary": found[0].cause if found else None,
        "causes": [each.as_json() for each in found],
        "verdict": verdict(counts.leads, counts.contacted),
        "corrective_order": [cause for cause in ORDER if cause in names],
    }


def verdict(leads: int, contacted: int | None) -> str | None:
    """Return `structural` when more than a tenth of the leads was never contacted, else `coach` (L3)."""
    if not leads or contacted is None:
        return None
    return "structural" if _above_limit(leads - contacted, leads) else "coach"


def _checks(counts: Counts) -> Iterator[Cause]:
    if counts.contacted is None:
        yield Cause("accountability", f"the follow-up rate is not known: {counts.unknown_because}", None)
    yield from _routing(counts)
    if counts.contacted is not None:
        yield from _time_distribution(counts)
        yield from _miss_pattern(counts)


def _routing(counts: Counts) -> Iterator[Cause]:
    if counts.unowned and _above_limit(counts.unowned, counts.leads):
        yield Cause(
            "routing",
            f"{counts.unowned} of {counts.leads} leads had no owner when they had to be answered",
            _share(counts.unowned, counts.leads),
        )


def _time_distribution(counts: Counts) -> Iterator[Cause]:
    usual = counts.in_hours
    if counts.timed and _above_limit(usual.late_in_working_time, usual.contacted):
        yield Cause(
            "accountability",
            f"{usual.late_in_working_time} of {usual.contacted} leads that had an owner, came in working hours and were"
            " contacted were contacted after the window, in working time",
            _share(usual.late_in_working_time, counts.leads),
        )
    if _above_limit(usual.never, usual.leads):
        yield Cause(
            "capacity",
            f"{usual.never} of {usual.leads} leads that had an owner and came in working hours were never contacted",
            _share(usual.never, counts.leads),
        )


def _miss_pattern(counts: Counts) -> Iterator[Cause]:
    for group, when in (
        (counts.off_hours, "outside working hours or at weekends"),
        (counts.surge, "on days with a surge"),
    ):
        measure = _stands_out(group, counts.in_hours, timed=counts.timed)
        if measure is None:
            continue
        here, usual = getattr(group, measure), getattr(counts.in_hours, measure)
        what = "missed" if measure == "missed" else "never contacted"
        evidence = (
            f"{here} of {group.leads} leads with an owner that came {when} were {what}, against {usual} of"
            f" {counts.in_hours.leads} in working hours"
        )
        yield Cause("automation", evidence, _share(here, counts.leads))
        yield Cause("capacity", evidence, _share(here, counts.leads))


def _stands_out(group: Group, usual: Group, *, timed: bool) -> str | None:
    """Return by which measure a group is missed more often than usual: by over 10 points, intervals apart."""
    for measure in ("missed", "never") if timed else ("never",):
        here, there = wilson(getattr(group, measure), group.leads), wilson(getattr(usual, measure), usual.leads)
        if here is None or there is None:
            continue
        more = getattr(group, measure) / group.leads - getattr(usual, measure) / usual.leads
        if more > LIMIT_PERCENT / 100 and here[0] > there[1]:
            return measure
    return None


def _first_of_each(causes: Iterator[Cause]) -> list[Cause]:
    found: dict[str, Cause] = {}
    for each in causes:
        found.setdefault(each.cause, each)
    return list(found.values())


def _above_limit(part: int, whole: int) -> bool:
    return part * 100 > whole * LIMIT_PERCENT


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

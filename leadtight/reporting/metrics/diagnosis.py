"""Diagnosis of the main cause of leaks (L1-L4).

An ordered method over counts that claims no more than the counts show. (1) Is any contact on record? If not, people are
not held to it: accountability. (2) Did leads have an owner when they arrived? If more than 10 % had none: routing. (3)
Among leads with an owner that arrived in working hours: were contacts late, in working time (accountability), or were
many leads never reached (capacity)? (4) Were leads that arrived outside working hours, or on days with a surge, missed
more often than the others, by more than 10 points and beyond chance? Then nothing answers while people cannot:
automation, and capacity with it.

Unknown is not a finding: without contacts, or without the time at which leads arrived, there is neither a cause nor a
verdict. Evidence mentions owners and working hours only where the counts distinguish them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leadtight.reporting.metrics.confidence import wilson

ORDER = ("routing", "accountability", "capacity", "automation")
"""Causes in the order of correction, whatever their size (L4)."""

LIMIT_PERCENT = 10
"""Above a tenth a gap is structural (L3).

At exactly a tenth it is not.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Owned leads that arrived at one kind of time.

    `missed`: never reached, or after the window.
    """

    leads: int = 0
    contacted: int = 0
    late_in_working_time: int = 0
    missed: int = 0

    @property
    def never(self) -> int:
        """Count the leads that were never reached."""
        return self.leads - self.contacted

    def as_json(self, *, timed: bool) -> dict[str, int | None]:
        """Return the counts by name.

        Those that depend on times are None without them.
        """
        counts = {"leads": self.leads, "contacted": self.contacted, "never": self.never}
        late, missed = (self.late_in_working_time, self.missed) if timed else (None, None)
        return counts | {"late_in_working_time": late, "missed": missed}

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
    """Counts that the diagnosis is based on.

    `contacted` is None when it is unknown, `unowned` when nothing shows the owner of a lead. `timed`: the time of
    arrival is known; `assigned`: the time of assignment is known. `doubt` is why the contacts on record cannot be
    trusted, "" if they can.
    """

    leads: int
    contacted: int | None
    unowned: int | None
    timed: bool = True
    assigned: bool = True
    doubt: str = ""
    in_hours: Group = field(default_factory=Group)
    surge: Group = field(default_factory=Group)
    off_hours: Group = field(default_factory=Group)
    without_owner: Group = field(default_factory=Group)

    @property
    def of_owner(self) -> str:
        """Return the words for which leads the groups hold.

        Those with an owner, where owners are known.
        """
        return "" if self.unowned is None else "with an owner "

    @property
    def usual(self) -> str:
        """Return the words for the time of `in_hours`.

        As far as it is known.
        """
        if not self.timed:
            return ""
        return f"that arrived in working hours{' on other days' if self.surge.leads else ''} "

    def basis(self) -> list[dict[str, Any]]:
        """Return the groups as table rows, each lead in one.

        Evidence counts these leads.
        """
        groups = {"in_hours": self.in_hours, "surge": self.surge, "off_hours": self.off_hours}
        rows = groups if self.timed else {"any_time": self.in_hours}
        owned = rows if self.unowned is None else rows | {"without_owner": self.without_owner}
        return [{"group": name} | group.as_json(timed=self.timed) for name, group in owned.items()]


@dataclass(frozen=True, slots=True)
class LeakCause:
    """A cause with its evidence and share of leads."""

    cause: str
    evidence: str
    share: float | None

    def as_json(self) -> dict[str, Any]:
        """Return it as the audit writes it."""
        return {"cause": self.cause, "evidence": self.evidence, "share": self.share}


def diagnose(counts: Counts) -> dict[str, Any]:
    """Diagnose the causes of leaks from counts.

    Returns `primary`, `causes` in the order of the checks, `verdict`, `corrective_order` and `basis`. `withheld` has
    the causes that depend on contacts when the contacts on record cannot be trusted.
    """
    causes = _first_of_each(_checks(counts)) if counts.leads and counts.contacted is not None else []
    sound = [each for each in causes if not counts.doubt or each.cause == "routing"]
    names = {each.cause for each in sound}
    return {
        "primary": sound[0].cause if sound else None,
        "causes": [each.as_json() for each in sound],
        "verdict": verdict(counts.leads, counts.contacted),
        "corrective_order": [cause for cause in ORDER if cause in names],
        "withheld": [each.as_json() | {"why": counts.doubt} for each in causes if each not in sound],
        "basis": counts.basis() if counts.contacted is not None else [],
    }


def verdict(leads: int, contacted: int | None) -> str | None:
    """Return `structural` or `coach` (L3).

    Structural: more than a tenth of the leads was never contacted. None when unknown.
    """
    if not leads or contacted is None:
        return None
    return "structural" if _above_limit(leads - contacted, leads) else "coach"


def _checks(counts: Counts) -> Iterator[LeakCause]:
    yield from _on_record(counts)
    yield from _routing(counts)
    if counts.contacted:
        yield from _time_distribution(counts)
        yield from _miss_pattern(counts)


def _on_record(counts: Counts) -> Iterator[LeakCause]:
    if not counts.contacted:
        evidence = (
            f"no contact is on record for any of the {counts.leads:,} leads: they are not contacted, or contacts are"
            " not recorded"
        )
        yield LeakCause("accountability", evidence, 1.0)


def _routing(counts: Counts) -> Iterator[LeakCause]:
    if counts.unowned and _above_limit(counts.unowned, counts.leads):
        yield LeakCause(
            "routing",
            f"{counts.unowned:,} of {counts.leads:,} leads"
            f" {'had no owner when they had to be answered' if counts.assigned else 'have no owner'}",
            _share(counts.unowned, counts.leads),
        )


def _time_distribution(counts: Counts) -> Iterator[LeakCause]:
    usual = counts.in_hours
    if counts.timed and _above_limit(usual.late_in_working_time, usual.contacted):
        yield LeakCause(
            "accountability",
            f"{usual.late_in_working_time:,} of the {usual.contacted:,} contacted leads {counts.of_owner}{counts.usual}"
            "were contacted after the window, in working time",
            _share(usual.late_in_working_time, counts.leads),
        )
    if _above_limit(usual.never, usual.leads):
        yield LeakCause(
            "capacity",
            f"{usual.never:,} of {usual.leads:,} leads {counts.of_owner}{counts.usual}were never contacted",
            _share(usual.never, counts.leads),
        )


def _miss_pattern(counts: Counts) -> Iterator[LeakCause]:
    for group, when in (
        (counts.off_hours, "outside working hours or at weekends"),
        (counts.surge, "in working hours on days with a surge"),
    ):
        measure = _stands_out(group, counts.in_hours)
        if measure is None:
            continue
        count, usual = getattr(group, measure), getattr(counts.in_hours, measure)
        verb = "missed" if measure == "missed" else "never contacted"
        evidence = (
            f"{count:,} of {group.leads:,} leads {counts.of_owner}that arrived {when} were {verb}, against {usual:,} of"
            f" {counts.in_hours.leads:,} {counts.usual}".rstrip()
        )
        yield LeakCause("automation", evidence, _share(count, counts.leads))
        yield LeakCause("capacity", evidence, _share(count, counts.leads))


def _stands_out(group: Group, usual: Group) -> str | None:
    """Return the measure by which a group is worse.

    It is missed more often than usual by over 10 points, with separate intervals.
    """
    for measure in ("missed", "never"):
        here, there = wilson(getattr(group, measure), group.leads), wilson(getattr(usual, measure), usual.leads)
        if here is None or there is None:
            continue
        more = getattr(group, measure) / group.leads - getattr(usual, measure) / usual.leads
        if more > LIMIT_PERCENT / 100 and here[0] > there[1]:
            return measure
    return None


def _first_of_each(causes: Iterator[LeakCause]) -> list[LeakCause]:
    first: dict[str, LeakCause] = {}
    for each in causes:
        first.setdefault(each.cause, each)
    return list(first.values())


def _above_limit(part: int, whole: int) -> bool:
    return part * 100 > whole * LIMIT_PERCENT


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

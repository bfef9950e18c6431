"""Faults at calls and deliveries: kinds, points and rates."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any, TypeVar

from leadtight.domain.model.errors import FetchFailed, SendFailed, SendUnsure

T = TypeVar("T")


class ProcessKilled(BaseException):
    """The function's process was killed.

    Nothing in it can catch this.
    """


class PortUnavailable(Exception):
    """A call was refused, or succeeded without its answer."""


class FaultKind(StrEnum):
    """Kinds of faults at a call or a delivery."""

    REFUSED = "refused"
    """The call fails before it has any effect."""
    ANSWER_LOST = "answer_lost"
    """The call takes effect, and its caller sees a failure."""
    REPEATED = "repeated"
    """The answer was lost, and the client retried by itself."""
    DIED_BEFORE = "died_before"
    DIED_AFTER = "died_after"
    OVERTAKEN = "overtaken"
    """Another process works on the same lead in between."""
    LOST = "lost"
    """It never arrives.

    A record that is later than the stream's retention is lost, too.
    """
    TWICE = "twice"
    LATE = "late"
    """It arrives after later ones."""
    POISON = "poison"
    """It kills its consumer every time.

    Its batch is bisected until it stands alone, so that the others come again.
    """


CHANGING = (FaultKind.REFUSED, FaultKind.ANSWER_LOST, FaultKind.REPEATED, FaultKind.DIED_BEFORE, FaultKind.DIED_AFTER)
READING = (FaultKind.REFUSED, FaultKind.DIED_BEFORE)
"""Faults of calls that change nothing.

More kinds would have the same effect.
"""

SENDING = (FaultKind.REFUSED, FaultKind.ANSWER_LOST, FaultKind.DIED_BEFORE, FaultKind.DIED_AFTER)
"""Faults of sends.

The clients of mail and texts do not retry by themselves.
"""

SENDERS = ("mailer", "texter")
DELIVERED = {
    "stream": (FaultKind.LOST, FaultKind.TWICE, FaultKind.LATE, FaultKind.POISON),
    "alarm": (FaultKind.LOST, FaultKind.TWICE, FaultKind.LATE),
    "retry": (FaultKind.LOST, FaultKind.TWICE, FaultKind.LATE),
    "report": (FaultKind.LOST, FaultKind.TWICE, FaultKind.LATE),
    "hint": (FaultKind.LOST, FaultKind.TWICE, FaultKind.LATE),
    "stored": (FaultKind.TWICE, FaultKind.LATE),
    "spilled": (FaultKind.TWICE, FaultKind.LATE),
    "post": (FaultKind.TWICE,),
}
"""Kinds of deliveries and their possible faults."""

CONTENDED = frozenset(
    f"table.{write}" for write in ("create", "merge", "commit", "claim", "finish", "confirm", "hold", "settle")
)
"""Writes that depend on an earlier read.

Another process may have been faster.
"""

OFTEN = 4
"""Factor of the rate for conflicts and rare calls."""

MOST = 0.75
"""Upper limit of any fault rate.

With a point that always fails no run would end.
"""

SELDOM = frozenset(
    (
        *(
            "spill.send",
            "table.hold",
            "table.leads_of",
            "mail/table.find",
            "mail/table.leads_of",
            "mail/table.suppress",
            "quarantine/table.load",
        ),
        *(f"{entry}/{call}" for entry in ("import", "webhook", "quarantine") for call in ("table.merge", "alarms.arm")),
    )
)
"""Points that fewer than one run in ten passes."""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """The single fault of a run.

    `passage` is the point at which it strikes, counted from one.
    """

    passage: int
    kind: FaultKind


@dataclass
class Faults:
    """Decides which calls and deliveries fail, by the seed.

    `passages` are the points passed, in order, with their possible faults. Faults are numbered as they are decided on;
    with `only` all others are left out.
    """

    chance: Random
    rate: float
    strike: PlannedFault | None = None
    only: frozenset[int] | None = None
    overtake: Callable[[], None] = lambda: None
    is_down: Callable[[str], bool] = lambda _: False
    on_fault: Callable[[str], None] = lambda _: None
    injected: Counter[tuple[str, str]] = field(default_factory=Counter)
    passages: list[tuple[str, Sequence[FaultKind]]] = field(default_factory=list)
    number: int = 0
    prefix: str = ""
    """Prefix of point names within an entry point.

    Its calls are points of their own.
    """

    def at(self, point: str, call: Callable[[], T], kinds: Sequence[FaultKind]) -> T:
        """Make a call, or let it fail in one way."""
        here = self.prefix + point
        if self.is_down(point):
            self.injected["outage", here] += 1
            raise _refused(_port(point), "outage")
        if point in CONTENDED and self.happens(FaultKind.OVERTAKEN, here, self._often):
            self.overtake()
        kind = self._decided(here, kinds)
        return self._let(kind, _port(point), call) if kind else call()

    @property
    def _often(self) -> float:
        return min(self.rate * OFTEN, MOST)

    def to(self, delivered: str) -> FaultKind | None:
        """Return a delivery's fault; None when it arrives correctly."""
        return self._decided(delivered, DELIVERED[delivered])

    def happens(self, kind: str, point: str, probability: float) -> bool:
        """Return whether a fault happens, and count it."""
        return self.chance.random() < probability and self._is_wanted(kind, point)

    def _decided(self, point: str, kinds: Sequence[FaultKind]) -> FaultKind | None:
        self.passages.append((point, kinds))
        if self.strike:
            is_it = len(self.passages) == self.strike.passage
            return self.strike.kind if is_it and self._is_wanted(self.strike.kind, point) else None
        if self.chance.random() >= (self._often if point in SELDOM else self.rate):
            return None
        kind = self.chance.choice(kinds)
        return kind if self._is_wanted(kind, point) else None

    def _is_wanted(self, kind: str, point: str) -> bool:
        self.number += 1
        if self.only is not None and self.number not in self.only:
            return False
        self.injected[kind, point] += 1
        self.on_fault(f"fault {self.number}: {point} {kind}")
        return True

    def _let(self, kind: FaultKind, port: str, call: Callable[[], T]) -> T:
        if kind is FaultKind.REFUSED:
            raise _refused(port, kind)
        if kind is FaultKind.DIED_BEFORE:
            raise ProcessKilled(kind)
        returned = call()
        if kind is FaultKind.REPEATED:
            return call()
        if kind is FaultKind.DIED_AFTER:
            raise ProcessKilled(kind)
        if kind is FaultKind.ANSWER_LOST:
            raise _unsure(port, kind)
        return returned


def _port(point: str) -> str:
    return point.partition(".")[0]


def _refused(port: str, reason: str) -> Exception:
    if port == "platform":
        return FetchFailed(reason)
    return SendFailed(reason) if port in SENDERS else PortUnavailable(reason)


def _unsure(port: str, reason: str) -> Exception:
    return SendUnsure(reason) if port in SENDERS else PortUnavailable(reason)


class FaultyPort:
    """A port whose calls may fail.

    The simulation itself accesses what is behind it.
    """

    def __init__(self, name: str, port: object, faults: Faults, reading: Sequence[str] = ()) -> None:
        """Take the port and its calls that change nothing."""
        self._name, self._port, self._faults, self._reading = name, port, faults, frozenset(reading)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a call of the port that may fail."""
        call, at, kinds = getattr(self._port, method), self._faults.at, self._kinds(method)
        point = f"{self._name}.{method}"

        def called(*args: Any, **kwargs: Any) -> Any:
            return at(point, lambda: call(*args, **kwargs), kinds)

        setattr(self, method, called)  # cached
        return called

    def _kinds(self, method: str) -> Sequence[FaultKind]:
        if self._name in SENDERS:
            return SENDING
        return READING if method in self._reading else CHANGING


@dataclass(frozen=True, slots=True)
class Outage:
    """A period in which a part does not answer."""

    part: str
    start: datetime
    end: datetime

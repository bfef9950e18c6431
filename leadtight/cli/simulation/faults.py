"""Faults at the calls that a use case makes: what fails, how, and how often."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any, TypeVar

from leadtight.domain.errors import SendFailed, SendUnsure

T = TypeVar("T")


class Killed(BaseException):
    """The function's process is gone: nothing in it can catch this."""


class Unavailable(Exception):
    """A call was refused, or it took effect and its answer was lost."""


class Kind(StrEnum):
    """What can happen at a call."""

    REFUSED = "refused"
    """It fails before it has any effect."""
    ANSWER_LOST = "answer_lost"
    """It takes effect, and its caller hears that it failed."""
    REPEATED = "repeated"
    """Its answer was lost and the client asked again by itself."""
    DIED_BEFORE = "died_before"
    DIED_AFTER = "died_after"
    OVERTAKEN = "overtaken"
    """Somebody else works on the same lead in between."""


FAILURES = tuple(kind for kind in Kind if kind is not Kind.OVERTAKEN)
READING = (Kind.REFUSED, Kind.DIED_BEFORE)
SENDING = (Kind.REFUSED, Kind.ANSWER_LOST, Kind.DIED_BEFORE, Kind.DIED_AFTER)
"""Nothing repeats a send by itself: the clients of mail and texts do not try again."""

CONTENDED = frozenset({"table.create", "table.merge", "table.commit", "table.claim", "table.finish", "table.confirm"})
"""Writes that depend on what was read before them: somebody else may have been faster."""

OFTEN = 4
"""Two meet more often than something fails: so many times."""


@dataclass
class Faults:
    """Decides at every call what fails; the same seed decides the same."""

    chance: Random
    rate: float
    overtake: Callable[[], None] = lambda: None
    is_down: Callable[[str], bool] = lambda _: False
    injected: Counter[tuple[str, str]] = field(default_factory=Counter)

    def at(self, point: str, call: Callable[[], T], kinds: Sequence[Kind]) -> T:
        """Make a call, or let it fail in one of some ways."""
        port = point.partition(".")[0]
        if self.is_down(port):
            self.injected["outage", point] += 1
            raise _refused(port, "outage")
        if point in CONTENDED and self.chance.random() < self.rate * OFTEN:
            self.injected[Kind.OVERTAKEN, point] += 1
            self.overtake()
        if self.chance.random() >= self.rate:
            return call()
        kind = self.chance.choice(kinds)
        self.injected[kind, point] += 1
        return self._let(kind, port, call)

    def _let(self, kind: Kind, port: str, call: Callable[[], T]) -> T:
        if kind is Kind.REFUSED:
            raise _refused(port, kind)
        if kind is Kind.DIED_BEFORE:
            raise Killed(kind)
        returned = call()
        if kind is Kind.REPEATED:
            return call()
        if kind is Kind.DIED_AFTER:
            raise Killed(kind)
        if kind is Kind.ANSWER_LOST:
            raise _unsure(port, kind)
        return returned


def _refused(port: str, why: str) -> Exception:
    return SendFailed(why) if port in ("mailer", "texter") else Unavailable(why)


def _unsure(port: str, why: str) -> Exception:
    return SendUnsure(why) if port in ("mailer", "texter") else Unavailable(why)


class Faulty:
    """A port whose calls may fail; the simulation itself looks at what is behind it."""

    def __init__(self, name: str, port: object, faults: Faults, reading: Sequence[str] = ()) -> None:
        """Take the port, and which of its calls change nothing."""
        self._name, self._port, self._faults, self._reading = name, port, faults, frozenset(reading)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a call of the port, with whatever may happen at it."""
        call = getattr(self._port, method)
        kinds = self._kinds(method)

        def called(*args: Any, **kwargs: Any) -> Any:
            return self._faults.at(f"{self._name}.{method}", lambda: call(*args, **kwargs), kinds)

        return called

    def _kinds(self, method: str) -> Sequence[Kind]:
        if self._name in ("mailer", "texter"):
            return SENDING
        return READING if method in self._reading else FAILURES


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch of time in which something answers nobody."""

    what: str
    start: datetime
    end: datetime

"""The time of a lead's way (A1, B6, C1, E2).

The functions' own time is measured over the memory twins; `leadtight.capacity.latency` models the share of AWS.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median, quantiles

from leadtight.adapters.memory.ports import InMemoryPorts
from leadtight.app.intake.submission import Submission
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.application import Application
from leadtight.bench.measures import Result, quiet
from leadtight.capacity.latency import STRETCHES, percentiles
from leadtight.domain.model.lead import Lead
from leadtight.policy import loader as policies

MONDAY_TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
FUNCTIONS = ("intake", "route", "respond", "desk")


class Ways:
    """Sends leads through use cases, and keeps their times.

    Times are milliseconds of processor time by function.
    """

    def __init__(self) -> None:
        self.own: Mapping[str, list[float]] = {name: [] for name in FUNCTIONS}
        self._twins = InMemoryPorts()
        self._made = Application(policies.shipped(), self._twins)

    def go(self, number: int) -> None:
        """Receive, assign, answer and qualify one lead."""
        made, table, now = self._made, self._twins.table, MONDAY_TEN
        body = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": "Please call me"}
        marks = [time.process_time()]
        lead_id = made.intake.receive(Submission(source="bench", body=body), now).lead_id
        marks.append(time.process_time())
        made.route.route(self._lead(lead_id), now)
        marks.append(time.process_time())
        made.respond.deliver(lead_id, table.messages(lead_id)[0].id, now)
        marks.append(time.process_time())
        lead = self._lead(lead_id)
        token = self._twins.links.outcome(lead, str(lead.owner_id), now).rpartition("/")[2]
        marks.append(time.process_time())
        made.desk.record(token, OutcomeForm(outcome="qualified", submission=lead.version), now)
        marks.append(time.process_time())
        for name, began, ended in zip(FUNCTIONS, (*marks[:3], marks[4]), (*marks[1:4], marks[5]), strict=True):
            self.own[name].append((ended - began) * 1e3)

    def _lead(self, lead_id: str) -> Lead:
        lead = self._twins.table.load(lead_id)
        assert lead is not None, "it was stored just now"
        return lead

    @property
    def sent(self) -> int:
        """Return how many acknowledgements were handed over."""
        return len(self._twins.mailer.sent)


def answering(count: int) -> list[Result]:
    """Measure a lead's way, without and with AWS's part.

    The modelled percentiles have bars where functions are warm, as they are under traffic.
    """
    ways = Ways()
    with quiet():
        for number in range(count):
            ways.go(number)
    taken = [sum(pair) for pair in zip(ways.own["intake"], ways.own["respond"], strict=True)]
    own = Result(
        id="answering",
        description=f"from an accepted inquiry to the provider's hands, the functions' own time ({count} leads)",
        figures={"median_ms": median(taken), "p95_ms": quantiles(taken, n=20)[-1]},
        bar=("p95_ms", 2_000.0),
        disagreements=[] if ways.sent == count else [f"{ways.sent} of {count} were handed over"],
    )
    return [own, *modelled(ways.own)]


def modelled(own: Mapping[str, Sequence[float]]) -> list[Result]:
    """Return the percentiles with AWS's modelled part, by stretch.

    `own` has the functions' measured times in milliseconds.
    """
    return [
        Result(
            id=f"{stretch.id}_{traffic}",
            description=f"{stretch.description}, with AWS's part as modelled, {words}",
            figures=percentiles(stretch, own, traffic),
            bar=(stretch.figure, stretch.below) if traffic == "busy" else None,
        )
        for stretch in STRETCHES
        for traffic, words in (("busy", "functions warm"), ("quiet", "every start cold"))
    ]

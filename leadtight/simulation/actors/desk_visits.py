"""Owners who hand leads over and undo outcomes.

Recording outcomes is in people.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leadtight.app.outcomes.desk import HandOverForm
from leadtight.domain.model.errors import InvalidInquiry, LeadClosed, LinkExpired, NotFound, StaleSubmission
from leadtight.domain.model.event import EventKind
from leadtight.domain.ownership.handover import pools_open_to

if TYPE_CHECKING:
    from leadtight.app.outcomes.recording import LeadView
    from leadtight.simulation.run import SimulationRun

OVER = (InvalidInquiry, LeadClosed, LinkExpired, NotFound, StaleSubmission)
"""Final rejections, which the person does not retry."""

AT_THE_LAST_MOMENT = 0.5
"""Share of handovers just before the first promise would break.

That is where its breach could be lost.
"""

TAKEN_BACK = 0.15
"""Share of outcomes that are undone."""


@dataclass
class DeskVisits:
    """The owners of one run at their pages.

    `misled` lists responses that contradict what a request did.
    """

    run: SimulationRun
    misled: list[str] = field(default_factory=list)

    def hands_over(self, token: str, lead_id: str) -> None:
        """Schedule a handover by an owner, often near the deadline."""
        chance, lead = self.run.chance, self.run.deployment.table.load(lead_id)
        seconds = chance.choice((600, 7_200, 86_400))
        visit = self._handed_over(token, chance.random())
        if lead and chance.random() < AT_THE_LAST_MOMENT:
            self.run.at(lead.promise.deadline - timedelta(seconds=chance.uniform(0, 60)), visit)
        else:
            self.run.soon(20, seconds, visit)

    def takes_back(self, token: str, recorded: LeadView) -> None:
        """Let an owner undo an outcome while that is possible."""
        last = recorded.lead.last_outcome
        if last is not None:
            within = self.run.policy.undo_within.total_seconds()
            self.run.soon(5, within, self._taken_back(token, last.version))

    def _handed_over(self, token: str, choice: float) -> Callable[[], None]:
        forms = list[HandOverForm]()

        def visit() -> None:
            if not self.run.is_ending and not self.run.invoke(
                "desk", lambda now: self._hand_over(token, forms, choice, now)
            ):
                self.run.soon(10, 90, visit)  # the person presses again

        return visit

    def _hand_over(self, token: str, forms: list[HandOverForm], choice: float, now: datetime) -> None:
        desk = self.run.deployment.desk
        with suppress(*OVER):
            view = desk.look(token, now)
            pools = pools_open_to(self.run.policy, view.lead)
            if pools and not forms:
                forms.append(HandOverForm(pool=pools[int(choice * len(pools))], submission=view.lead.version))
            for form in forms:
                self._moved(lambda form=form: desk.hand_over(token, form, now))  # type: ignore[misc]

    def _moved(self, press: Callable[[], object]) -> None:
        """Submit a handover; check that a rejected one moved nothing."""
        changes = self.run.deployment.table.changes
        count = len(changes)
        try:
            press()
        except OVER:
            if any(
                e.kind is EventKind.LEAD_HANDED_OVER and _by_a_person(e.actor)
                for c in changes[count:]
                for e in c.events
            ):
                self.misled.append("a handover was recorded, and its owner was told that it was not")
            raise

    def _taken_back(self, token: str, version: int) -> Callable[[], None]:
        def visit() -> None:
            if not self.run.is_ending and not self.run.invoke("desk", lambda now: self._take_back(token, version, now)):
                self.run.soon(10, 90, visit)

        return visit

    def _take_back(self, token: str, version: int, now: datetime) -> None:
        with suppress(*OVER):
            self.run.deployment.desk.undo(token, version, now)


def _by_a_person(actor: str) -> bool:
    return actor.startswith("person:")

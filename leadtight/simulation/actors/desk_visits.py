"""What owners do at their leads' pages besides recording outcomes: they hand leads over, and take outcomes back."""

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
"""What a person at a page is told, and need not do again."""

AT_THE_LAST_MOMENT = 0.5
"""How many hand a lead over just before its first promise would break: that is where its miss could be lost."""

TAKEN_BACK = 0.15
"""How many outcomes are taken back."""


@dataclass
class DeskVisits:
    """The owners of one run at their pages, and who of them was told something else than what they did."""

    run: SimulationRun
    misled: list[str] = field(default_factory=list)

    def hands_over(self, token: str, lead_id: str) -> None:
        """Let an owner hand a lead over some time, often just before its deadline."""
        chance, lead = self.run.chance, self.run.deployment.table.load(lead_id)
        seconds = chance.choice((600, 7_200, 86_400))
        visit = self._handed_over(token, chance.random())
        if lead and chance.random() < AT_THE_LAST_MOMENT:
            self.run.at(lead.promise.deadline - timedelta(seconds=chance.uniform(0, 60)), visit)
        else:
            self.run.soon(20, seconds, visit)

    def takes_back(self, token: str, recorded: LeadView) -> None:
        """Let an owner take an outcome back some time while that is possible."""
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
        """Press: a user who is told that the lead cannot be moved did not move it."""
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
                self.misled.append("somebody who handed a lead over was told that they did not")
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

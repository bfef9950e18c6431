"""Managers who settle quarantined deliveries, sometimes two at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, NotFound, StaleSubmission
from leadtight.simulation.run import SimulationRun

OVER = (LinkExpired, NotFound, StaleSubmission)
"""Final rejections, which the manager does not retry."""


@dataclass
class Managers:
    """The managers of one run.

    `misled` lists responses that contradict what a request did.
    """

    run: SimulationRun
    misled: list[str] = field(default_factory=list)
    _noticed: set[str] = field(default_factory=set)
    _is_rival: bool = False
    """Whether the manager at work now is a rival."""

    def __post_init__(self) -> None:
        """Register a rival for a delivery about to be settled."""
        self.person = self.run.policy.routing.catch_all
        self.run.rival = self._rival

    def notice(self) -> None:
        """Schedule visits after a delivery was quarantined.

        Without a visit it stays there.
        """
        for delivery in self.run.deployment.table.every_held():
            if delivery.state is QuarantineState.HELD and delivery.id not in self._noticed:
                self._noticed.add(delivery.id)
                for _ in range(self.run.chance.choices((0, 1, 2), (1, 2, 1))[0]):
                    self.run.soon(30, 3_600, self._come)

    def _come(self) -> None:
        shown = list[QuarantinedDelivery]()
        if self.run.is_ending:
            return None
        if not self.run.invoke("quarantine", lambda now: shown.extend(self._look(now))):
            return self.run.soon(60, 900, self._come)
        for delivery in shown:
            self.run.soon(1, 60, self._decides(delivery.id, release=self.run.is_lucky(0.6)))
        return None

    def _look(self, now: datetime) -> list[QuarantinedDelivery]:
        shown = self.run.deployment.quarantine_desk.show(self._token(now), now)
        return [*shown.waiting, *shown.suspected]

    def _decides(self, held_id: str, *, release: bool, is_rival: bool = False) -> Callable[[], None]:
        def decide() -> None:
            if self.run.is_ending:
                return
            self._is_rival = is_rival
            if not self.run.invoke("quarantine", lambda now: self._decide(held_id, release, now)):
                self.run.soon(10, 300, decide)

        return decide

    def _decide(self, held_id: str, release: bool, now: datetime) -> None:
        """Release or discard a delivery.

        One that is still not a lead is discarded.
        """
        desk, token = self.run.deployment.quarantine_desk, self._token(now)
        try:
            if release:
                desk.release(token, held_id, now)
            else:
                desk.discard(token, held_id, "an advert", now)
        except InvalidInquiry:
            return self._decide(held_id, False, now)
        except OVER:
            return None
        done, delivery = (
            QuarantineState.RELEASED if release else QuarantineState.DISCARDED,
            self.run.deployment.table.find_held(held_id),
        )
        if delivery is None or delivery.state is not done:
            self.misled.append(f"{held_id} was reported as {done}, and is {delivery and delivery.state}")
        return None

    def look(self, now: datetime) -> None:
        """Fetch the quarantine page."""
        self._look(now)

    def _rival(self) -> None:
        """Let another manager settle a delivery first.

        Rivals have no rivals: each retries after a failure, so they would multiply without end.
        """
        open_ones = [
            delivery for delivery in self.run.deployment.table.every_held() if delivery.state is QuarantineState.HELD
        ]
        if open_ones and not self._is_rival:
            delivery = self.run.chance.choice(open_ones)
            self._decides(delivery.id, release=self.run.is_lucky(0.5), is_rival=True)()
            self._is_rival = False

    def _token(self, now: datetime) -> str:
        return self.run.deployment.quarantine_desk.link(self.person, now).rpartition("/")[2]

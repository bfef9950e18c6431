"""Who looks after held deliveries: managers at the page behind a link, sometimes two at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, NotFound, StaleSubmission
from leadtight.simulation.run import SimulationRun

OVER = (LinkExpired, NotFound, StaleSubmission)
"""What a manager is told, and need not do again."""


@dataclass
class Managers:
    """The managers of one run, and who of them was told something else than what they did."""

    run: SimulationRun
    misled: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _is_rival: bool = False
    """Whether the manager at work now is another's rival."""

    def __post_init__(self) -> None:
        """Be there when somebody else settles what one of them is about to."""
        self.person = self.run.policy.routing.catch_all
        self.run.rival = self._rival

    def notice(self) -> None:
        """Come some time after something was held; what nobody comes for stays where it is."""
        for delivery in self.run.deployment.table.every_held():
            if delivery.state is QuarantineState.HELD and delivery.id not in self._seen:
                self._seen.add(delivery.id)
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
        """Release or discard a delivery; one that is still no lead is discarded."""
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
            self.misled.append(f"who {done} {held_id} was told so, and it is {delivery and delivery.state}")
        return None

    def look(self, now: datetime) -> None:
        """Look at what is held."""
        self._look(now)

    def _rival(self) -> None:
        """Let another manager settle something while one is about to.

        Rivals have none: they press again when that fails, and each with a rival of their own they would become ever
        more.
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

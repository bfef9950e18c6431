"""Run a shape with its visitors, owners and outages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope
from scripts.load import requests
from scripts.load.progress import Progress
from scripts.load.report import Report, report
from scripts.load.shapes import Shape, domain, policy
from scripts.load.stage import MONDAY_NINE, LoadStage

ANSWERED_WITHIN = (30.0, 240.0)
FORM_SHARE = 0.5
"""Share of leads that post a form.

The others come from a program of the firm.
"""


@dataclass
class LoadRun:
    """One run of a shape."""

    shape: Shape
    scale: str
    seed: int = 1
    posted: int = 0
    spilled: int = 0
    _answered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Create the stage, with a key for the firm's program."""
        self._key, key = api_keys.make("load", list(Scope), MONDAY_NINE - timedelta(days=1))
        secrets = {"api": api_keys.write([key])}
        self.stage = LoadStage(
            quotas=self.shape.quotas,
            limits=self.shape.limits,
            policy=policy(self.shape.quotas, self.shape.pools),
            secrets=secrets,
            seed=self.seed,
        )
        self.stage.outages = self.shape.outages

    def go(self, *, shown: bool = False) -> Report:
        """Run the shape and return its results."""
        end = self.shape.seconds + self.shape.settling
        progress = Progress(self.shape.name, end) if shown else None
        stage, self._spill = self.stage, self.stage.queues["spill"].put
        stage.queues["spill"].put = self._spilled  # type: ignore[method-assign]  # counts on the way
        with stage.running():
            for number, (phase, at) in enumerate(self.shape.arrivals()):
                stage.clock.at(at, partial(self._post, number, phase))
            stage.run(end, progress)
        if progress:
            progress.done()
        return report(stage, self.shape, self.scale, self.posted, self.spilled)

    def _spilled(self, body: str, delay: float, received: int = 1) -> None:
        self.spilled += received == 1
        self._spill(body, delay, received)

    def _post(self, number: int, phase: str) -> None:
        self.posted += 1
        is_hot = self.stage.chance.random() < self.shape.hot
        words = ("Please call me today. " if is_hot else "I have a question. ") + "x" * int(self.shape.kilobytes * 1024)
        email = f"load{number}@{domain(number, self.shape.pools)}"
        address = f"198.51.{number // 250 % 250}.{number % 250}"
        if self.stage.chance.random() < FORM_SHARE:
            fields = {"your-name": f"Load {number}", "your-email": email, "your-message": words}
            self.stage.visit(requests.form("contact", fields, address=address))
        else:
            body: dict[str, Any] = {"name": f"Load {number}", "email": email, "message": words}
            self.stage.visit(requests.lead(body | {"fields": {"phase": phase}}, key=self._key, address=address))
        self._answer_later()

    def _answer_later(self) -> None:
        """Schedule outcomes by the owners of new leads."""
        new = [mail.lead_id for mail in self.stage.account.mails[len(self._answered) :] if mail.lead_id]
        for lead_id in new:
            if lead_id not in self._answered and self.stage.chance.random() < self.shape.answered:
                self.stage.clock.after(self.stage.chance.uniform(*ANSWERED_WITHIN), partial(self._answer, lead_id))
            self._answered.add(lead_id)

    def _answer(self, lead_id: str) -> None:
        self.stage.functions.run("desk", requests.outcome(lead_id, self._key, "connected"))

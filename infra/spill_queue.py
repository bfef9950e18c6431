"""The queue of form posts while the table is unavailable."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.queues import dead_letter_queue, work_queue
from infra.stage import StageSettings

TRIES = 1000
"""The most tries that SQS allows.

At one try every two minutes, they outlast an outage of more than a day.
"""


class SpilledPosts(Construct):
    """The queue of spilled posts with its dead letters."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, handled_in: Duration) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letter_queue(self, "Dead", stage=stage, name="spill-dead")
        self.queue = work_queue(
            self, "Queue", stage=stage, name="spill", handled_in=handled_in, dead=self.dead, tries=TRIES
        )

"""The queue that retries refused messages within seconds."""

from __future__ import annotations

from aws_cdk import Duration
from constructs import Construct

from infra.queues import dead_letter_queue, work_queue
from infra.stage import StageSettings


class RetryQueue(Construct):
    """The queue of retries with its dead letters."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, handled_in: Duration) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letter_queue(self, "Dead", stage=stage, name="retries-dead")
        self.queue = work_queue(self, "Queue", stage=stage, name="retries", handled_in=handled_in, dead=self.dead)

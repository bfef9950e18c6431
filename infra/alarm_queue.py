"""Delivery of lead alarms: schedule group, queue and scheduler role."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.queues import dead_letter_queue, work_queue
from infra.stage import StageSettings


class AlarmQueue(Construct):
    """The alarm queue, its dead letters, schedule group and role."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, handled_in: Duration) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letter_queue(self, "Dead", stage=stage, name="alarms-dead")
        self.queue = work_queue(self, "Queue", stage=stage, name="alarms", handled_in=handled_in, dead=self.dead)
        self.group = scheduler.CfnScheduleGroup(self, "Group", name=f"leadtight-{stage.name}")
        self.role = iam.Role(
            self,
            "SchedulerRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            ),
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn]))

    @property
    def group_name(self) -> str:
        """Return the schedule group's name."""
        return self.group.ref

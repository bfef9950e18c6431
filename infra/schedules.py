"""Scheduled work: sweeps, reconciliation, nightly metrics and weekly review."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import LeadFunction
from infra.stage import StageSettings

CLOCKS_READ = (date(2005, 1, 1), date(2037, 12, 31))
"""Years whose clock changes count: a government may return to a former rule."""


def first_hour(zone: ZoneInfo) -> int:
    """Return the first hour that no clock change skips.

    Scheduler skips a run at a local time that does not exist. Where clocks change at midnight, as in Cairo or Santiago,
    the day begins at one o'clock then.
    """
    first, last = CLOCKS_READ
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return next(hour for hour in range(24) if all(_exists(day, hour, zone) for day in days))


def _exists(day: date, hour: int, zone: ZoneInfo) -> bool:
    """Return whether all of an hour exists on a day.

    Clocks change at most at the half hour.
    """
    local = [datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone) for minute in (0, 30)]
    return all(t.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == t.replace(tzinfo=None) for t in local)


class Schedules(Construct):
    """The recurring schedules and their one role.

    The role may start their functions.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        stage: StageSettings,
        sla: LeadFunction,
        collect: LeadFunction,
        report: LeadFunction,
        failed: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id_)
        self._stage, self._failed = stage, failed
        self.group = scheduler.CfnScheduleGroup(self, "Group", name=f"leadtight-{stage.name}-recurring")
        self.role = self._role((sla, collect, report))
        minutes = stage.sweep_every.to_minutes()
        every = f"rate({minutes} minute{'s' if minutes > 1 else ''})"
        self._add("sweep", every, sla, {"sweep": True})
        self._add("collect", every, collect, {"sweep": True})
        hour = first_hour(ZoneInfo(stage.timezone))
        # Also just after midnight, so that the nightly metrics have the complete day.
        self._add("reconcile", f"cron(2 {hour}/6 * * ? *)", collect, {"reconcile": True})
        self._add("nightly", f"cron(15 {hour} * * ? *)", report, {"kind": "nightly"})
        # Early enough for the earliest Monday morning; each reader's mail waits for their own.
        self._add("weekly", f"cron(30 {hour} ? * MON *)", report, {"kind": "weekly"})

    def _role(self, units: Sequence[LeadFunction]) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            ),
        )
        functions = [unit.function.function_arn for unit in units]
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions))
        role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self._failed.queue_arn]))
        return role

    def _add(self, name: str, expression: str, unit: LeadFunction, payload: dict[str, object]) -> None:
        scheduler.CfnSchedule(
            self,
            name.capitalize(),
            name=name,
            group_name=self.group.ref,
            schedule_expression=expression,
            # Nights are the company's, across daylight saving changes.
            schedule_expression_timezone=self._stage.timezone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=unit.function.function_arn,
                role_arn=self.role.role_arn,
                input=json.dumps(payload),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self._failed.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=5
                ),
            ),
        )

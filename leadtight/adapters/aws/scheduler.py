"""Alarms by EventBridge Scheduler, or by queue when near.

Scheduler is precise to a minute and delivers at least once; the queue is precise to a second and reaches fifteen
minutes. An alarm between one and fifteen minutes away goes both ways with the same token: the second finds nothing to
do. An alarm that cannot be armed is logged, not raised: the change is already stored, and the sweep finds it.
"""

import json
import logging
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters.aws import clients
from leadtight.app.ports.alarms import NEAR
from leadtight.domain.model.lead import Lead

ALARM_SCHEMA = "leadtight.alarm/1"
SCHEDULER_PRECISION = timedelta(minutes=1)
logger = logging.getLogger(__name__)


class AwsAlarms:
    """Arms a lead's one alarm."""

    def __init__(self, *, queue_url: str, queue_arn: str, schedule_group: str, role_arn: str) -> None:
        """Take the alarm queue, the schedule group and its role."""
        self._queue_url = queue_url
        self._queue_arn = queue_arn
        self._group = schedule_group
        self._role_arn = role_arn

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of `lead.wake_at`."""
        if lead.wake_at is None:
            return
        wait = lead.wake_at - now
        try:
            if wait > SCHEDULER_PRECISION:
                self._schedule(lead, lead.wake_at)
            if wait <= NEAR:
                self._delay(lead, wait)
        except (ClientError, BotoCoreError) as error:
            logger.warning("alarm_not_armed lead=%s token=%s: %s", lead.id, lead.wake_token, error)

    def disarm(self, lead: Lead) -> None:
        """Delete the schedule that this state of the lead armed.

        An alarm that fires anyway is ignored because of its token.
        """
        if lead.wake_at is None:
            return
        try:
            clients.client("scheduler").delete_schedule(GroupName=self._group, Name=schedule_name(lead))
        except (ClientError, BotoCoreError) as error:
            if not _is(error, "ResourceNotFoundException"):
                logger.warning("alarm_not_disarmed lead=%s token=%s: %s", lead.id, lead.wake_token, error)

    def _schedule(self, lead: Lead, at: datetime) -> None:
        try:
            clients.client("scheduler").create_schedule(
                GroupName=self._group,
                Name=schedule_name(lead),
                ScheduleExpression=f"at({_whole_second(at):%Y-%m-%dT%H:%M:%S})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={"Arn": self._queue_arn, "RoleArn": self._role_arn, "Input": alarm_body(lead)},
            )
        except ClientError as error:
            if not _is(error, "ConflictException"):  # a retry found its own schedule
                raise

    def _delay(self, lead: Lead, wait: timedelta) -> None:
        seconds = max(0, math.ceil(wait.total_seconds()))
        clients.client("sqs").send_message(QueueUrl=self._queue_url, MessageBody=alarm_body(lead), DelaySeconds=seconds)


def alarm_body(lead: Lead) -> str:
    """Return the payload of an alarm.

    Earlier and later versions of the product read it: add fields, never rename any.
    """
    return json.dumps(
        {"schema": ALARM_SCHEMA, "lead_id": lead.id, "token": lead.wake_token, "pool_id": lead.pool_id or ""}
    )


def schedule_name(lead: Lead) -> str:
    """Return the name of a lead's schedule.

    A name has at most 64 characters, of letters, digits and `-_.`; a lead id has 26.
    """
    return f"lead-{lead.id}-{lead.wake_token}"


def _whole_second(at: datetime) -> datetime:
    """Round an instant up to a whole second in UTC.

    An alarm must not fire early.
    """
    at = at.astimezone(UTC)
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def _is(error: Any, code: str) -> bool:
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") == code

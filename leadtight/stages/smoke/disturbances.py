"""Break a part of a stage for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from leadtight.adapters.aws import clients
from leadtight.stages.smoke.deployed_stage import FUNCTIONS, DeployedStage

POLICY = "leadtight-smoke"
"""The name of the policies that smoke adds, by which `--clean` finds them."""

SWEEP = "sweep"
MARK = "leadtight_smoke"
READERS = {"alarms": "sla", "spill": "intake"}
"""Queues whose tries are made quicker, and the functions that read them."""

TRIES_OF_A_TIMEOUT = 6
"""A message is hidden for so many timeouts of its function, as AWS asks (infra/queues.py)."""

UNCHANGED = (
    *("ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target", "Description"),
    *("StartDate", "EndDate", "KmsKeyArn", "ActionAfterCompletion"),
)
"""What an update of a schedule must repeat, or Scheduler resets it."""


class Disturbances:
    """Breaks parts of one stage, each until its block ends."""

    def __init__(self, stage: DeployedStage, run: str) -> None:
        """Take the stage and the run's id."""
        self._stage = stage
        self._run = run

    @contextmanager
    def denied(self, function: str, action: str) -> Iterator[None]:
        """Deny an action to a function's role."""
        iam, role = clients.client("iam"), self._role(function)
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName=POLICY)

    @contextmanager
    def without_sweep(self) -> Iterator[None]:
        """Disable the schedule of the sweep."""
        self._set_sweep("DISABLED")
        try:
            yield
        finally:
            self._set_sweep("ENABLED")

    @contextmanager
    def tried_quickly(self, queue: str, seconds: int) -> Iterator[None]:
        """Let a queue's messages come again sooner."""
        sqs, url = clients.client("sqs"), self._queue(queue)
        name = "VisibilityTimeout"
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before})

    def send_unreadable(self, queue: str) -> None:
        """Put a message on a queue that cannot be read."""
        clients.client("sqs").send_message(QueueUrl=self._queue(queue), MessageBody=json.dumps({MARK: self._run}))

    def drop_unreadable(self, queue: str) -> int:
        """Delete our dead letters, and count them."""
        sqs, url = clients.client("sqs"), self._queue(f"{queue}-dead")
        received, dropped = list[Mapping[str, Any]](), 0
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get(
            "Messages"
        ):
            received += messages
        for message in received:
            if MARK in message["Body"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                dropped += 1
            else:
                sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        return dropped

    def mend(self) -> tuple[str, ...]:
        """Undo what a killed run has left; name it."""
        return (*self._undenied(), *self._enabled(), *self._timed())

    def _undenied(self) -> Iterator[str]:
        iam = clients.client("iam")
        for function in FUNCTIONS:
            role = self._role(function)
            if POLICY in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                iam.delete_role_policy(RoleName=role, PolicyName=POLICY)
                yield f"a denial of {function}"

    def _enabled(self) -> Iterator[str]:
        scheduler, group = clients.client("scheduler"), f"{self._stage.stack}-recurring"
        if scheduler.get_schedule(GroupName=group, Name=SWEEP).get("State") == "DISABLED":
            self._set_sweep("ENABLED")
            yield "a disabled sweep"

    def _timed(self) -> Iterator[str]:
        """Give queues their time back."""
        sqs, lambda_, name = clients.client("sqs"), clients.client("lambda"), "VisibilityTimeout"
        for queue, function in READERS.items():
            url = self._queue(queue)
            configured = lambda_.get_function_configuration(FunctionName=self._function(function))["Timeout"]
            now = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
            if int(now) < TRIES_OF_A_TIMEOUT * configured:
                sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(TRIES_OF_A_TIMEOUT * configured)})
                yield f"quick tries of {queue}"

    def _function(self, function: str) -> str:
        return self._stage.outputs[f"{function.capitalize()}Function"]

    def _role(self, function: str) -> str:
        role = clients.client("lambda").get_function_configuration(FunctionName=self._function(function))["Role"]
        return str(role).rpartition("/")[2]

    def _queue(self, name: str) -> str:
        return str(clients.client("sqs").get_queue_url(QueueName=f"{self._stage.stack}-{name}")["QueueUrl"])

    def _set_sweep(self, state: str) -> None:
        scheduler, group = clients.client("scheduler"), f"{self._stage.stack}-recurring"
        current = scheduler.get_schedule(GroupName=group, Name=SWEEP)
        kept = {key: current[key] for key in UNCHANGED if current.get(key)}
        scheduler.update_schedule(GroupName=group, Name=SWEEP, State=state, **kept)

"""The deployed stack: functions, link secret, logs and queues.

Functions go by their short names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from leadtight.adapters.aws import clients
from leadtight.devstage.console.sent import fetch_json
from leadtight.devstage.info import DevInfo

# A report starts a Python with DuckDB in it, perhaps for the first time.
INVOKE_SECONDS = 120
LOOK_BACK = timedelta(hours=1)


class InvokeError(Exception):
    """The function failed; the message is the error it raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """Message counts of a queue.

    `waiting` messages can be received now; `later` ones are delayed or in progress.
    """

    name: str
    waiting: int
    later: int

    @property
    def is_dead_letters(self) -> bool:
        """Return whether the queue keeps failed messages."""
        return self.name.endswith(("-dead", "failed"))


class LocalStack:
    """Client of the stack on the local cloud."""

    def __init__(self, info: DevInfo) -> None:
        """Take the addresses of the stack."""
        self._info = info

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Any:
        """Invoke a function as its schedule would.

        Raises InvokeError when it raised.
        """
        client = clients.client("lambda", attempts=1, read_seconds=INVOKE_SECONDS)
        answer = client.invoke(FunctionName=self._name(function), Payload=json.dumps(payload).encode())
        content = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise InvokeError(f"{content.get('errorType', 'Error')}: {content.get('errorMessage', 'no message')}")
        return content

    def last_log(self, function: str, message: str, now: datetime) -> tuple[datetime, dict[str, Any]] | None:
        """Return a function's last recent log of `message`.

        The result is its time and content; None when the last hour has none.
        """
        response = clients.client("logs").filter_log_events(
            logGroupName=self._log_group(function),
            startTime=int((now - LOOK_BACK).timestamp() * 1000),
            filterPattern=message,
        )
        last = max(response["events"], key=lambda e: e["timestamp"], default=None)
        return (datetime.fromtimestamp(last["timestamp"] / 1000, UTC), json.loads(last["message"])) if last else None

    def queues(self) -> tuple[QueueDepth, ...]:
        """Return the stack's queues.

        One request to the local cloud's inspection page covers all of them.
        """
        messages = fetch_json(f"{self._info.aws_endpoint}/_ministack/sqs/messages")["messages"]
        names = (pair for account in messages.values() for region in account.values() for pair in region.items())
        return tuple(sorted(self._own_queues(names), key=lambda q: q.name))

    @cached_property
    def link_secret(self) -> str:
        """Return the id of the secret that signs links."""
        resources = clients.client("cloudformation").describe_stack_resources(StackName=self._info.stack)[
            "StackResources"
        ]
        ids = (r["PhysicalResourceId"] for r in resources if r["LogicalResourceId"].startswith("LinkSecret"))
        return str(next(ids))

    def _own_queues(self, queues: Iterator[tuple[str, list[dict[str, Any]]]]) -> Iterator[QueueDepth]:
        for url, messages in queues:
            name = url.rpartition("/")[2]
            if name.startswith(f"{self._info.stack}-"):
                visible = sum(1 for m in messages if m["IsVisible"])
                short = name.removeprefix(f"{self._info.stack}-")
                yield QueueDepth(name=short, waiting=visible, later=len(messages) - visible)

    def _name(self, function: str) -> str:
        return self._outputs[f"{function.capitalize()}Function"]

    def _log_group(self, function: str) -> str:
        answer = clients.client("lambda").get_function_configuration(FunctionName=self._name(function))
        group: str = answer["LoggingConfig"]["LogGroup"]
        return group

    @cached_property
    def _outputs(self) -> dict[str, str]:
        stacks = clients.client("cloudformation").describe_stacks(StackName=self._info.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}

"""Find a deployed stack and invoke its functions."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters.aws import clients
from leadtight.cli.exits import stop
from leadtight.devstage.info import DevInfo
from leadtight.stages.credentials import explained

DEV = Path(".leadtight/dev.json")
# A function may take five minutes; a caller that gives up earlier would not learn what it found.
PATIENCE_SECONDS = 310


@dataclass(frozen=True, slots=True)
class StackClient:
    """A stack as seen by one command.

    Any failure ends the command with one line and an exit code.
    """

    command: str
    stack: str
    outputs: dict[str, str]

    @classmethod
    def find(cls, command: str, stack: str | None) -> StackClient:
        """Return a stack, by default the running local stage.

        Exits with 2 when there is none.
        """
        name = reach(command, stack)
        try:
            description = clients.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except (ClientError, BotoCoreError) as error:
            raise stop(command, f"{name}: {explained(error)}", code=2) from error
        outputs = {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", ())}
        return cls(command, name, outputs)

    def ask(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function, named by its output.

        Exits with 1 when it fails.
        """
        if (name := self.outputs.get(function)) is None:
            raise stop(self.command, f"{self.stack}: it has no output {function}: is it deployed?", code=2)
        client = clients.client("lambda", attempts=1, read_seconds=PATIENCE_SECONDS)
        try:
            answer = client.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        except (ClientError, BotoCoreError) as error:
            raise stop(self.command, f"{name}: {error}", code=1) from error
        reply: dict[str, Any] = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise stop(self.command, f"{name}: {reply.get('errorMessage', 'failed')}", code=1)
        return reply


def reach(command: str, stack: str | None) -> str:
    """Return the stack's name.

    For the local stage, the AWS clients are pointed at the local cloud.
    """
    local = DevInfo.read(DEV) if DEV.is_file() else None
    if local and stack in (None, local.stack):
        os.environ |= {
            "AWS_ENDPOINT_URL": local.aws_endpoint,
            "AWS_DEFAULT_REGION": local.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return local.stack
    if stack is None:
        raise stop(command, "--stack: required, because no local stage is running here", code=2)
    return stack

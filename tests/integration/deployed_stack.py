"""CloudFormation and Lambda for commands: one stack over moto.

Its functions run here.
"""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lambda_context import CONTEXT

STACK = "leadtight-prod"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class DeployedStack:
    """Answers as both services; `payloads` records its functions' inputs."""

    def __init__(self, outputs: dict[str, str], functions: dict[str, Handler]) -> None:
        self.payloads: list[dict[str, Any]] = []
        self._functions = {f"{STACK}-{output}": handler for output, handler in functions.items()}
        self._outputs = outputs | {output: f"{STACK}-{output}" for output in functions}

    def describe_stacks(self, **params: str) -> dict[str, Any]:
        assert params == {"StackName": STACK}
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in self._outputs.items()]}]}

    def invoke(self, **params: Any) -> dict[str, Any]:
        self.payloads.append(json.loads(params["Payload"]))
        try:
            with redirect_stdout(io.StringIO()):  # the function's output goes to its log
                payload, failed = self._functions[params["FunctionName"]](self.payloads[-1], CONTEXT), {}
        except Exception as error:  # noqa: BLE001 - as Lambda answers
            payload, failed = {"errorMessage": str(error)}, {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(payload).encode()), **failed}


def deploy(
    monkeypatch: pytest.MonkeyPatch, outputs: dict[str, str] | None = None, **functions: Handler
) -> DeployedStack:
    """Provide a stack with these outputs and functions.

    The functions have the names of their outputs.
    """
    made = DeployedStack(outputs or {}, functions)
    monkeypatch.setattr("leadtight.cli.stack_client.clients", SimpleNamespace(client=lambda *_, **__: made))
    return made

"""Stacks of CloudFormation in memory, called through botocore.

Its models check every call; moto's stacks would need packages for much that no test here uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import boto3


@dataclass
class Answer:
    """What botocore reads of an HTTP response."""

    status_code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stacks:
    """Stacks by name, in every region."""

    named: dict[str, dict[str, Any]] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(default_factory=dict)

    def register(self) -> None:
        """Answer the calls of the default session."""
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("before-call.cloudformation", self.answer)

    def add(self, name: str, *, protected: bool = False, resources: dict[str, str] | None = None) -> None:
        """Add a complete stack; resources are ids by type."""
        self.named[name] = {
            "StackName": name,
            "StackStatus": "CREATE_COMPLETE",
            "EnableTerminationProtection": protected,
            "Outputs": [{"OutputKey": "TableName", "OutputValue": name}],
        }
        self.resources[name] = resources or {}

    def answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Answer, dict[str, Any]]:
        """Answer one call as AWS does."""
        name = params["body"]["StackName"]
        if name not in self.named:
            missing = {"Code": "ValidationError", "Message": f"Stack with id {name} does not exist"}
            return Answer(400), {"Error": missing, "ResponseMetadata": {}}
        return Answer(), getattr(self, f"_{model.name}")(name, params["body"])

    def _DescribeStacks(self, name: str, _: Any) -> dict[str, Any]:  # noqa: N802  # AWS's name
        return {"Stacks": [self.named[name]]}

    def _ListStackResources(self, name: str, _: Any) -> dict[str, Any]:  # noqa: N802  # AWS's name
        kept = [
            {"ResourceType": kind, "PhysicalResourceId": id_, "ResourceStatus": "CREATE_COMPLETE"}
            for kind, id_ in self.resources[name].items()
        ]
        return {"StackResourceSummaries": kept}

    def _UpdateTerminationProtection(self, name: str, body: Any) -> dict[str, Any]:  # noqa: N802  # AWS's name
        self.named[name]["EnableTerminationProtection"] = body["EnableTerminationProtection"] == "true"
        return {"StackId": name}

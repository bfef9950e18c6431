"""A stage with all that checks look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy
from leadtight.stages.doctor.account import ReadOnlyAccount
from leadtight.stages.doctor.dns_records import Dns
from leadtight.stages.stage_settings import StageFile

FRONT_REGION = "us-east-1"
Losses = Callable[[str, Mapping[str, Any]], Sequence[str]]
"""Says what deploying a stage, by name, would lose of the deployed templates by stack."""

NO_STACK = "ValidationError"
"""CloudFormation's answer for a stack that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStage:
    """A stage before or after its deployment.

    `policy` is None where it has `policy_problems`. `cannot_ask` has reasons by check: only the local cloud has any.
    """

    stage: StageFile
    policy: Policy | None
    policy_problems: tuple[Problem, ...]
    account: ReadOnlyAccount
    dns: Dns
    bundles: Path
    losses: Losses
    now: datetime
    cannot_ask: Mapping[str, str]

    def stack(self) -> Mapping[str, Any] | None:
        """Return CloudFormation's description of the stack, or None."""
        try:
            return dict(self.account.ask("cloudformation", "describe_stacks", StackName=self.stage.stack)["Stacks"][0])
        except ClientError as error:
            details = error.response.get("Error", {})
            if details.get("Code") == NO_STACK and "does not exist" in details.get("Message", ""):
                return None
            raise

    def outputs(self) -> Mapping[str, str]:
        """Return the stack's outputs; empty without a stack."""
        described = (self.stack() or {}).get("Outputs", [])
        return {each["OutputKey"]: each["OutputValue"] for each in described}

"""Settings that differ between deployed stages."""

from __future__ import annotations

import platform
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Environment, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Node

from infra.limits import LARGE, SMALL, Limits, carrying
from leadtight.stages import stage_file
from leadtight.stages.stage_settings import StageFile

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """One stage's settings; everything else is the same everywhere.

    `creating` is the first half of a first deployment: what keeps a stack from being deleted is still off, so that a
    failed one can be tried again.
    """

    file: StageFile
    bundle: Path
    creating: bool = False

    @classmethod
    def from_context(cls, node: Node) -> StageSettings:
        """Read `-c stage=NAME` and the stage's file."""
        file = stage_file.read(str(node.try_get_context("stage") or "dev"))
        bundle = ROOT / "build" / ("local" if file.is_local else "lambda")
        return cls(file=file, bundle=_bundles(bundle), creating=node.try_get_context("creating") == "on")

    @property
    def name(self) -> str:
        """Return the stage's name."""
        return self.file.name

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags of everything that the stage has."""
        return {"project": "leadtight", "stage": self.name}

    @property
    def environment(self) -> Environment | None:
        """Return account and region; None on the local cloud."""
        return None if self.local else Environment(account=self.file.account, region=self.file.region)

    @property
    def public_url(self) -> str | None:
        """Return where links lead; None for AWS's own address."""
        domain = self.file.api.domain
        return self.file.api.public_url or (f"https://{domain}" if domain else None)

    @property
    def local(self) -> bool:
        """Return whether this stage runs on the local cloud."""
        return self.file.is_local

    @cached_property
    def policy(self) -> dict[str, Any]:
        """Return the data of the policy."""
        return tomllib.loads(self.file.policy.read_text(encoding="utf-8"))

    @property
    def timezone(self) -> str:
        """Return the company's time zone: nightly means its night."""
        timezone = self.policy.get("company", {}).get("timezone")
        if not isinstance(timezone, str):
            raise TypeError(f"{self.file.policy.name}: company.timezone: missing")
        return timezone

    @property
    def calls(self) -> tuple[str, str] | None:
        """Return Amazon Connect's instance and contact flow for calls.

        None where the policy has no automatic calls.
        """
        voice = self.policy.get("voice")
        return (str(voice["instance"]), str(voice["contact_flow"])) if voice else None

    @property
    def webhooks(self) -> tuple[str, ...]:
        """Return the names under which other systems deliver."""
        return tuple(sorted(self.policy.get("webhooks", {})))

    @property
    def limits(self) -> Limits:
        """Return the concurrency limits; small unless the account has enough."""
        if self.file.limits.leads_per_second is not None:
            return carrying(self.file.limits.leads_per_second)
        return LARGE if self.file.limits.reserve else SMALL

    @property
    def runtime(self) -> lambda_.Runtime:
        """Return Python 3.13 on AWS, this interpreter locally.

        The emulator runs functions on it.
        """
        if not self.local:
            return lambda_.Runtime.PYTHON_3_13
        return lambda_.Runtime(f"python{sys.version_info.major}.{sys.version_info.minor}")

    @property
    def architecture(self) -> lambda_.Architecture:
        """Return arm64 on AWS, the host's architecture locally."""
        host_is_arm = platform.machine() in {"arm64", "aarch64"}
        return lambda_.Architecture.ARM_64 if host_is_arm or not self.local else lambda_.Architecture.X86_64

    @property
    def has_tls(self) -> bool:
        """Return whether plain HTTP is refused.

        The local cloud speaks nothing else, on loopback.
        """
        return not self.local

    @property
    def keep(self) -> RemovalPolicy:
        """Retain personal data of deleted stacks, except locally.

        A creation that is rolled back leaves nothing: a retained name would be taken when it is tried again.
        """
        return RemovalPolicy.DESTROY if self.local else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

    @property
    def deletion_protection(self) -> bool:
        """Return whether the table is protected from being deleted."""
        return not (self.local or self.creating)

    @property
    def termination_protection(self) -> bool:
        """Return whether the stacks are protected from being deleted."""
        return self.file.termination_protection and not self.creating

    @property
    def metrics_namespace(self) -> str:
        """Return the namespace of this stage's own metrics.

        Two stages of an account and region would else share them, and one would hide that the other has stopped.
        """
        return f"Leadtight/{self.name}"

    @property
    def sweep_every(self) -> Duration:
        """Return the interval of sweeps.

        Five minutes; one minute locally, where everything runs on a fast policy.
        """
        return Duration.minutes(1 if self.local else 5)


def _bundles(folder: Path) -> Path:
    if not (folder / "app").is_dir() or not (folder / "report").is_dir():
        raise FileNotFoundError(f"{folder}: contains no bundle; `make bundle` builds build/lambda")
    return folder

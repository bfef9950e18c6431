"""Settings that differ between deployed stages."""

from __future__ import annotations

import platform
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Node

from infra.edge import EdgeSettings
from infra.limits import LARGE, SMALL, Limits, carrying

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "local"
MOST_LEADS_PER_SECOND = 300
"""The most that the table's default quota carries.

The quota is 40,000 write units per second: docs/guides/scale.md.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """One stage's settings; everything else is the same everywhere."""

    name: str
    bundle: Path
    timezone: str
    mail_from: str
    mail_identity: str
    mail_from_domain: str | None
    text_origination: str | None
    public_url: str | None
    operators_email: str | None
    receive_domain: str | None
    calls: tuple[str, str] | None
    tracing: bool
    reserves: bool
    leads_per_second: int | None
    restored: tuple[str, str] | None
    front: EdgeSettings | None

    @classmethod
    def from_context(cls, node: Node) -> StageSettings:
        """Read `-c key=value` settings.

        docs/guides/deploy.md names all that AWS needs.
        """
        name = _text(node, "stage") or "dev"
        mail_from = _text(node, "mail_from") or "leads@leadtight.example"
        identity = _text(node, "mail_identity") or mail_from.rpartition("@")[2]
        policy = ROOT / (_text(node, "policy") or "leadtight/policy.toml")
        return cls(
            name=name,
            bundle=_folder(_text(node, "bundle") or ("build/local" if name == LOCAL else "build/lambda")),
            timezone=_timezone(policy),
            mail_from=mail_from,
            mail_identity=identity,
            mail_from_domain=_mail_from_domain(node, identity, name),
            text_origination=_text(node, "text_origination"),
            public_url=_text(node, "public_url"),
            operators_email=_text(node, "operators_email"),
            receive_domain=_text(node, "receive_domain"),
            calls=_calls(policy),
            reserves=_text(node, "reserve") == "on",
            leads_per_second=_leads_per_second(node),
            restored=_restored(node),
            front=EdgeSettings.from_context(node),
            tracing=_text(node, "tracing") != "off" and name != LOCAL,
        )

    @property
    def local(self) -> bool:
        """Return whether this stage runs on the local cloud."""
        return self.name == LOCAL

    @property
    def limits(self) -> Limits:
        """Return the concurrency limits; small unless the account has enough."""
        if self.leads_per_second is not None:
            return carrying(self.leads_per_second)
        return LARGE if self.reserves else SMALL

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
        """Retain personal data of deleted stacks, except locally."""
        return RemovalPolicy.DESTROY if self.local else RemovalPolicy.RETAIN

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


def _text(node: Node, key: str) -> str | None:
    value = node.try_get_context(key)
    return None if value in (None, "") else str(value)


def _mail_from_domain(node: Node, identity: str, stage: str) -> str | None:
    """Return the domain of mails' envelopes.

    None for SES's own: locally, and for an identity that is one address.
    """
    if "@" in identity or stage == LOCAL:
        return None
    return _text(node, "mail_from_domain") or f"bounce.{identity}"


def _folder(name: str) -> Path:
    folder = ROOT / name
    if not (folder / "app").is_dir() or not (folder / "report").is_dir():
        raise FileNotFoundError(f"{name}: contains no bundle; `make bundle` builds build/lambda")
    return folder


def _timezone(policy: Path) -> str:
    """Read the company's time zone from the policy.

    Nightly means the company's night.
    """
    company = tomllib.loads(policy.read_text(encoding="utf-8")).get("company", {})
    timezone = company.get("timezone")
    if not isinstance(timezone, str):
        raise TypeError(f"{policy.name}: company.timezone: missing")
    return timezone


def _leads_per_second(node: Node) -> int | None:
    """Read the rate that the stage must handle immediately.

    None for the usual few leads.
    """
    text = _text(node, "leads_per_second")
    if text is not None and not (text.isascii() and text.isdecimal() and 0 < int(text) <= MOST_LEADS_PER_SECOND):
        raise ValueError(f"leads_per_second: must be a whole number from 1 to {MOST_LEADS_PER_SECOND}")
    return int(text) if text else None


def _restored(node: Node) -> tuple[str, str] | None:
    """Read name and stream ARN of a restored table.

    None without one.
    """
    table, stream = _text(node, "table"), _text(node, "table_stream")
    if bool(table) != bool(stream):
        raise ValueError("a restored table needs both: -c table=NAME -c table_stream=ARN")
    return (table, stream) if table and stream else None


def _calls(policy: Path) -> tuple[str, str] | None:
    """Read the Amazon Connect instance and contact flow for calls.

    None where the policy has no automatic calls.
    """
    voice = tomllib.loads(policy.read_text(encoding="utf-8")).get("voice")
    return (str(voice["instance"]), str(voice["contact_flow"])) if voice else None

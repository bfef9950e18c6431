"""The settings of one stage, as its file states them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadtight.domain.model.errors import Problem
from leadtight.stages.stage_names import LOCAL, is_trial


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The sender of all mails, and what receives them.

    `identity` is what SES verifies: a domain or one address. `identity_exists` says that it is there already and stays
    another owner's. `mail_from_domain` is the envelope's, below the identity.
    """

    sender: str
    identity: str
    identity_exists: bool
    mail_from_domain: str | None
    receive_domain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSettings:
    """The service that sends texts.

    AWS End User Messaging sends them from `origination`, a number, pool or sender id; without one SNS sends them, which
    reports no delivery and stops at the account's `monthly_usd`.
    """

    origination: str | None
    monthly_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """Where alarms go: mail addresses and an HTTPS address."""

    emails: tuple[str, ...]
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The API's own domain and its certificate.

    `public_url` is the address of links where that is another, such as CloudFront's.
    """

    domain: str | None
    certificate: str | None
    public_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSettings:
    """CloudFront and AWS WAF in front of the API.

    `host` is the API's, `rate` the requests per address in five minutes. With `only`, the API rejects requests that
    bypass it. `key` names the secret that CloudFront sends.
    """

    host: str
    domain: str | None
    certificate: str | None
    countries: tuple[str, ...]
    rate: int
    only: bool
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """Concurrency: reserved starts, or a rate of leads."""

    reserve: bool
    leads_per_second: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """How long backups are kept, and where else.

    `copy_to` is the ARN of a vault in another region or account. `lock_days` are the days for which a backup in the
    stage's own vault cannot be deleted; a lock can be removed again by who may, unless it is for `compliance`.
    """

    keep_days: int
    copy_to: str | None
    lock_days: int | None
    compliance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredTable:
    """A table restored from a backup, with its stream's ARN."""

    table: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFile:
    """One stage: its place, and all that is its own.

    `warnings` are likely mistakes that do not keep it from being deployed. Paths are absolute.
    """

    name: str
    path: Path
    account: str
    region: str
    policy: Path
    mail: MailSettings
    operators: OperatorSettings
    api: ApiSettings
    front: FrontSettings | None
    limits: LimitSettings
    texts: TextSettings
    monthly_usd: float | None
    backup: BackupSettings
    restored: RestoredTable | None
    termination_protection: bool
    tracing: bool
    warnings: tuple[Problem, ...]

    @property
    def stack(self) -> str:
        """Return the name of the stage's stack."""
        return f"leadtight-{self.name}"

    @property
    def front_stack(self) -> str:
        """Return the name of the stack of CloudFront."""
        return f"leadtight-{self.name}-front"

    @property
    def is_local(self) -> bool:
        """Return whether it runs on the local cloud."""
        return self.name == LOCAL

    @property
    def is_trial(self) -> bool:
        """Return whether no real lead depends on it."""
        return is_trial(self.name)

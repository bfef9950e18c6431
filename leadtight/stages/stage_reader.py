"""Read the tables of a stage file; collect every problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from leadtight.domain.model.errors import Problem
from leadtight.policy.toml_table import Table
from leadtight.stages import policy_file, values
from leadtight.stages.stage_names import LOCAL, is_live, is_trial
from leadtight.stages.stage_settings import (
    ApiSettings,
    BackupSettings,
    FrontSettings,
    LimitSettings,
    MailSettings,
    OperatorSettings,
    RestoredTable,
    StageFile,
    TextSettings,
)

T = TypeVar("T")

NONE = "none"
"""Said where a setting is left out on purpose."""

MOST_LEADS_PER_SECOND = 300
"""The most that the table's default quota carries.

The quota is 40,000 write units per second: docs/guides/scale.md.
"""

FRONT_REGION = "us-east-1"
"""The only region whose certificates CloudFront accepts."""

KEEP_DAYS, MOST_KEEP_DAYS = 35, 36_500
"""As many days as point-in-time recovery reaches back, and the most that AWS Backup keeps."""

FRONT_RATE, LEAST_RATE, MOST_RATE = 300, 10, 2_000_000_000
"""Requests per address in five minutes, and the limits of AWS WAF."""


class StageReader:
    """Reads one stage file.

    Problems keep it from being deployed; warnings do not.
    """

    def __init__(self, path: Path, document: Mapping[str, Any], problems: list[Problem]) -> None:
        self._path, self._name = path, path.stem
        self._top = Table(document, "", problems)
        self._warnings: list[Problem] = []

    def read(self) -> StageFile:
        """Return the stage; with problems it is of no use."""
        top = self._top
        with top.closed():
            account, region = _required(top, "account", values.account), _required(top, "region", values.region)
            place = (account or "", region or "")
            policy, mail, api = self._policy(), self._mail(), self._api(*place)
            operators = self._operators()
            stage = StageFile(
                name=self._name,
                path=self._path,
                account=account or "",
                region=region or "",
                policy=policy or self._path,
                mail=mail,
                operators=operators,
                api=api,
                front=self._front(*place, api),
                limits=_limits(top),
                texts=_texts(top, *place),
                monthly_usd=_budget(top, operators),
                backup=_backup(top),
                restored=_restored(top, *place),
                termination_protection=top.get("termination_protection", values.flag, not is_trial(self._name)),
                tracing=top.get("tracing", values.flag, self._name != LOCAL),
                warnings=(),
            )
        self._check_records(api, mail)
        return replace(stage, warnings=tuple(self._warnings))

    def _warn(self, field: str, detail: str) -> None:
        self._warnings.append(Problem(field, detail))

    def _check_records(self, api: ApiSettings, mail: MailSettings) -> None:
        """Warn of a CNAME record beside records of mail."""
        taken = (mail.sender.rpartition("@")[2], mail.identity, mail.receive_domain, mail.mail_from_domain)
        if api.domain and api.domain in taken:
            self._warn("api.domain", f"{api.domain} has records of mail: DNS allows no CNAME record beside them")

    def _policy(self) -> Path | None:
        name = _required(self._top, "policy", values.text)
        if name is None:
            return None
        try:
            file = (self._path.parent / Path(name).expanduser()).resolve()
            policy = policy_file.parse(file)
        except (ValueError, RuntimeError) as error:  # a path with a zero byte; a home that no one has
            self._top.problem("policy", str(error))
            return None
        self._judge(policy)
        return file

    def _judge(self, policy: Mapping[str, Any]) -> None:
        """Refuse a sample where customers depend on it; else warn."""
        sample = policy_file.sample_of(policy)
        if sample and is_live(self._name):
            self._top.problem("policy", f"is the sample {sample}: a stage called {self._name} needs its own promises")
        elif sample and not is_trial(self._name):
            self._warn("policy", f"is the sample {sample}")
        if not sample:
            for path, address in policy_file.example_addresses(policy):
                self._warn("policy", f"{path}: {address} is an example's address: nothing sent there arrives")

    def _mail(self) -> MailSettings:
        with self._top.table("mail").closed() as table:
            sender = _required(table, "from", values.email)
            domain = (sender or "").rpartition("@")[2]
            identity = table.get("identity", values.identity, domain)
            exists = table.get("identity_exists", values.flag, False)
            below = _own_domain(identity)
            default = None if exists or not below or self._name == LOCAL else f"bounce.{below}"
            settings = MailSettings(
                sender=sender or "",
                identity=identity,
                identity_exists=exists,
                mail_from_domain=table.get("mail_from_domain", _or_none(values.domain), default),
                receive_domain=table.get("receive_domain", values.domain, None),
            )
            if sender:
                self._check_mail(table, settings)
        return settings

    def _check_mail(self, table: Table, mail: MailSettings) -> None:
        if not covers(mail.identity, mail.sender):
            table.problem("from", f"{mail.sender} is not sent by the identity {mail.identity}")
        if self._name != LOCAL and policy_file.is_example(mail.sender):
            self._warn("mail.from", f"{mail.sender} is an example's address: SES never verifies it")
        envelope, sender_domain = mail.mail_from_domain, mail.sender.rpartition("@")[2]
        if envelope and not envelope.endswith(f".{mail.identity.rpartition('@')[2]}"):
            table.problem("mail_from_domain", f"must be a subdomain of {mail.identity.rpartition('@')[2]}")
        if envelope and envelope in (sender_domain, mail.receive_domain):
            table.problem("mail_from_domain", "must be a domain that neither sends nor receives other mail")
        if mail.receive_domain == sender_domain and not is_trial(self._name):
            self._warn("mail.receive_domain", f"SES then receives all mail to {sender_domain}: it needs no mailboxes")

    def _operators(self) -> OperatorSettings:
        with self._top.table("operators").closed() as table:
            emails = table.get("emails", values.emails, ())
            url = table.get("url", values.https, None)
            stated = table.has("emails") or table.has("url")
            if not (stated or is_trial(self._name)):
                table.problem("emails", "missing: an alarm must reach a person")
        for address in filter(policy_file.is_example, emails):
            self._warn("operators.emails", f"{address} is an example's address: no alarm arrives there")
        return OperatorSettings(emails=emails, url=url)

    def _api(self, account: str, region: str) -> ApiSettings:
        with self._top.table("api").closed() as table:
            domain = table.get("domain", _or_none(values.domain), None)
            certificate = table.get("certificate", values.certificate, None)
            address = values.https_or_loopback if self._name == LOCAL else values.https
            public_url = table.get("public_url", address, None)
            if not (table.has("domain") or is_trial(self._name)):
                table.problem("domain", f'missing: links outlive the stack with an own domain; "{NONE}" goes without')
            if bool(domain) != bool(certificate):
                table.problem("certificate", "an own domain and its certificate are needed together")
            if certificate:
                _check_place(table, "certificate", values.CERTIFICATE, certificate, account, region)
        return ApiSettings(domain=domain, certificate=certificate, public_url=public_url and public_url.rstrip("/"))

    def _front(self, account: str, region: str, api: ApiSettings) -> FrontSettings | None:
        if not self._top.has("front"):
            return None
        with self._top.table("front").closed() as table:
            settings = FrontSettings(
                host=table.get("host", values.domain, api.domain or ""),
                domain=table.get("domain", values.domain, None),
                certificate=table.get("certificate", values.certificate, None),
                countries=table.get("countries", values.countries, ()),
                rate=table.get("rate", values.whole(LEAST_RATE, MOST_RATE), FRONT_RATE),
                only=table.get("only", values.flag, False),
                key=table.get("key", values.secret_key, "k1"),
            )
            _check_front(table, settings, api, region)
            if settings.certificate:
                _check_place(table, "certificate", values.CERTIFICATE, settings.certificate, account, FRONT_REGION)
        return settings


def covers(identity: str, sender: str) -> bool:
    """Return whether an SES identity may send for an address.

    An address covers itself; a domain its addresses and those of its subdomains.
    """
    if "@" in identity:
        return identity.lower() == sender.lower()
    domain = sender.rpartition("@")[2].lower()
    return domain == identity or domain.endswith(f".{identity}")


def _own_domain(identity: str) -> str:
    return "" if "@" in identity else identity


def _required(table: Table, key: str, read: Callable[[Any], T]) -> T | None:
    if not table.has(key):
        table.problem(key, "missing")
    return table.get(key, read, None)


def _or_none(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Return a reader that also accepts the word `none`."""
    return lambda value: None if value == NONE else read(value)


def _check_place(table: Table, key: str, pattern: re.Pattern[str], arn: str, account: str, region: str) -> None:
    """Report an ARN of another account or region."""
    match = pattern.fullmatch(arn)
    if match is None:
        return
    if region and match["region"] != region:
        table.problem(key, f"must be in {region}, not in {match['region']}")
    if account and match["account"] != account:
        table.problem(key, f"must be of the account {account}, not of {match['account']}")


def _check_front(table: Table, front: FrontSettings, api: ApiSettings, region: str) -> None:
    if not front.host and not table.has("host"):
        table.problem("host", "missing: the API's own domain, or the host of the output ApiUrl")
    host = values.EXECUTE_API.fullmatch(front.host)
    if front.host and front.host != api.domain and not host:
        table.problem("host", "must be ID.execute-api.REGION.amazonaws.com, as in the output ApiUrl, or api.domain")
    if host and region and host["region"] != region:
        table.problem("host", f"must be in {region}, not in {host['region']}")
    if bool(front.domain) != bool(front.certificate):
        table.problem("certificate", f"a domain and its certificate in {FRONT_REGION} are needed together")
    if front.domain and front.domain in (front.host, api.domain):
        table.problem("domain", "must differ from the API's: it leads to CloudFront")


SNS_MONTHLY_USD = 1.0
"""The limit of SNS in an account that has not asked for more."""


def _texts(top: Table, account: str, region: str) -> TextSettings:
    """Read the service for texts, and where they come from.

    A number that another account shares is one of another account.
    """
    with top.table("texts").closed() as table:
        by = table.get("by", values.text_service, values.SNS)
        origination = table.get("origination", values.origination, None)
        if by == values.END_USER_MESSAGING and not table.has("origination"):
            table.problem("origination", "missing: the ARN of a phone number, pool or sender id")
        if by == values.SNS and table.has("origination"):
            table.problem("origination", f'is only used with by = "{values.END_USER_MESSAGING}"')
        if origination:
            _check_place(table, "origination", values.ORIGINATION, origination, "", region)
        monthly_usd = table.get("monthly_usd", values.money, SNS_MONTHLY_USD)
    return TextSettings(origination=origination, monthly_usd=monthly_usd)


def _limits(top: Table) -> LimitSettings:
    with top.table("limits").closed() as table:
        return LimitSettings(
            reserve=table.get("reserve", values.flag, False),
            leads_per_second=table.get("leads_per_second", values.whole(1, MOST_LEADS_PER_SECOND), None),
        )


def _budget(top: Table, operators: OperatorSettings) -> float | None:
    with top.table("budget").closed() as table:
        monthly_usd = table.get("monthly_usd", values.money, None)
        if monthly_usd is not None and not operators.emails:
            table.problem("monthly_usd", "a budget warns by mail: operators.emails names no address")
    return monthly_usd


def _backup(top: Table) -> BackupSettings:
    with top.table("backup").closed() as table:
        keep_days = table.get("keep_days", values.whole(1, MOST_KEEP_DAYS), KEEP_DAYS)
        settings = BackupSettings(
            keep_days=keep_days,
            copy_to=table.get("copy_to", values.vault, None),
            lock_days=table.get("lock_days", values.whole(1, keep_days), None),
            compliance=table.get("compliance", values.flag, False),
        )
        if settings.compliance and not table.has("lock_days"):
            table.problem("compliance", "needs lock_days")
    return settings


def _restored(top: Table, account: str, region: str) -> RestoredTable | None:
    if not top.has("restored"):
        return None
    with top.table("restored").closed() as table:
        name, stream = _required(table, "table", values.table_name), _required(table, "stream", values.stream)
        if stream is None or name is None:
            return None
        _check_place(table, "stream", values.STREAM, stream, account, region)
        if values.table_of(stream) != name:
            table.problem("stream", f"is of the table {values.table_of(stream)}, not of {name}")
    return RestoredTable(table=name, stream=stream)

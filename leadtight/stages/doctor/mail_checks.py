"""Whether mails leave, arrive and come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.doctor.account import found
from leadtight.stages.doctor.checked_stage import CheckedStage
from leadtight.stages.doctor.dns_records import DnsUnanswered


def ses_may_send(checked: CheckedStage) -> Verdict:
    """Judge whether the account may send, and to everyone."""
    account = checked.account.ask("sesv2", "get_account")
    enforcement = account.get("EnforcementStatus", "HEALTHY")
    if not account.get("SendingEnabled", False) or enforcement == "SHUTDOWN":
        return failed(
            f"sending is paused for the account ({enforcement.lower()})",
            "SES console, Account dashboard: AWS says there why, and what it wants to hear",
        )
    if not account.get("ProductionAccessEnabled", False):
        saw = "SES is in its sandbox: mails go to verified addresses only, 200 a day"
        mend = "SES console, Account dashboard, Request production access; it takes about a day"
        return warned(saw, mend) if checked.stage.is_trial else failed(saw, mend)
    if enforcement == "PROBATION":
        return warned("the account's sending is under review", "SES console, Account dashboard: lower bounces first")
    return passed("production access; sending is on")


def ses_quota_suffices(checked: CheckedStage) -> Verdict:
    """Judge SES's quotas against the policy's budgets."""
    if checked.policy is None:
        return not_asked("the policy is not valid")
    quota = checked.account.ask("sesv2", "get_account").get("SendQuota")
    if not quota:
        return not_asked("SES does not say")
    a_day, a_second = quota["Max24HourSend"], quota["MaxSendRate"]
    messaging, short = checked.policy.messaging, []
    if 0 <= a_day < messaging.budgets.mails:  # -1 is unlimited
        short.append(f"{a_day:,.0f} mails a day, and `messaging.budgets.mails` is {messaging.budgets.mails:,}")
    if a_second < messaging.mails_per_second:
        short.append(f"{a_second:g} a second, and `messaging.mails_per_second` is {messaging.mails_per_second}")
    if short:
        return warned(f"SES allows {'; '.join(short)}", "lower both in the policy, or request an increase from SES")
    return passed(f"SES allows {a_day:,.0f} mails a day, {a_second:g} a second")


def identity_is_ours(checked: CheckedStage) -> Verdict:
    """Judge whether the sender's identity exists, and whose it is."""
    mail = checked.stage.mail
    identity = _identity(checked)
    if identity is None and mail.identity_exists:
        return failed(
            f"{mail.identity} is not an identity of this account and region",
            "create it in SES, or remove `identity_exists`, and the deployment creates it",
        )
    if identity is None:
        return passed(f"{mail.identity} does not exist yet; the deployment creates it")
    if not mail.identity_exists and checked.stack() is None:
        return failed(
            f"{mail.identity} is an identity of this account already: the deployment would fail",
            f"set `identity_exists = true` in [mail] of {checked.stage.path.name}: the stage then uses it as it is",
        )
    return passed(f"{mail.identity} exists")


def identity_is_verified(checked: CheckedStage) -> Verdict:
    """Judge the verification of the sender's identity and its envelope."""
    identity = _identity(checked)
    if identity is None:
        return not_asked("it does not exist yet: deploy first")
    dkim = identity.get("DkimAttributes", {}).get("Status", "NOT_STARTED")
    if not identity.get("VerifiedForSendingStatus"):
        return failed(
            f"{checked.stage.mail.identity} is not verified (DKIM: {dkim.lower()}): SES rejects every mail",
            "add the three CNAME records of the outputs Dkim1 to Dkim3 to your DNS; for one address, open AWS's mail",
        )
    envelope = identity.get("MailFromAttributes", {})
    status = envelope.get("MailFromDomainStatus", "")
    if checked.stage.mail.mail_from_domain and status != "SUCCESS":
        return warned(
            f"verified; the envelope's domain is not ({status.lower() or 'not set'}): DMARC passes by DKIM alone",
            f"add MX and TXT records of {checked.stage.mail.mail_from_domain} (deploy.md, Mail)",
        )
    if "@" not in checked.stage.mail.identity and dkim != "SUCCESS":
        return warned(f"verified, but DKIM is {dkim.lower()}", "add the three CNAME records to your DNS")
    return passed(f"{checked.stage.mail.identity} is verified, with DKIM")


def dkim_is_in_dns(checked: CheckedStage) -> Verdict:
    """Judge the DKIM records in DNS."""
    domain = checked.stage.mail.identity
    tokens = (_identity(checked) or {}).get("DkimAttributes", {}).get("Tokens", [])
    if "@" in domain or not tokens:
        return not_asked("there are no DKIM tokens yet" if "@" not in domain else "one address has no records")
    wanted = {f"{token}._domainkey.{domain}": f"{token}.dkim.amazonses.com" for token in tokens}
    missing = [name for name, value in wanted.items() if value not in _seen(checked, name, "CNAME")]
    if missing:
        mend = "; ".join(f"{name} CNAME {wanted[name]}" for name in missing)
        return failed(f"{len(missing)} of {len(wanted)} DKIM records are missing", f"add to your DNS: {mend}")
    return passed(f"{len(wanted)} DKIM records")


def envelope_is_in_dns(checked: CheckedStage) -> Verdict:
    """Judge MX and SPF of the envelope's domain."""
    domain, region = checked.stage.mail.mail_from_domain, checked.stage.region
    if not domain:
        return not_asked("the envelope is SES's own")
    wanted = {"MX": f"10 feedback-smtp.{region}.amazonses.com", "TXT": "v=spf1 include:amazonses.com ~all"}
    missing = [kind for kind, value in wanted.items() if not _has(_seen(checked, domain, kind), kind, value)]
    if missing:
        mend = "; ".join(f"{domain} {kind} {wanted[kind]}" for kind in missing)
        return warned(f"{domain} has no fitting {' and '.join(missing)} record", f"add to your DNS: {mend}")
    return passed(f"{domain} has MX and SPF")


def _has(records: Sequence[str], kind: str, value: str) -> bool:
    if kind == "MX":
        return value in records
    return any(text.startswith("v=spf1") and "include:amazonses.com" in text for text in records)


def dmarc_is_in_dns(checked: CheckedStage) -> Verdict:
    """Judge the DMARC record of the sender's domain."""
    domain = checked.stage.mail.sender.rpartition("@")[2]
    names = [f"_dmarc.{'.'.join(domain.split('.')[number:])}" for number in range(domain.count("."))]
    for name in names:
        if any(text.startswith("v=DMARC1") for text in _seen(checked, name, "TXT")):
            return passed(f"{name} has a DMARC record")
    return warned(
        f"{domain} has no DMARC record: large mailbox providers ask for one",
        f"add to your DNS: _dmarc.{domain} TXT v=DMARC1; p=none; rua=mailto:postmaster@{domain}",
    )


def mail_is_received(checked: CheckedStage) -> Verdict:
    """Judge the active rule set and the MX record."""
    stage = checked.stage
    if not stage.mail.receive_domain:
        return not_asked("SES receives nothing: `[mail] receive_domain` is not set")
    active = checked.account.ask("ses", "describe_active_receipt_rule_set").get("Metadata", {}).get("Name")
    if active and active != stage.stack:
        return warned(
            f"the account's active rule set is {active}", f"add the rule `store` of {stage.stack} to it, and keep it"
        )
    wanted = f"10 inbound-smtp.{stage.region}.amazonaws.com"
    if wanted not in _seen(checked, stage.mail.receive_domain, "MX"):
        return warned(
            f"{stage.mail.receive_domain} has no MX record that leads to SES",
            f"add to your DNS: {stage.mail.receive_domain} MX {wanted}",
        )
    if checked.stack() is not None and not active:
        mend = f"aws ses set-active-receipt-rule-set --rule-set-name {stage.stack}"
        return failed("no rule set is active: SES rejects mail", mend)
    return passed(f"{stage.mail.receive_domain} leads to SES")


def _identity(checked: CheckedStage) -> Mapping[str, Any] | None:
    name = checked.stage.mail.identity
    return found(checked.account, "sesv2", "get_email_identity", "NotFoundException", EmailIdentity=name)


def _seen(checked: CheckedStage, name: str, kind: str) -> tuple[str, ...]:
    return tuple(_records(checked, name, kind))


def _records(checked: CheckedStage, name: str, kind: str) -> Iterator[str]:
    try:
        yield from checked.dns.records(name, kind)
    except DnsUnanswered as error:
        raise DnsUnanswered(f"the name server of this machine does not answer: {error}") from error

"""All questions of the doctor, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leadtight.stages.checks import Check, Verdict, not_asked
from leadtight.stages.doctor import account_checks, here_checks, mail_checks, service_checks
from leadtight.stages.doctor.checked_stage import CheckedStage

CREDENTIALS = ("credentials",)
IDENTITY = ("credentials", "mail-identity")


def checks() -> tuple[Check[CheckedStage], ...]:
    """Return the checks of a stage."""
    return (*_here(), *_account(), *_mail(), *_services())


def _here() -> Iterator[Check[CheckedStage]]:
    yield _check("stage-file", "Is the stage file as it should be?", here_checks.stage_file_is_sound)
    yield _check("policy", "Is the policy valid?", here_checks.policy_is_valid)
    yield _check("time-zone", "Does every day of the company have a midnight?", here_checks.zone_has_midnights)
    yield _check("bundles", "Can Lambda read the bundles?", here_checks.bundles_can_run)


def _account() -> Iterator[Check[CheckedStage]]:
    yield _check("credentials", "Are the credentials the stage's account's?", account_checks.credentials_fit)
    asked = {
        "region": ("May the account use the region?", account_checks.region_is_enabled),
        "bootstrap": ("Is the CDK bootstrapped there?", account_checks.account_is_bootstrapped),
        "stack": ("Can the stack be deployed in its state?", account_checks.stack_can_change),
        "update": ("Does an update keep what the stage holds?", account_checks.update_loses_nothing),
        "names": ("Are the stage's names free?", account_checks.names_are_free),
        "concurrency": ("May enough functions run at once?", account_checks.concurrency_suffices),
        "log-policies": ("Is there room for the access log?", account_checks.logs_have_room),
        "backup-copy": ("Does the vault for copies of backups exist?", account_checks.backup_copy_exists),
    }
    yield from (_check(id_, asks, ask, CREDENTIALS) for id_, (asks, ask) in asked.items())


def _mail() -> Iterator[Check[CheckedStage]]:
    yield _check("ses-account", "May SES send mails to everyone?", mail_checks.ses_may_send, CREDENTIALS)
    yield _check("ses-quota", "Does SES send as many as the policy?", mail_checks.ses_quota_suffices, CREDENTIALS)
    yield _check("mail-identity", "Is the sender's identity the stage's?", mail_checks.identity_is_ours, CREDENTIALS)
    yield _check("mail-verified", "Is the sender verified?", mail_checks.identity_is_verified, IDENTITY)
    yield _check("dns-dkim", "Are the DKIM records in DNS?", mail_checks.dkim_is_in_dns, IDENTITY)
    yield _check("dns-envelope", "Are the envelope's records in DNS?", mail_checks.envelope_is_in_dns)
    yield _check("dns-dmarc", "Does the sender's domain have DMARC?", mail_checks.dmarc_is_in_dns)
    yield _check("receiving", "Does mail to the stage reach SES?", mail_checks.mail_is_received, CREDENTIALS)


def _services() -> Iterator[Check[CheckedStage]]:
    asked = {
        "certificate": ("Is the API's certificate issued?", service_checks.certificate_is_issued),
        "front-certificate": ("Is CloudFront's certificate issued?", service_checks.front_certificate_is_issued),
        "domain": ("Does the API's domain lead to it?", service_checks.domain_leads_here),
        "texts": ("Do texts arrive?", service_checks.texts_arrive),
        "calls": ("Can calls be placed?", service_checks.calls_can_be_placed),
        "operators": ("Does a person receive the alarms?", service_checks.operators_are_reached),
    }
    yield from (_check(id_, asks, ask, CREDENTIALS) for id_, (asks, ask) in asked.items())


def _check(
    id_: str, asks: str, ask: Callable[[CheckedStage], Verdict], needs: tuple[str, ...] = ()
) -> Check[CheckedStage]:
    def ask_unless_local(checked: CheckedStage) -> Verdict:
        reason = checked.cannot_ask.get(id_)
        return not_asked(reason) if reason else ask(checked)

    return Check(id=id_, asks=asks, ask=ask_unless_local, needs=needs)

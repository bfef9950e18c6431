"""Faults of a stage, by the check that finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import NoCredentialsError, ProfileNotFound, TokenRetrievalError, UnauthorizedSSOTokenError

from leadtight.stages.checks import CheckStatus
from tests.unit.stages.doctor.accounts import (
    ABSENT,
    ACCOUNT,
    IDENTITY,
    NUMBER,
    REGION,
    SENDER_ARN,
    Answer,
    Key,
    error,
)

NOW = "2026-12-01T09:00:00Z"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leadtight-prod/stream/2026-11-01T00:00:00.000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault, with its check and remedy."""

    check: str
    mend: str
    status: CheckStatus = CheckStatus.FAIL
    answers: Mapping[Key, Answer] = field(default_factory=dict)
    stage: Callable[[str], str] = str
    policy: Callable[[str], str] = str
    missing: Iterable[tuple[str, str]] = ()


def with_texts(stage: str, sender: str) -> str:
    """Return a stage that texts by AWS End User Messaging."""
    arn = SENDER_ARN.format(sender)
    return f'{stage}[texts]\nby = "end_user_messaging"\norigination = "{arn}"\n'


BEFORE = [
    Fault(check="credentials", mend="AWS_PROFILE", answers={("sts", "get_caller_identity"): NoCredentialsError()}),
    Fault(
        check="credentials",
        mend="correct the access key",
        answers={("sts", "get_caller_identity"): error("InvalidClientTokenId")},
    ),
    Fault(check="credentials", mend="aws sso login", answers={("sts", "get_caller_identity"): error("ExpiredToken")}),
    Fault(
        check="credentials",
        mend="aws sso login",
        answers={("sts", "get_caller_identity"): UnauthorizedSSOTokenError()},
    ),
    Fault(
        check="credentials",
        mend="aws sso login",
        answers={("sts", "get_caller_identity"): TokenRetrievalError(provider="sso", error_msg="expired")},
    ),
    Fault(
        check="credentials",
        mend="list-profiles",
        answers={("sts", "get_caller_identity"): ProfileNotFound(profile="prod")},
    ),
    Fault(
        check="credentials",
        mend="correct `account`",
        answers={("sts", "get_caller_identity"): {"Account": "999900001111", "Arn": "arn:aws:iam::9:user/x"}},
    ),
    Fault(
        check="region",
        mend="enable it",
        answers={("account", "get_region_opt_status"): {"RegionName": REGION, "RegionOptStatus": "DISABLED"}},
    ),
    Fault(
        check="bootstrap",
        mend=f"cdk bootstrap aws://{ACCOUNT}/{REGION}",
        answers={("ssm", "get_parameter"): error("ParameterNotFound")},
    ),
    Fault(
        check="bootstrap",
        mend="cdk bootstrap",
        answers={("ssm", "get_parameter"): {"Parameter": {"Value": "5"}}},
    ),
    Fault(
        check="names",
        mend=f'stream = "{STREAM}"',
        answers={("dynamodb", "describe_table"): {"Table": {"LatestStreamArn": STREAM}}},
    ),
    Fault(
        check="names",
        mend="delete them",
        answers={("secretsmanager", "describe_secret"): {"DeletedDate": NOW, "Name": "leadtight-prod-front"}},
    ),
    Fault(check="names", mend="delete them", answers={("scheduler", "get_schedule_group"): {"Name": "leadtight-prod"}}),
    Fault(
        check="names",
        mend="delete them",
        answers={("sqs", "list_queues"): {"QueueUrls": [f"https://sqs/{ACCOUNT}/leadtight-prod-spill-dead"]}},
    ),
    Fault(
        check="names",
        mend="delete them",
        answers={("logs", "describe_log_groups"): {"logGroups": [{"logGroupName": "/leadtight/prod/sla"}]}},
    ),
    Fault(
        check="names",
        mend="delete them",
        answers={("sesv2", "get_configuration_set"): {"ConfigurationSetName": "leadtight-prod"}},
    ),
    Fault(
        check="concurrency",
        status=CheckStatus.WARN,
        mend="Service Quotas",
        answers={("lambda", "get_account_settings"): {"AccountLimit": {"ConcurrentExecutions": 10}}},
    ),
    Fault(
        check="concurrency",
        mend="Service Quotas",
        answers={("lambda", "get_account_settings"): {"AccountLimit": {"ConcurrentExecutions": 200}}},
        stage=lambda text: text + "[limits]\nreserve = true\n",
    ),
    Fault(
        check="concurrency",
        mend="Service Quotas",
        answers={("lambda", "get_account_settings"): {"AccountLimit": {"ConcurrentExecutions": 900}}},
        stage=lambda text: text + "[limits]\nleads_per_second = 50\n",
    ),
    Fault(
        check="concurrency",
        mend="Service Quotas",
        answers={
            ("lambda", "get_account_settings"): {
                "AccountLimit": {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 200}
            }
        },
        stage=lambda text: text + "[limits]\nreserve = true\n",
    ),
    Fault(
        check="log-policies",
        status=CheckStatus.WARN,
        mend="/aws/vendedlogs/",
        answers={
            ("logs", "describe_resource_policies"): {
                "resourcePolicies": [{"policyName": str(n), "policyDocument": "x" * 5_000} for n in range(10)]
            }
        },
    ),
    Fault(check="backup-copy", mend="create-backup-vault", answers={("backup", "describe_backup_vault"): ABSENT}),
    Fault(
        check="ses-account",
        mend="Request production access",
        answers={("sesv2", "get_account"): {"SendingEnabled": True, "ProductionAccessEnabled": False}},
    ),
    Fault(
        check="ses-account",
        mend="Account dashboard",
        answers={("sesv2", "get_account"): {"SendingEnabled": False, "ProductionAccessEnabled": True}},
    ),
    Fault(
        check="ses-account",
        status=CheckStatus.WARN,
        mend="lower bounces",
        answers={
            ("sesv2", "get_account"): {
                "SendingEnabled": True,
                "ProductionAccessEnabled": True,
                "EnforcementStatus": "PROBATION",
                "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0},
            }
        },
    ),
    Fault(
        check="ses-quota",
        status=CheckStatus.WARN,
        mend="request an increase",
        answers={
            ("sesv2", "get_account"): {
                "SendingEnabled": True,
                "ProductionAccessEnabled": True,
                "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 14.0},
            }
        },
    ),
    Fault(check="mail-identity", mend="identity_exists = true", answers={("sesv2", "get_email_identity"): IDENTITY}),
    Fault(
        check="mail-identity",
        mend="remove `identity_exists`",
        stage=lambda text: text.replace("[mail]\n", "[mail]\nidentity_exists = true\n"),
    ),
    Fault(
        check="dns-envelope",
        status=CheckStatus.WARN,
        mend=f"MX 10 feedback-smtp.{REGION}.amazonses.com",
        missing=[("bounce.firm.de", "MX")],
    ),
    Fault(check="dns-envelope", status=CheckStatus.WARN, mend="v=spf1", missing=[("bounce.firm.de", "TXT")]),
    Fault(check="dns-dmarc", status=CheckStatus.WARN, mend="_dmarc.firm.de TXT", missing=[("_dmarc.firm.de", "TXT")]),
    Fault(check="receiving", status=CheckStatus.WARN, mend="MX 10 inbound-smtp", missing=[("inbox.firm.de", "MX")]),
    Fault(
        check="receiving",
        status=CheckStatus.WARN,
        mend="add the rule `store`",
        answers={("ses", "describe_active_receipt_rule_set"): {"Metadata": {"Name": "theirs"}}},
    ),
    Fault(check="certificate", mend="request one", answers={("acm", "describe_certificate"): ABSENT}),
    Fault(
        check="certificate",
        mend="until it is issued",
        answers={
            ("acm", "describe_certificate"): {
                "Certificate": {
                    "DomainName": "leads.firm.de",
                    "SubjectAlternativeNames": ["www.firm.de"],
                    "Status": "PENDING_VALIDATION",
                }
            }
        },
    ),
    Fault(
        check="certificate",
        mend="request one for leads.firm.de",
        answers={("acm", "describe_certificate"): {"Certificate": {"DomainName": "*.eu.firm.de", "Status": "ISSUED"}}},
    ),
    Fault(check="domain", status=CheckStatus.WARN, mend="output", missing=[("leads.firm.de", "CNAME")]),
    Fault(
        check="texts",
        status=CheckStatus.WARN,
        mend="Exit SMS sandbox",
        answers={("sns", "get_sms_sandbox_account_status"): {"IsInSandbox": True}},
    ),
    Fault(check="texts", status=CheckStatus.WARN, mend="spend limit", answers={("sns", "get_sms_attributes"): {}}),
    Fault(
        check="texts",
        status=CheckStatus.WARN,
        mend="Request production access",
        stage=lambda text: with_texts(text, "phone-number/phone-1"),
        answers={
            ("pinpoint-sms-voice-v2", "describe_account_attributes"): {
                "AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "SANDBOX"}]
            }
        },
    ),
    Fault(
        check="texts",
        mend="registration",
        stage=lambda text: with_texts(text, "phone-number/phone-1"),
        answers={
            ("pinpoint-sms-voice-v2", "describe_phone_numbers"): {"PhoneNumbers": [{**NUMBER, "Status": "PENDING"}]}
        },
    ),
    Fault(check="texts", mend="registration", stage=lambda text: with_texts(text, "pool/pool-2")),
    Fault(
        check="texts",
        status=CheckStatus.WARN,
        mend="Spend limits",
        stage=lambda text: with_texts(text, "sender-id/FIRM/DE"),
        answers={
            ("pinpoint-sms-voice-v2", "describe_spend_limits"): {
                "SpendLimits": [
                    {"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 1, "MaxLimit": 1, "Overridden": False}
                ]
            }
        },
    ),
    Fault(check="calls", mend="voice.instance", answers={("connect", "describe_instance"): ABSENT}),
    Fault(
        check="calls",
        mend="Telephony",
        answers={("connect", "describe_instance"): {"Instance": {"OutboundCallsEnabled": False}}},
    ),
    Fault(check="calls", mend="voice.contact_flow", answers={("connect", "describe_contact_flow"): ABSENT}),
    Fault(
        check="time-zone",
        status=CheckStatus.WARN,
        mend="outside that hour",
        policy=lambda text: text.replace('timezone = "Europe/Berlin"', 'timezone = "Africa/Cairo"', 1),
    ),
]
"""Faults that a stage shows before its first deployment."""


def stack(status: str) -> Answer:
    """Return a stack in a state."""
    return {"Stacks": [{"StackName": "leadtight-prod", "StackStatus": status, "CreationTime": NOW}]}


LOSING: Answer = {"TemplateBody": '{"Resources": {"Table": {}}}'}

AFTER = [
    Fault(
        check="stack", mend="make destroy", answers={("cloudformation", "describe_stacks"): stack("ROLLBACK_COMPLETE")}
    ),
    Fault(
        check="stack",
        mend="continue-update-rollback",
        answers={("cloudformation", "describe_stacks"): stack("UPDATE_ROLLBACK_FAILED")},
    ),
    Fault(
        check="stack",
        status=CheckStatus.WARN,
        mend="wait",
        answers={("cloudformation", "describe_stacks"): stack("UPDATE_IN_PROGRESS")},
    ),
    Fault(
        check="stack",
        status=CheckStatus.WARN,
        mend="events",
        answers={("cloudformation", "describe_stacks"): stack("UPDATE_ROLLBACK_COMPLETE")},
    ),
    Fault(check="update", mend="make diff STAGE=prod", answers={("cloudformation", "get_template"): LOSING}),
    Fault(
        check="mail-verified",
        mend="CNAME",
        answers={("sesv2", "get_email_identity"): {**IDENTITY, "VerifiedForSendingStatus": False}},
    ),
    Fault(
        check="mail-verified",
        status=CheckStatus.WARN,
        mend="bounce.firm.de",
        answers={
            ("sesv2", "get_email_identity"): {
                **IDENTITY,
                "MailFromAttributes": {
                    "MailFromDomain": "bounce.firm.de",
                    "MailFromDomainStatus": "PENDING",
                    "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
                },
            }
        },
    ),
    Fault(
        check="dns-dkim",
        mend="two._domainkey.firm.de CNAME two.dkim.amazonses.com",
        missing=[("two._domainkey.firm.de", "CNAME")],
    ),
    Fault(
        check="receiving",
        mend="set-active-receipt-rule-set",
        answers={("ses", "describe_active_receipt_rule_set"): {}},
    ),
    Fault(
        check="operators",
        mend="open the link",
        answers={
            ("sns", "list_subscriptions_by_topic"): {
                "Subscriptions": [
                    {"Endpoint": "ops@firm.de", "Protocol": "email", "SubscriptionArn": "PendingConfirmation"}
                ]
            }
        },
    ),
]
"""Faults that a deployed stage shows."""

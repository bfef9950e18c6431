"""A healthy account, which tests make ill in one place.

botocore's service models judge every question and every answer.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

ACCOUNT, REGION = "111122223333", "eu-central-1"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
FRONT_CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/66666666-7777-8888-9999-000000000000"
VAULT = f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:copies"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:leadtight-prod-operators"
SUBSCRIPTION = f"{TOPIC}:11111111-2222-3333-4444-555555555555"

SENDER_ARN = f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:{{}}"
NUMBER: dict[str, Any] = {
    "PhoneNumberArn": SENDER_ARN.format("phone-number/phone-1"),
    "PhoneNumberId": "phone-1",
    "PhoneNumber": "+4930123450",
    "Status": "ACTIVE",
    "IsoCountryCode": "DE",
    "MessageType": "TRANSACTIONAL",
    "NumberCapabilities": ["SMS"],
    "NumberType": "LONG_CODE",
    "MonthlyLeasingPrice": "1",
    "TwoWayEnabled": False,
    "SelfManagedOptOutsEnabled": False,
    "OptOutListName": "Default",
    "DeletionProtectionEnabled": False,
    "CreatedTimestamp": "2026-11-01T00:00:00Z",
}

Key = tuple[str, str]
Answer = dict[str, Any] | Exception


def error(code: str, message: str = "", operation: str = "Ask") -> ClientError:
    """Return AWS's refusal."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


NO_STACK = error("ValidationError", "Stack with id leadtight-prod does not exist", "DescribeStacks")
ABSENT = error("ResourceNotFoundException")
HEALTHY: Mapping[Key, Answer] = {
    ("sts", "get_caller_identity"): {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ada", "UserId": "A"},
    ("account", "get_region_opt_status"): {"RegionName": REGION, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
    ("ssm", "get_parameter"): {"Parameter": {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "28"}},
    ("cloudformation", "describe_stacks"): NO_STACK,
    ("cloudformation", "get_template"): {"TemplateBody": "{}"},
    ("lambda", "get_account_settings"): {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
    },
    ("dynamodb", "describe_table"): ABSENT,
    ("secretsmanager", "describe_secret"): ABSENT,
    ("scheduler", "get_schedule_group"): ABSENT,
    ("sqs", "list_queues"): {},
    ("logs", "describe_log_groups"): {"logGroups": []},
    ("logs", "describe_resource_policies"): {"resourcePolicies": []},
    ("sesv2", "get_account"): {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0},
    },
    ("sesv2", "get_email_identity"): error("NotFoundException"),
    ("sesv2", "get_configuration_set"): error("NotFoundException"),
    ("ses", "describe_active_receipt_rule_set"): {},
    ("acm", "describe_certificate"): {
        "Certificate": {
            "DomainName": "leads.firm.de",
            "SubjectAlternativeNames": ["leads.firm.de", "*.firm.de"],
            "Status": "ISSUED",
        }
    },
    ("sns", "get_sms_sandbox_account_status"): {"IsInSandbox": False},
    ("sns", "get_sms_attributes"): {"attributes": {"MonthlySpendLimit": "100"}},
    ("sns", "list_subscriptions_by_topic"): {
        "Subscriptions": [
            {"Endpoint": "ops@firm.de", "Protocol": "email", "SubscriptionArn": SUBSCRIPTION, "TopicArn": TOPIC}
        ]
    },
    ("pinpoint-sms-voice-v2", "describe_account_attributes"): {
        "AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}]
    },
    ("pinpoint-sms-voice-v2", "describe_spend_limits"): {
        "SpendLimits": [
            {"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 100, "MaxLimit": 100, "Overridden": False}
        ]
    },
    ("pinpoint-sms-voice-v2", "describe_phone_numbers"): {"PhoneNumbers": [NUMBER]},
    ("pinpoint-sms-voice-v2", "describe_pools"): {
        "Pools": [
            {
                "PoolArn": SENDER_ARN.format("pool/pool-1"),
                "PoolId": "pool-1",
                "Status": "ACTIVE",
                "MessageType": "TRANSACTIONAL",
                "TwoWayEnabled": False,
                "SelfManagedOptOutsEnabled": False,
                "OptOutListName": "Default",
                "SharedRoutesEnabled": False,
                "DeletionProtectionEnabled": False,
                "CreatedTimestamp": "2026-11-01T00:00:00Z",
            }
        ]
    },
    ("pinpoint-sms-voice-v2", "describe_sender_ids"): {
        "SenderIds": [
            {
                "SenderIdArn": SENDER_ARN.format("sender-id/FIRM/DE"),
                "SenderId": "FIRM",
                "IsoCountryCode": "DE",
                "MessageTypes": ["TRANSACTIONAL"],
                "MonthlyLeasingPrice": "0",
                "DeletionProtectionEnabled": False,
                "Registered": True,
            }
        ]
    },
    ("connect", "describe_instance"): {"Instance": {"OutboundCallsEnabled": True, "InstanceAlias": "firm"}},
    ("connect", "describe_contact_flow"): {"ContactFlow": {"Name": "Call a lead"}},
    ("backup", "describe_backup_vault"): {"BackupVaultName": "copies"},
}
DEPLOYED: Answer = {
    "Stacks": [
        {
            "StackName": "leadtight-prod",
            "StackStatus": "UPDATE_COMPLETE",
            "CreationTime": "2026-12-01T00:00:00Z",
            "Outputs": [{"OutputKey": "OperatorsTopicArn", "OutputValue": TOPIC}],
        }
    ]
}
IDENTITY: dict[str, Any] = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"Status": "SUCCESS", "Tokens": ["one", "two", "three"]},
    "MailFromAttributes": {
        "MailFromDomain": "bounce.firm.de",
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    },
}


class FakeAccount:
    """Answers as AWS would; `asked` keeps the questions."""

    def __init__(self, changes: Mapping[Key, Answer]) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        self._answers = {**HEALTHY, **changes}

    def ask(self, service: str, operation: str, /, *, region: str | None = None, **params: Any) -> dict[str, Any]:
        self.asked.append((service, operation, region))
        model = _operations(service)[operation]
        if model.input_shape:
            validate_parameters(params, model.input_shape)
        answer = self._answers[service, operation]
        if isinstance(answer, Exception):
            raise answer
        validate_parameters(answer, model.output_shape)
        return copy.deepcopy(answer)


@cache
def _operations(service: str) -> dict[str, Any]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


class FakeDns:
    """Has the records that a deployed stage asks for."""

    def __init__(self, missing: frozenset[tuple[str, str]] = frozenset()) -> None:
        self._missing = missing

    def records(self, name: str, kind: str) -> tuple[str, ...]:
        return () if (name, kind) in self._missing else RECORDS.get((name, kind), ())


RECORDS = {
    **{(f"{token}._domainkey.firm.de", "CNAME"): (f"{token}.dkim.amazonses.com",) for token in ("one", "two", "three")},
    ("bounce.firm.de", "MX"): (f"10 feedback-smtp.{REGION}.amazonses.com",),
    ("bounce.firm.de", "TXT"): ("v=spf1 include:amazonses.com ~all",),
    ("_dmarc.firm.de", "TXT"): ("v=DMARC1; p=quarantine",),
    ("inbox.firm.de", "MX"): (f"10 inbound-smtp.{REGION}.amazonaws.com",),
    ("leads.firm.de", "CNAME"): (f"d-abc.execute-api.{REGION}.amazonaws.com",),
}

"""Every read-only question to an AWS account."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

ACTIONS: Mapping[tuple[str, str], str] = {
    ("sts", "get_caller_identity"): "sts:GetCallerIdentity",
    ("account", "get_region_opt_status"): "account:GetRegionOptStatus",
    ("ssm", "get_parameter"): "ssm:GetParameter",
    ("cloudformation", "describe_stacks"): "cloudformation:DescribeStacks",
    ("cloudformation", "get_template"): "cloudformation:GetTemplate",
    ("lambda", "get_account_settings"): "lambda:GetAccountSettings",
    ("dynamodb", "describe_table"): "dynamodb:DescribeTable",
    ("secretsmanager", "describe_secret"): "secretsmanager:DescribeSecret",
    ("scheduler", "get_schedule_group"): "scheduler:GetScheduleGroup",
    ("sqs", "list_queues"): "sqs:ListQueues",
    ("logs", "describe_log_groups"): "logs:DescribeLogGroups",
    ("logs", "describe_resource_policies"): "logs:DescribeResourcePolicies",
    ("sesv2", "get_account"): "ses:GetAccount",
    ("sesv2", "get_email_identity"): "ses:GetEmailIdentity",
    ("sesv2", "get_configuration_set"): "ses:GetConfigurationSet",
    ("ses", "describe_active_receipt_rule_set"): "ses:DescribeActiveReceiptRuleSet",
    ("acm", "describe_certificate"): "acm:DescribeCertificate",
    ("sns", "get_sms_sandbox_account_status"): "sns:GetSMSSandboxAccountStatus",
    ("sns", "get_sms_attributes"): "sns:GetSMSAttributes",
    ("sns", "list_subscriptions_by_topic"): "sns:ListSubscriptionsByTopic",
    ("pinpoint-sms-voice-v2", "describe_account_attributes"): "sms-voice:DescribeAccountAttributes",
    ("pinpoint-sms-voice-v2", "describe_spend_limits"): "sms-voice:DescribeSpendLimits",
    ("pinpoint-sms-voice-v2", "describe_phone_numbers"): "sms-voice:DescribePhoneNumbers",
    ("pinpoint-sms-voice-v2", "describe_pools"): "sms-voice:DescribePools",
    ("pinpoint-sms-voice-v2", "describe_sender_ids"): "sms-voice:DescribeSenderIds",
    ("connect", "describe_instance"): "connect:DescribeInstance",
    ("connect", "describe_contact_flow"): "connect:DescribeContactFlow",
    ("backup", "describe_backup_vault"): "backup:DescribeBackupVault",
}
"""Every question, as botocore names it, with the IAM action that allows it."""

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 3


class ReadOnlyAccount(Protocol):
    """An account that answers read-only questions."""

    def ask(self, service: str, operation: str, /, *, region: str | None = None, **params: Any) -> dict[str, Any]:
        """Return an answer; raises what botocore raises."""


class AwsAccount:
    """The account of the shell's credentials, in one region."""

    def __init__(self, region: str) -> None:
        """Take the stage's region."""
        self._region = region

    def ask(self, service: str, operation: str, /, *, region: str | None = None, **params: Any) -> dict[str, Any]:
        """Return an answer of the stage's region, or of another."""
        if (service, operation) not in ACTIONS:
            raise ValueError(f"{service}:{operation}: no question of the doctor")
        answer: dict[str, Any] = getattr(_client(service, region or self._region), operation)(**params)
        return answer


@cache
def _client(service: str, region: str) -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    return botocore.session.get_session().create_client(service, region_name=region, config=config)


def found(
    account: ReadOnlyAccount, service: str, operation: str, /, *absent: str, **params: Any
) -> dict[str, Any] | None:
    """Return an answer; None for an `absent` error code."""
    try:
        return account.ask(service, operation, **params)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in absent:
            return None
        raise

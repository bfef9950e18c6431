"""Deployers: the CDK's roles, and what a check reads."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access.statements import allow, arn

QUALIFIER = "hnb659fds"
"""The CDK's name of its bootstrap, where `cdk bootstrap` names none."""

ROLES = ("deploy", "file-publishing", "lookup")
LOOK = (
    "account:GetRegionOptStatus acm:DescribeCertificate backup:DescribeBackupVault cloudformation:ListStacks"
    " connect:DescribeContactFlow connect:DescribeInstance dynamodb:ListTables lambda:GetAccountSettings"
    " logs:DescribeLogGroups logs:DescribeResourcePolicies scheduler:GetScheduleGroup scheduler:ListScheduleGroups"
    " secretsmanager:ListSecrets servicequotas:GetServiceQuota ses:GetAccount ses:GetConfigurationSet"
    " ses:ListEmailIdentities ses:DescribeActiveReceiptRuleSet sms-voice:DescribeAccountAttributes"
    " sms-voice:DescribePhoneNumbers sms-voice:DescribePools sms-voice:DescribeSenderIds"
    " sms-voice:DescribeSpendLimits sns:GetSMSAttributes sns:GetSMSSandboxAccountStatus"
    " sns:ListSubscriptionsByTopic sqs:ListQueues"
)
"""Reading actions that accept no resource, or are about what may not exist yet."""


def deployer(scope: Construct, *, stack: str, regions: tuple[str, ...]) -> iam.ManagedPolicy:
    """Return the policy of who deploys and destroys a stage.

    Through the CDK's roles they may do all that the bootstrap's execution policy allows.
    """
    policy = iam.ManagedPolicy(scope, "DeployerPolicy", description="Deploy a stage of Leadtight by the CDK's roles")
    roles = [
        f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/cdk-{QUALIFIER}-{role}-role-{Aws.ACCOUNT_ID}-{region}"
        for region in regions
        for role in ROLES
    ]
    policy.add_statements(
        allow("sts:AssumeRole", *roles),
        allow("ssm:GetParameter", arn("ssm", f"parameter/cdk-bootstrap/{QUALIFIER}/version")),
        allow(
            "cloudformation:DescribeStacks cloudformation:DescribeStackEvents cloudformation:GetTemplate"
            " cloudformation:ListStackResources cloudformation:UpdateTerminationProtection",
            arn("cloudformation", f"stack/{stack}/*"),
            arn("cloudformation", f"stack/{stack}-front/*"),
        ),
        allow("ses:GetEmailIdentity", arn("ses", "identity/*")),
        allow("secretsmanager:DescribeSecret", arn("secretsmanager", f"secret:{stack}-front*")),
        # An account has one active rule set: `make destroy` switches off the stage's own.
        allow("ses:SetActiveReceiptRuleSet", "*"),
        allow("dynamodb:DescribeTable", arn("dynamodb", f"table/{stack}*")),
        allow(LOOK, "*"),
    )
    return policy

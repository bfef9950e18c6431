"""Mail received by SES, where a stage names a domain.

The domain must be verified and its MX record must point to SES.
"""

from __future__ import annotations

from aws_cdk import Aws, CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.stage import StageSettings

PREFIX = "ses/"


class MailReceiving(Construct):
    """The rule that stores every scanned mail to a domain.

    It goes to the mail bucket.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, domain: str, bucket: s3.Bucket) -> None:
        super().__init__(scope, id_)
        self.rules = ses.CfnReceiptRuleSet(self, "Rules", rule_set_name=f"leadtight-{stage.name}")
        allowed = bucket.add_to_resource_policy(_may_store(bucket, self.rules))
        rule = ses.CfnReceiptRule(
            self,
            "Store",
            rule_set_name=self.rules.ref,
            rule=_store(domain, bucket),
        )
        rule.node.add_dependency(allowed.policy_dependable)
        activate = f"aws ses set-active-receipt-rule-set --rule-set-name {self.rules.ref}"
        CfnOutput(self, "Activate", value=activate).override_logical_id("ReceivingActivate")
        mx = f"{domain} MX 10 inbound-smtp.{Aws.REGION}.{Aws.URL_SUFFIX}"
        CfnOutput(self, "Mx", value=mx).override_logical_id("ReceivingMx")


def _may_store(bucket: s3.Bucket, rules: ses.CfnReceiptRuleSet) -> iam.PolicyStatement:
    """Return the statement that lets only this rule set store."""
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("ses.amazonaws.com")],
        actions=["s3:PutObject"],
        resources=[bucket.arn_for_objects(f"{PREFIX}*")],
        conditions={
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {
                "aws:SourceArn": f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:receipt-rule-set/{rules.ref}:*"
            },
        },
    )


def _store(domain: str, bucket: s3.Bucket) -> ses.CfnReceiptRule.RuleProperty:
    return ses.CfnReceiptRule.RuleProperty(
        name="store",
        enabled=True,
        recipients=[domain],
        scan_enabled=True,
        tls_policy="Optional",
        actions=[
            ses.CfnReceiptRule.ActionProperty(
                s3_action=ses.CfnReceiptRule.S3ActionProperty(bucket_name=bucket.bucket_name, object_key_prefix=PREFIX)
            )
        ],
    )

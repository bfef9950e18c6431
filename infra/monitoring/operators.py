"""The topic that tells the operators about alarms."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.stage import StageSettings


def operators_topic(scope: Construct, id_: str, *, stage: StageSettings) -> sns.Topic:
    """Create the topic for this account's alarms."""
    topic = sns.Topic(scope, id_, topic_name=f"leadtight-{stage.name}-operators", enforce_ssl=stage.has_tls)
    # A custom policy replaces the default one, which lets the account's alarms publish.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    for address in stage.file.operators.emails:
        topic.add_subscription(subscriptions.EmailSubscription(address))
    if stage.file.operators.url:
        topic.add_subscription(subscriptions.UrlSubscription(stage.file.operators.url))
    return topic

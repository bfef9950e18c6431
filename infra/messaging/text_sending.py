"""Texts by AWS End User Messaging, with their receipts."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_smsvoice as smsvoice
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.stage import StageSettings


class TextSending(Construct):
    """The configuration set whose events go to the receipts topic.

    The origination identity is registered by hand, for a country and a purpose: no stack makes it.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, topic: sns.Topic, origination: str) -> None:
        super().__init__(scope, id_)
        self.origination = origination
        self.configuration_set_name = f"leadtight-{stage.name}-texts"
        allowed = topic.add_to_resource_policy(_may_publish(topic))
        configuration_set = smsvoice.CfnConfigurationSet(
            self,
            "ConfigurationSet",
            configuration_set_name=self.configuration_set_name,
            event_destinations=[
                smsvoice.CfnConfigurationSet.EventDestinationProperty(
                    event_destination_name="receipts",
                    enabled=True,
                    matching_event_types=["TEXT_ALL"],
                    sns_destination=smsvoice.CfnConfigurationSet.SnsDestinationProperty(topic_arn=topic.topic_arn),
                )
            ],
        )
        configuration_set.node.add_dependency(allowed.policy_dependable)

    @property
    def resources(self) -> tuple[str, str]:
        """Return the ARNs that a sender of texts uses."""
        here = f"arn:{Aws.PARTITION}:sms-voice:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        return self.origination, f"{here}:configuration-set/{self.configuration_set_name}"


def _may_publish(topic: sns.Topic) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("sms-voice.amazonaws.com")],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )

"""The queue of notices from the mail bucket."""

from __future__ import annotations

from typing import cast

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.queues import dead_letter_queue, work_queue
from infra.stage import StageSettings


class MailQueue(Construct):
    """The queue of mails with its dead letters.

    A bucket feeds it.
    """

    def __init__(
        self, scope: Construct, id_: str, *, stage: StageSettings, bucket: s3.Bucket, handled_in: Duration
    ) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letter_queue(self, "Dead", stage=stage, name="mails-dead")
        self.queue = work_queue(self, "Queue", stage=stage, name="mails", handled_in=handled_in, dead=self.dead)
        # The account instead of the bucket: the bucket depends on this policy, so the policy cannot name it.
        allowed = self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        # Set on the bucket itself: CDK's helper adds a function whose role may change any bucket.
        resource = cast(s3.CfnBucket, bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(event="s3:ObjectCreated:*", queue=self.queue.queue_arn)
            ]
        )
        resource.node.add_dependency(allowed.policy_dependable)

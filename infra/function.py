"""One Lambda with its role, log group and common settings."""

from __future__ import annotations

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.access import statements
from infra.stage import StageSettings


class LeadFunction(Construct):
    """The function `functions.<name>.handler.handle`, with role and log group."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: StageSettings,
        timeout: Duration,
        failed: sqs.IQueue,
        environment: dict[str, str],
        bundle: str = "app",
        memory_mb: int = 512,
        reserved: int | None = None,
        continues_itself: bool = False,
    ) -> None:
        super().__init__(scope, name.capitalize())
        self.name = name
        self.logs = self._log_group(stage)
        # The managed policy would let a function write to every log group of the account.
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.logs.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=f"leadtight-{stage.name}-{name}",
            code=lambda_.Code.from_asset(str(stage.bundle / bundle)),
            handler=f"functions.{name}.handler.handle",
            runtime=stage.runtime,
            architecture=stage.architecture,
            role=self.role,
            memory_size=memory_mb,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE if stage.file.tracing else lambda_.Tracing.DISABLED,
            log_group=self.logs,
            logging_format=lambda_.LoggingFormat.JSON,  # also of what the runtime itself writes, such as a time-out
            on_failure=destinations.SqsDestination(failed),
            retry_attempts=2,
            reserved_concurrent_executions=reserved,
            # A chain of a function's own messages is cut off after about 16, unless we answer for its end.
            recursive_loop=lambda_.RecursiveLoop.ALLOW if continues_itself else lambda_.RecursiveLoop.TERMINATE,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": stage.metrics_namespace,
                "LOG_LEVEL": "INFO",
            }
            | environment,
        )

    def _log_group(self, stage: StageSettings) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/leadtight/{stage.name}/{self.name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def allow(self, actions: str, *resources: str) -> None:
        """Grant space-separated exact actions on exact resources."""
        self.role.add_to_policy(statements.allow(actions, *resources))

    def allow_passing(self, role: iam.IRole, *, to_service: str) -> None:
        """Let the function pass one role to one service only."""
        self.role.add_to_policy(statements.allow_passing(role.role_arn, to_service=to_service))

    def allow_mailing(self, sender: str, configuration_set: str) -> None:
        """Let the function send mails from one address.

        In the sandbox SES also asks about the recipient's identity, so the sender is a condition and no resource.
        """
        identities = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:identity/*"
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["ses:SendRawEmail"],
                resources=[identities],
                conditions={"StringEqualsIgnoreCase": {"ses:FromAddress": sender}},
            )
        )
        self.allow("ses:SendRawEmail", configuration_set)

    def allow_texting(self) -> None:
        """Let the function send SMS.

        IAM names a phone number as "everything that is not a topic".
        """
        topics = f"arn:{Aws.PARTITION}:sns:*:*:*"
        self.role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], not_resources=[topics]))

    def allow_texting_from(self, *resources: str) -> None:
        """Let the function send SMS from one origination identity."""
        self.allow("sms-voice:SendTextMessage", *resources)

    def allow_calling(self, instance: str, flow: str) -> None:
        """Let the function place calls by one Connect contact flow."""
        within = f"arn:{Aws.PARTITION}:connect:{Aws.REGION}:{Aws.ACCOUNT_ID}:instance/{instance}"
        self.allow("connect:StartOutboundVoiceContact", f"{within}/contact-flow/{flow}", f"{within}/contact/*")

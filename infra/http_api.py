"""The only public HTTP API, throttled, with a link-free log."""

from __future__ import annotations

import json
from typing import cast

from aws_cdk import RemovalPolicy, Tags
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.function import LeadFunction
from infra.stage import StageSettings

# The route instead of the path, which holds a signed link. No address: it is unneeded personal data.
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "at": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.integrationErrorMessage",
}


class PublicHttpApi(Construct):
    """The HTTP API and its one `$default` stage."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        self.api = apigw.HttpApi(self, "Api", api_name=f"leadtight-{stage.name}", create_default_stage=False)
        if stage.local:
            Tags.of(self.api).add("ms-custom-id", "leadtight")  # gives the emulator's API a fixed address
        self.logs = logs.LogGroup(
            self,
            "AccessLogs",
            # API Gateway writes to groups of any other name by a policy of the account, which has a size limit.
            log_group_name=f"/aws/vendedlogs/leadtight/{stage.name}/http",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.stage = apigw.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(rate_limit=stage.limits.requests, burst_limit=stage.limits.burst),
        )
        default = cast(apigw.CfnStage, self.stage.node.default_child)
        default.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=self.logs.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        self.url = stage.public_url or self.stage.url.rstrip("/")

    def route(self, unit: LeadFunction, *keys: str) -> None:
        """Send the routes `METHOD /path` to a function.

        It dispatches on the same words.
        """
        integration = integrations.HttpLambdaIntegration(f"{unit.name}-integration", unit.function)
        for key in keys:
            method, path = key.split(" ")
            self.api.add_routes(path=path, methods=[apigw.HttpMethod[method]], integration=integration)

"""The only public HTTP API, throttled, with a link-free log."""

from __future__ import annotations

import json
from typing import cast

from aws_cdk import CfnOutput, RemovalPolicy, Tags
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm
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
        self._limits = stage.limits
        self._routes: dict[str, apigw.HttpRoute] = {}
        default.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=self.logs.log_group_arn, format=json.dumps(ACCESS_LOG)
        )
        if stage.file.api.domain:
            self._map(stage.file.api.domain, stage.file.api.certificate or "")
        self.url = stage.public_url or self.stage.url.rstrip("/")

    def _map(self, domain: str, certificate: str) -> None:
        """Serve the API at its own domain, which outlives it."""
        own = apigw.DomainName(
            self,
            "Domain",
            domain_name=domain,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate),
            security_policy=apigw.SecurityPolicy.TLS_1_2,
        )
        apigw.ApiMapping(self, "Mapping", api=self.api, domain_name=own, stage=self.stage)
        target = CfnOutput(self, "Target", value=f"{domain} CNAME {own.regional_domain_name}")
        target.override_logical_id("ApiDomainRecord")

    def reserve(self, *keys: str) -> None:
        """Give routes an allowance of their own.

        Webhooks, health checks and unknown paths cannot use it up. API Gateway refuses the rest itself, before any
        function, and adds no CORS headers to its answer.
        """
        default = cast(apigw.CfnStage, self.stage.node.default_child)
        default.route_settings = {
            key: {"ThrottlingRateLimit": self._limits.requests, "ThrottlingBurstLimit": self._limits.burst}
            for key in keys
        }
        for key in keys:
            self.stage.node.add_dependency(self._routes[key])

    def route(self, unit: LeadFunction, *keys: str) -> None:
        """Send the routes `METHOD /path` to a function.

        It dispatches on the same words.
        """
        integration = integrations.HttpLambdaIntegration(f"{unit.name}-integration", unit.function)
        for key in keys:
            method, path = key.split(" ")
            [self._routes[key]] = self.api.add_routes(
                path=path, methods=[apigw.HttpMethod[method]], integration=integration
            )

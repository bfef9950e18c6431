"""CloudFront and AWS WAF before the API, where configured.

See docs/decisions/0054-front-door.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.stage import StageSettings
from leadtight.stages.stage_settings import FrontSettings

REGION = "us-east-1"
"""The only region whose web ACLs CloudFront accepts."""

ADD_VIEWER_ADDRESS = """function handler(event) {
    event.request.headers["x-leadtight-viewer"] = { value: event.viewer.ip };
    return event.request;
}"""
WEBHOOK = "/webhooks/{}"


def secret_name(stage: str) -> str:
    """Return the name of CloudFront's secret, in both regions."""
    return f"leadtight-{stage}-front"


class FrontStack(Stack):
    """The distribution and its firewall rules."""

    def __init__(
        self, scope: Construct, id_: str, *, stage: StageSettings, edge: FrontSettings, **options: Any
    ) -> None:
        super().__init__(scope, id_, **options)
        self.rules = waf.CfnWebACL(
            self,
            "Rules",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility("leadtight"),
            rules=_rules(edge, stage.webhooks),
        )
        viewer_request = cloudfront.Function(
            self,
            "SeesWhoAsks",
            code=cloudfront.FunctionCode.from_inline(ADD_VIEWER_ADDRESS),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Door",
            comment=f"leadtight-{stage.name}",
            domain_names=[edge.domain] if edge.domain else None,
            certificate=self._certificate(edge),
            web_acl_id=self.rules.attr_arn,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if edge.certificate else None,
            default_behavior=_behavior(edge, stage.name, viewer_request),
        )
        CfnOutput(self, "DoorUrl", value=f"https://{self.distribution.distribution_domain_name}")

    def _certificate(self, edge: FrontSettings) -> acm.ICertificate | None:
        if not edge.certificate:
            return None
        return acm.Certificate.from_certificate_arn(self, "Certificate", edge.certificate)


def _behavior(edge: FrontSettings, stage: str, viewer_request: cloudfront.IFunction) -> cloudfront.BehaviorOptions:
    secret = f"{{{{resolve:secretsmanager:{secret_name(stage)}:SecretString:{edge.key}}}}}"
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(
            edge.host,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            custom_headers={"x-leadtight-front": secret},
        ),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        function_associations=[
            cloudfront.FunctionAssociation(
                event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=viewer_request
            )
        ],
    )


def _rules(edge: FrontSettings, webhooks: Sequence[str]) -> list[waf.CfnWebACL.RuleProperty]:
    """Return the firewall rules in order.

    None inspects bodies: a lead whose words look like an attack is a lead. Webhooks of the policy are exempt: few
    machines send many of them, from anywhere, and they are signed.
    """
    others = _except(webhooks)
    rate = waf.CfnWebACL.RateBasedStatementProperty(
        limit=edge.rate, aggregate_key_type="IP", scope_down_statement=others
    )
    rules = {"rate": waf.CfnWebACL.StatementProperty(rate_based_statement=rate)}
    if edge.countries:
        here = waf.CfnWebACL.StatementProperty(
            geo_match_statement=waf.CfnWebACL.GeoMatchStatementProperty(country_codes=list(edge.countries))
        )
        rules["country"] = _all_of([_not(here), *([others] if others else [])])
    return [
        waf.CfnWebACL.RuleProperty(
            name=name,
            priority=number,
            action=waf.CfnWebACL.RuleActionProperty(block={}),
            statement=statement,
            visibility_config=_visibility(name),
        )
        for number, (name, statement) in enumerate(rules.items())
    ]


def _except(webhooks: Sequence[str]) -> waf.CfnWebACL.StatementProperty | None:
    """Return a statement that matches all requests but named webhooks.

    Each is matched whole: a path that only begins like one is none. None without webhooks.
    """
    return _all_of([_not(_exactly(WEBHOOK.format(name))) for name in webhooks]) if webhooks else None


def _exactly(path: str) -> waf.CfnWebACL.StatementProperty:
    match = waf.CfnWebACL.ByteMatchStatementProperty(
        field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
        positional_constraint="EXACTLY",
        search_string=path,
        text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
    )
    return waf.CfnWebACL.StatementProperty(byte_match_statement=match)


def _not(statement: waf.CfnWebACL.StatementProperty) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(not_statement=waf.CfnWebACL.NotStatementProperty(statement=statement))


def _all_of(statements: Sequence[waf.CfnWebACL.StatementProperty]) -> waf.CfnWebACL.StatementProperty:
    """Combine statements; AWS refuses a combination of one."""
    if len(statements) == 1:
        return statements[0]
    return waf.CfnWebACL.StatementProperty(
        and_statement=waf.CfnWebACL.AndStatementProperty(statements=list(statements))
    )


def _visibility(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Count a rule's requests, and show samples of them.

    A sample holds a request's headers and path for three hours: without it a block cannot be explained.
    """
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )

"""CloudFront and AWS WAF before the API, where configured.

See docs/decisions/0054-front-door.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_wafv2 as waf
from constructs import Construct, Node

REGION = "us-east-1"
"""The only region whose web ACLs CloudFront accepts."""

ADD_VIEWER_ADDRESS = """function handler(event) {
    event.request.headers["x-leadtight-viewer"] = { value: event.viewer.ip };
    return event.request;
}"""
SIGNED = "/webhooks/"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """The `front_*` settings of a stage."""

    host: str
    key: str
    countries: tuple[str, ...]
    per_five_minutes: int
    only: bool
    domain: str | None
    certificate: str | None

    @classmethod
    def from_context(cls, node: Node) -> EdgeSettings | None:
        """Read `-c front=HOST` and its companions.

        Raises ValueError for settings that do not fit.
        """
        host = node.try_get_context("front")
        if not host:
            return None
        if ".execute-api." not in host or "/" in host:
            raise ValueError("front: the host of the API, as in the output ApiUrl: ID.execute-api.REGION.amazonaws.com")
        if bool(node.try_get_context("front_domain")) != bool(node.try_get_context("front_certificate")):
            raise ValueError("front_domain: requires front_certificate, the ARN of its certificate in us-east-1")
        countries = str(node.try_get_context("front_countries") or "")
        return cls(
            host=str(host),
            key=str(node.try_get_context("front_key") or "k1"),
            countries=tuple(sorted(filter(None, (country.strip().upper() for country in countries.split(","))))),
            per_five_minutes=int(node.try_get_context("front_rate") or 300),
            only=node.try_get_context("front_only") == "on",
            domain=node.try_get_context("front_domain"),
            certificate=node.try_get_context("front_certificate"),
        )

    @property
    def region(self) -> str:
        """Return the region of the API."""
        return self.host.split(".")[2]

    @staticmethod
    def secret_name(stage: str) -> str:
        """Return the name of CloudFront's secret.

        It is the same in both regions.
        """
        return f"leadtight-{stage}-front"


class FrontStack(Stack):
    """The distribution and its firewall rules."""

    def __init__(self, scope: Construct, id_: str, *, stage: str, edge: EdgeSettings, **options: Any) -> None:
        super().__init__(scope, id_, **options)
        self.rules = waf.CfnWebACL(
            self,
            "Rules",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility("leadtight"),
            rules=_rules(edge),
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
            comment=f"leadtight-{stage}",
            domain_names=[edge.domain] if edge.domain else None,
            certificate=self._certificate(edge),
            web_acl_id=self.rules.attr_arn,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            default_behavior=_behavior(edge, stage, viewer_request),
        )
        CfnOutput(self, "DoorUrl", value=f"https://{self.distribution.distribution_domain_name}")

    def _certificate(self, edge: EdgeSettings) -> acm.ICertificate | None:
        if not edge.certificate:
            return None
        return acm.Certificate.from_certificate_arn(self, "Certificate", edge.certificate)


def _behavior(edge: EdgeSettings, stage: str, viewer_request: cloudfront.IFunction) -> cloudfront.BehaviorOptions:
    secret = f"{{{{resolve:secretsmanager:{edge.secret_name(stage)}:SecretString:{edge.key}}}}}"
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


def _rules(edge: EdgeSettings) -> list[waf.CfnWebACL.RuleProperty]:
    """Return the firewall rules in order.

    None inspects bodies: a lead whose words look like an attack is a lead.
    """
    rate = waf.CfnWebACL.RateBasedStatementProperty(
        limit=edge.per_five_minutes, aggregate_key_type="IP", scope_down_statement=_except_webhooks()
    )
    rules = {"rate": waf.CfnWebACL.StatementProperty(rate_based_statement=rate)}
    if edge.countries:
        here = waf.CfnWebACL.StatementProperty(
            geo_match_statement=waf.CfnWebACL.GeoMatchStatementProperty(country_codes=list(edge.countries))
        )
        elsewhere = waf.CfnWebACL.StatementProperty(not_statement=waf.CfnWebACL.NotStatementProperty(statement=here))
        both = waf.CfnWebACL.AndStatementProperty(statements=[elsewhere, _except_webhooks()])
        rules["country"] = waf.CfnWebACL.StatementProperty(and_statement=both)
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


def _except_webhooks() -> waf.CfnWebACL.StatementProperty:
    """Return a statement that matches all requests but webhooks.

    Few machines send many of those, from anywhere, and they are signed.
    """
    path = waf.CfnWebACL.ByteMatchStatementProperty(
        field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
        positional_constraint="STARTS_WITH",
        search_string=SIGNED,
        text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
    )
    webhook = waf.CfnWebACL.StatementProperty(byte_match_statement=path)
    return waf.CfnWebACL.StatementProperty(not_statement=waf.CfnWebACL.NotStatementProperty(statement=webhook))


def _visibility(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )

"""The public API: exactly these routes, throttled and logged.

The links that people press are not logged.
"""

from __future__ import annotations

import json

from tests.infra.synth import Synthesised

ROUTES = {
    "POST /leads": "intake",
    "POST /forms/{form}": "intake",
    "GET /forms/{form}/thanks": "intake",
    "GET /health": "intake",
    "HEAD /health": "intake",
    "OPTIONS /leads": "intake",
    "OPTIONS /forms/{form}": "intake",
    "GET /webhooks/{provider}": "intake",
    "POST /webhooks/{provider}": "intake",
    "GET /o/{token}": "desk",
    "POST /o/{token}": "desk",
    "GET /desk/{token}": "desk",
    "POST /desk/{token}": "desk",
    "GET /board/{token}": "desk",
    "GET /leads/{lead_id}": "desk",
    "POST /leads/{lead_id}/outcomes": "desk",
    "GET /reports/{token}": "desk",
    "GET /quarantine/{token}": "desk",
    "POST /quarantine/{token}": "desk",
    "GET /ask/{token}": "desk",
    "POST /ask/{token}": "desk",
    "GET /unsubscribe/{token}": "desk",
    "POST /unsubscribe/{token}": "desk",
}


def test_the_routes_are_exactly_these(prod: Synthesised) -> None:
    integrations = prod.of_type("ApiGatewayV2::Integration")
    answered_by = {
        id_: next(name for name in set(ROUTES.values()) if prod.function_id(name) in json.dumps(r["Properties"]))
        for id_, r in integrations.items()
    }
    routes = {
        route["RouteKey"]: next(name for id_, name in answered_by.items() if id_ in json.dumps(route["Target"]))
        for route in prod.properties("ApiGatewayV2::Route")
    }
    assert routes == ROUTES


def test_functions_are_invoked_with_payload_version_two(prod: Synthesised) -> None:
    assert {i["PayloadFormatVersion"] for i in prod.properties("ApiGatewayV2::Integration")} == {"2.0"}


def test_the_one_stage_throttles(prod: Synthesised) -> None:
    [stage] = prod.properties("ApiGatewayV2::Stage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 20
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 40


def test_no_metric_is_paid_for_by_route(prod: Synthesised) -> None:
    """Detailed metrics are six custom metrics a route."""
    [stage] = prod.properties("ApiGatewayV2::Stage")
    assert "DetailedMetricsEnabled" not in stage["DefaultRouteSettings"]


def test_the_access_log_takes_no_room_in_the_accounts_log_policy(prod: Synthesised) -> None:
    [stage] = prod.properties("ApiGatewayV2::Stage")
    [group, _] = stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"]
    name = prod.of_type("Logs::LogGroup")[group]["Properties"]["LogGroupName"]
    assert name == "/aws/vendedlogs/leadtight/prod/http"


def test_the_access_log_holds_neither_links_nor_addresses(prod: Synthesised) -> None:
    [stage] = prod.properties("ApiGatewayV2::Stage")
    form = stage["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in form
    assert "$context.path" not in form
    assert "sourceIp" not in form


def test_links_have_the_public_address_of_the_stage(prod: Synthesised, local: Synthesised) -> None:
    assert "ApiId" in str(prod.function("respond")) or "execute-api" in str(prod.function("respond"))
    assert local.function("respond")["Environment"]["Variables"]["LEADTIGHT_PUBLIC_URL"] == "http://127.0.0.1:1/api"


def test_the_local_api_has_a_fixed_address(local: Synthesised, prod: Synthesised) -> None:
    [here], [there] = local.properties("ApiGatewayV2::Api"), prod.properties("ApiGatewayV2::Api")
    assert here["Tags"]["ms-custom-id"] == "leadtight"
    assert "ms-custom-id" not in there["Tags"]


def test_a_flood_of_other_requests_leaves_leads_their_allowance(prod: Synthesised) -> None:
    [stage] = prod.of_type("ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["RouteSettings"]
    assert settings.keys() == {"POST /leads", "POST /forms/{form}"}
    for route in settings.values():
        assert route == {"ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 40}
    routes = {id_: r["Properties"]["RouteKey"] for id_, r in prod.of_type("ApiGatewayV2::Route").items()}
    assert settings.keys() <= {routes[id_] for id_ in stage["DependsOn"] if id_ in routes}

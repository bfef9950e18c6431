"""The HTTP API matches docs/openapi.json.

Schemathesis asks, the real handlers answer over moto.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.desk import handler as desk
from functions.intake import handler as intake
from leadtight import bootstrap
from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope
from scripts import openapi
from tests.integration.conftest import REGION
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

DOCUMENT = openapi.document()
OPERATIONS = [f"{m.upper()} {path}" for path, item in DOCUMENT["paths"].items() for m in item if m != "parameters"]
KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer as API Gateway would.

    It finds the matching route and sends payload 2.0.
    """
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    route, parameters = _route(method, path)
    handler = intake if route in intake._ROUTES else desk
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    event = {
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": {**headers, "content-type": environ.get("CONTENT_TYPE", "")},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.1"}},
        "pathParameters": parameters,
        "body": base64.b64encode(raw).decode(),
        "isBase64Encoded": True,
    }
    answer = handler.handle(event, CONTEXT)
    start_response(f"{answer['statusCode']} -", list(answer["headers"].items()))
    return [answer["body"].encode()]


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    for template in sorted(DOCUMENT["paths"], key=lambda path_template: path_template.count("{")):
        match = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template), path)
        if match:
            return f"{method} {template}", {name: unquote(value) for name, value in match.groupdict().items()}
    raise AssertionError(f"no route for {path}")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_answers_as_documented(operation: str) -> None:
    # no assert: `validate_response` raises for another answer
    method, _, path = operation.partition(" ")
    lead_id = json.loads(intake.handle(post_lead({"name": "Ada Obi", "email": "ada@example.com"}), CONTEXT)["body"])[
        "lead_id"
    ]
    key, kept = api_keys.make("checker", list(Scope), bootstrap.clock()())
    secret = json.dumps(api_keys.write([kept]))
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId="api-secret", SecretString=secret)
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    values = {"lead_id": lead_id, "form": "contact", "provider": "typeform"}

    @settings(max_examples=EXAMPLES)
    @given(case=schema[path][method].as_strategy(), is_known=st.booleans(), has_key=st.booleans())
    def matches_the_document(case: Any, is_known: bool, has_key: bool) -> None:
        case.operation.app = app
        if is_known:
            case.path_parameters = {name: values.get(name, value) for name, value in case.path_parameters.items()}
        headers = {"authorization": f"Bearer {key}"} if has_key else {}
        case.call_and_validate(headers=headers, checks=KEPT)

    matches_the_document()

"""docs/openapi.json matches the code and every deployed route."""

import json

from scripts import openapi
from tests.infra.test_http import ROUTES


def test_the_document_matches_the_code() -> None:
    assert json.loads(openapi.OUT.read_text()) == openapi.document(), "run scripts/openapi.py"


def test_exactly_the_existing_routes_are_described() -> None:
    paths = openapi.document()["paths"]
    described = {
        f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "parameters"
    }
    assert described == set(ROUTES)

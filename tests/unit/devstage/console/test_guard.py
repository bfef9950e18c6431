"""Access control of the console."""

import pytest
from starlette.datastructures import Headers

from leadtight.devstage.console.guard import content_policy, refusal

HERE = "127.0.0.1:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE},
        {"host": "localhost:8080"},
        {"host": "localhost"},
        {"host": "[::1]:8080"},
        {"host": HERE, "origin": f"http://{HERE}"},
        {"host": HERE, "sec-fetch-site": "same-origin", "origin": f"http://{HERE}"},
    ],
)
def test_the_consoles_own_pages_may_post(headers: dict[str, str]) -> None:
    assert refusal("POST", Headers(headers)) == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"host": HERE, "origin": "https://elsewhere.example"},
        {"host": HERE, "origin": "null"},
        {"host": HERE, "origin": "http://127.0.0.1:4566"},
        {"host": HERE, "sec-fetch-site": "cross-site"},
        {"host": HERE, "sec-fetch-site": "same-site", "origin": f"http://{HERE}"},
        {"host": HERE, "sec-fetch-site": "none"},
    ],
)
def test_no_other_page_may_post(headers: dict[str, str]) -> None:
    assert refusal("POST", Headers(headers))


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example:8080", "", "127.0.0.10:8080"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_host_name_pointing_here_is_refused(host: str, method: str) -> None:
    assert refusal(method, Headers({"host": host}))


def test_reading_requires_no_origin() -> None:
    assert refusal("GET", Headers({"host": HERE, "sec-fetch-site": "cross-site"})) == ""


def test_a_page_loads_only_its_own_resources_and_posts_only_here_and_to_the_api() -> None:
    policy = content_policy("http://127.0.0.1:4566/_aws/execute-api/leadtight/$default")
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:4566;" in policy
    assert "unsafe" not in policy

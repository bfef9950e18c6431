"""Requests to other systems over HTTP.

Timeouts are short, redirects are not followed, and a response has at most a megabyte.
"""

import json
from collections.abc import Mapping
from typing import Any

from leadtight.domain.model.errors import FetchFailed, FetchRefused

CONNECT_SECONDS, READ_SECONDS, WAITED_SECONDS = 2.0, 5.0, 3.0
LONGEST_ANSWER = 1024 * 1024
NOT_NOW = frozenset({401, 403, 408, 425, 429})
"""Status codes of refusals that may be temporary.

A token may be renewed, a limit may pass: a delivery must not be given up for them.
"""


def ask(url: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """GET, or POST the JSON `body`; return the JSON response.

    Raises FetchFailed if another try may succeed, FetchRefused if none will.
    """
    kind = {} if body is None else {"content-type": "application/json"}
    method = "GET" if body is None else "POST"
    return _request(method, url, READ_SECONDS, body=body, headers=dict(headers) | kind)


def post(url: str, fields: Mapping[str, str]) -> bytes:
    """Post form fields; return the JSON response.

    A visitor waits for it. Raises as `ask` does.
    """
    return _request("POST", url, WAITED_SECONDS, fields=dict(fields), encode_multipart=False)


def post_json(url: str, content: Mapping[str, Any]) -> None:
    """Post JSON; any 2xx is success. Raises as `ask` does."""
    kind = {"content-type": "application/json"}
    status, _, _ = _answer(
        "POST", url, READ_SECONDS, body=json.dumps(content, ensure_ascii=False).encode(), headers=kind
    )
    _check_status(status)


def _request(method: str, url: str, read_seconds: float, **how: Any) -> bytes:
    status, content_type, content = _answer(method, url, read_seconds, **how)
    _check_status(status)
    _check(content_type, content)
    return content


def _answer(method: str, url: str, read_seconds: float, **how: Any) -> tuple[int, str, bytes]:
    import urllib3

    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)
    try:
        with urllib3.PoolManager(timeout=timeout, retries=False) as pool:
            answer = pool.request(method, url, redirect=False, preload_content=False, **how)
            content = answer.read(LONGEST_ANSWER + 1)
            answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise FetchFailed(f"no answer: {type(error).__name__}") from error
    return answer.status, answer.headers.get("content-type", ""), content


def _check_status(status: int) -> None:
    if status >= 500 or status in NOT_NOW:
        raise FetchFailed(f"answered {status}")
    if not 200 <= status < 300:
        raise FetchRefused(f"answered {status}")


def _check(content_type: str, content: bytes) -> None:
    if len(content) > LONGEST_ANSWER:
        raise FetchRefused("the answer is over a megabyte")
    if "json" not in content_type:
        raise FetchFailed(f"answered with {content_type or 'no content type'} instead of JSON")

"""Requests to the API and to pages, without following redirects."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 35
"""How long an answer may take: the API's own thirty seconds, and some more."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """An answer; its status is 0 when none came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0

    def json(self) -> dict[str, Any]:
        """Return the body as an object, or an empty one."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}


class WebClient:
    """Sends requests to the API, or to a whole address."""

    def __init__(self, base: str) -> None:
        """Take the API's address."""
        self.base = base.rstrip("/")
        self._opener = urllib.request.build_opener(_Stay)

    def ask(
        self, method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> WebAnswer:
        """Return the answer to a request, with its time."""
        url = address if address.startswith("http") else f"{self.base}{address}"
        request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)
        begun = time.perf_counter()
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                return _answer(answer.status, answer.headers, answer.read(), begun)
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers, error.read(), begun)
        except OSError as error:
            return WebAnswer(status=0, body=str(error), seconds=time.perf_counter() - begun)

    def get(self, address: str) -> WebAnswer:
        """Return the answer to a GET."""
        return self.ask("GET", address)

    def post_json(self, address: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> WebAnswer:
        """Return the answer to a POST of a document."""
        named = {"content-type": "application/json", **(headers or {})}
        return self.ask("POST", address, json.dumps(body).encode(), named)

    def post_form(self, address: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> WebAnswer:
        """Return the answer to a form's post."""
        named = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.ask("POST", address, urllib.parse.urlencode(fields).encode(), named)


def multipart(fields: Mapping[str, str], boundary: str) -> bytes:
    """Return a form's fields as multipart/form-data (RFC 7578)."""
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return f"{''.join(parts)}--{boundary}--\r\n".encode()


def _answer(status: int, headers: Any, body: bytes, begun: float) -> WebAnswer:
    names = {name.lower(): value for name, value in headers.items()}
    text = body.decode("utf-8", "replace")
    return WebAnswer(status=status, headers=names, body=text, seconds=time.perf_counter() - begun)

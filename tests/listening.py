"""A local server that records what is posted to it.

It serves tests of adapters that speak HTTP.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.serving import serving


@dataclass
class Hook:
    """A webhook: its next answer, and the posts it received."""

    url: str = ""
    status: int = 200
    answer: bytes = b"ok"
    posted: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Hook]:
    """Listen on a free port of this machine."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.posted.append((self.headers["content-type"], json.loads(body)))
            self.send_response(made.status)
            self.send_header("content-length", str(len(made.answer)))
            self.end_headers()
            self.wfile.write(made.answer)

    with serving(Handler) as address:
        made.url = f"{address}/services/T0/B0/secret"
        yield made

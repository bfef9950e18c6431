"""Protect the console from other websites.

Any browser on this machine can reach it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
SAFE = frozenset({"GET", "HEAD"})


class RequestGuard:
    """Middleware that rejects foreign hosts and posts.

    It also restricts what pages may load.
    """

    def __init__(self, app: ASGIApp, *, api_url: str) -> None:
        """Take the API's address, the only target of the form."""
        self._app = app
        self._policy = content_policy(api_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reason = refusal(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(reason, status_code=403) if reason else self._app
        await app(scope, receive, self._adding_headers(send))

    def _adding_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self._policy)
                headers["x-content-type-options"] = "nosniff"
                # The origin without a path, which is recorded with a form visitor's consent.
                headers["referrer-policy"] = "strict-origin"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending


def refusal(method: str, headers: Headers) -> str:
    """Return why a request is rejected; empty when it passes.

    A foreign Host is a name made to point here (DNS rebinding). A browser names the site a post comes from in
    Sec-Fetch-Site or Origin; a client that sends neither is not a browser, and could do anything without the console.
    """
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in LOOPBACK and host not in LOOPBACK:
        return "The console answers only to this machine's own names."
    if method in SAFE:
        return ""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_own = site == "same-origin" if site else origin is None or urlsplit(origin).netloc == host
    return "" if is_own else "This button works only on the console's own page."


def content_policy(api_url: str, *, styles: str = "'self'") -> str:
    """Return the content security policy of a page.

    It may load its own style and script, and nothing from elsewhere.
    """
    api = urlsplit(api_url)
    return (
        f"default-src 'none'; style-src {styles}; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"form-action 'self' {api.scheme}://{api.netloc}; base-uri 'none'; frame-ancestors 'none'"
    )

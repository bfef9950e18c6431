"""What keeps other web sites out of a console that anybody's browser can reach on this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
SAFE = frozenset({"GET", "HEAD"})


class RequestGuard:
    """Refuses foreign names and foreign posts, and says what a page may load."""

    def __init__(self, app: ASGIApp, *, api_url: str) -> None:
        """Take the API's address: the contact form posts there, and to nowhere else."""
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
                # The origin, and no path: it is what the consent of a form's visitor is recorded with.
                headers["referrer-policy"] = "strict-origin"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending


def refusal(method: str, headers: Headers) -> str:
    """Return why a request is refused; empty when it is not.

    A foreign Host is a name made to point here (DNS rebinding). A browser names the site a post comes from in
    Sec-Fetch-Site or Origin; what sends neither is no browser, and could do anything without us.
    """
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in LOOPBACK and host not in LOOPBACK:
        return "The console answers on this machine's own names only."
    if method in SAFE:
        return ""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_ours = site == "same-origin" if site else origin is None or urlsplit(origin).netloc == host
    return "" if is_ours else "This button may only be pressed on the console's own page."


def content_policy(api_url: str, *, styles: str = "'self'") -> str:
    """Return what a page may load: its own style and script, and nothing from anywhere else."""
    api = urlsplit(api_url)
    return (
        f"default-src 'none'; style-src {styles}; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"form-action 'self' {api.scheme}://{api.netloc}; base-uri 'none'; frame-ancestors 'none'"
    )

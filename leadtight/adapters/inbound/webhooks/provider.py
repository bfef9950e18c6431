"""The interface of webhook providers.

Each provider is one module behind it, and pure except for what it receives.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.app.intake.deliveries import Inquiring, Item, PendingDelivery
from leadtight.domain.intake.inbound_email import InboundEmail
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import FetchFailed, LeadtightError
from leadtight.domain.policy.sources import Webhook

MOST_PAGES = 500
"""Most pages of one day's list."""


class UnreadableDelivery(LeadtightError):
    """An authentic delivery differs from its provider's documentation.

    The message says how.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as it came in.

    Header names are in lower case; `url` is as the provider called it.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """The response that a provider expects."""

    status: int = 200
    body: str = "{}"
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request to a provider.

    It is a GET, or a POST of the JSON in `body`.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


Ask = Callable[[ApiRequest], bytes]
"""Sends a request; returns the JSON text of the response.

Raises FetchFailed when another try may succeed, else FetchRefused.
"""


class WebhookAuthenticator(Protocol):
    """Authenticates a provider."""

    reply: WebhookReply
    """The response once everything delivered is stored."""

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return the response to a handshake; None for a delivery.

        With a handshake a provider verifies the endpoint. Raises WebhookVerificationError when the handshake itself
        proves nothing.
        """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Require that a live secret signed this very body.

        It must have done so within the provider's window. Raises WebhookVerificationError.
        """


class Provider(WebhookAuthenticator, Protocol):
    """A provider of leads, which reads its deliveries."""

    def key(self, request: Request) -> str:
        """Return the provider's id of this delivery, if any.

        It is empty where only the items have ids.
        """

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Split a delivery into parts of one item each.

        A part is split into itself. Whatever an item holds, it is a part of its own: one that cannot be read does not
        block the others. Raises Unreadable.
        """

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return the items of a part, if it has any.

        Raises Unreadable.
        """


class MailProvider(WebhookAuthenticator, Protocol):
    """A provider of mails, which are stored as posted.

    They are read from there.
    """

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Split an authentic body into mails, whatever it holds."""

    def parse_mail(self, content: bytes, content_type: str) -> InboundEmail:
        """Return a stored mail. Raises Unreadable, InvalidInquiry."""


class NoHandshake:
    """Base for providers without a handshake.

    They expect an empty 2xx.
    """

    reply = WebhookReply()

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return None: every request is a delivery."""
        return None


class SplitsLists:
    """Base for providers that document one item per delivery.

    A JSON list has several.
    """

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return the items of a list, or the body itself."""
        content = json_body(body)
        return [packed(item) for item in content] if content and isinstance(content, list) else [body]


class ItemsWithIds(SplitsLists):
    """Base for providers whose items each have an id."""

    def key(self, request: Request) -> str:
        """Return an empty key."""
        return ""


class NotificationProvider(Provider, Protocol):
    """A provider that names a lead without sending it.

    It says how to request the lead, and reads the response.
    """

    def question(self, data: Mapping[str, str], keys: WebhookSecrets) -> ApiRequest:
        """Return the request for the lead that `data` names."""

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return the lead of a response. Raises Unreadable."""


class LeadLister(Provider, Protocol):
    """A provider that can list its leads.

    Reconciliation compares the list with what arrived.
    """

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Inquiring]:
        """Return the inquiries received between `since` and `until`.

        The keys are those of its deliveries. Raises Unreadable, what `ask` raises, and FetchFailed when the secret
        lacks what the request needs.
        """


def announced(webhook: Webhook, key: str, **data: str) -> PendingDelivery:
    """Return a lead that a provider has only named.

    `data` is what its request needs.
    """
    return PendingDelivery(channel=webhook.channel, source=webhook.source, key=key, reason=Reason.ANNOUNCED, data=data)


def set_aside(webhook: Webhook, content: Any, reason: str, key: str = "") -> PendingDelivery:
    """Set aside a delivery that has no inquiry.

    It can be found for a while, and needs no review.
    """
    return PendingDelivery(
        channel=webhook.channel,
        source=webhook.source,
        key=key,
        reason=Reason.AUTOMATIC,
        detail=reason,
        content=packed(content).decode("utf-8", "replace"),
        content_type="application/json",
        settled_by=f"system:{webhook.provider}",
    )


def api(keys: WebhookSecrets, default: str) -> str:
    """Return the address of a provider's API.

    The secret may name another.
    """
    return keys.values.get("api", default)


def signed_in(keys: WebhookSecrets) -> dict[str, str]:
    """Return the authorization header of API requests.

    A token is never part of an address.
    """
    return {"authorization": f"Bearer {keys.values.get('access_token', '')}"}


def needed(keys: WebhookSecrets, name: str) -> str:
    """Return a named value of a webhook's secret.

    Raises FetchFailed naming the one that is missing.
    """
    if value := keys.values.get(name, "").strip():
        return value
    raise FetchFailed(f"the secret has no “{name}”")


def needed_list(keys: WebhookSecrets, name: str) -> tuple[str, ...]:
    """Return a secret's comma-separated values. Raises FetchFailed."""
    needed(keys, name)
    return optional_list(keys, name)


def optional_list(keys: WebhookSecrets, name: str) -> tuple[str, ...]:
    """Return a secret's comma-separated values, if any."""
    return tuple(part.strip() for part in keys.values.get(name, "").split(",") if part.strip())


def paged(ask: Ask, first: ApiRequest, following: Callable[[Mapping[str, Any]], ApiRequest | None]) -> Iterator[Any]:
    """Return the pages of a response, each a JSON object.

    Raises Unreadable, also for a list without an end.
    """
    question = first
    for _ in range(MOST_PAGES):
        page = json_object(ask(question))
        yield page
        if (after := following(page)) is None:
            return
        question = after
    raise UnreadableDelivery(f"over {MOST_PAGES} pages")


def utc_text(at: datetime) -> str:
    """Return an instant as text, in UTC to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_of(text: str) -> datetime:
    """Return the instant in a text.

    It is in UTC unless it says otherwise. Raises ValueError.
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def json_body(body: bytes) -> Any:
    """Return the JSON of a body. Raises Unreadable."""
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableDelivery(f"the body is not JSON: {error}") from error


def packed(content: Any) -> bytes:
    """Return JSON as a body."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def json_object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a body. Raises Unreadable."""
    content = json_body(body)
    if not isinstance(content, dict):
        raise UnreadableDelivery("the body must be a JSON object")
    return content


def value_at(content: Any, *path: str | int, kind: type = object) -> Any:
    """Return the JSON value at a path.

    The path has keys and indexes. Raises Unreadable naming the path when it is missing.
    """
    here = content
    for step in path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError) as error:
            raise UnreadableDelivery(f"{_spelled(path)} is missing") from error
    if not isinstance(here, kind):
        raise UnreadableDelivery(f"{_spelled(path)} must be {_CALLED.get(kind, kind.__name__)}")
    return here


_CALLED: Mapping[type, str] = {str: "text", dict: "an object", list: "a list"}


def _spelled(path: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in path)

"""What a provider of webhooks is: one file each behind this interface, pure but for what it is given."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.app.intake.deliveries import Inquiring, Item, PendingDelivery
from leadtight.domain.intake.inbound_email import InboundEmail
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import FetchFailed, LeadtightError
from leadtight.domain.policy.sources import Webhook

MOST_PAGES = 500
"""More pages than this are no list of a day."""


class UnreadableDelivery(LeadtightError):
    """The delivery is authentic, but not what its provider documents; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as it came in: header names in lower case, `url` as the provider called it."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What a provider wants to hear."""

    status: int = 200
    body: str = "{}"
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """What a provider is asked: a GET, or a POST of the JSON in `body`."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


Ask = Callable[[ApiRequest], bytes]
"""Returns the JSON text of an answer. Raises FetchFailed for now, FetchRefused for good."""


class WebhookAuthenticator(Protocol):
    """How a provider proves itself."""

    reply: WebhookReply
    """What it hears when everything it delivered is stored."""

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return the answer to a provider that asks whether we are who it was told; None for a delivery.

        Raises WebhookVerificationError when the question itself proves nothing.
        """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Raise WebhookVerificationError unless a live secret signed this very body within the provider's window."""


class Provider(WebhookAuthenticator, Protocol):
    """A provider of leads: how to read what it says."""

    def key(self, request: Request) -> str:
        """Return the provider's id of this delivery, empty where only its items have ids."""

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return deliveries of one item each that say the same; a part is split into itself. Raises Unreadable.

        Whatever an item holds, it is a part of its own: one that cannot be read holds up no other.
        """

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return what a part says, nothing when it concerns no lead. Raises Unreadable."""


class MailProvider(WebhookAuthenticator, Protocol):
    """A provider of mails: they are stored as it posts them, and read from there."""

    def mails(self, body: bytes) -> Sequence[bytes]:
        """Return what is one mail each of an authentic body, whatever it holds."""

    def letter(self, content: bytes, content_type: str) -> InboundEmail:
        """Return one of these as a mail. Raises Unreadable, InvalidInquiry."""


class NoHandshake:
    """What providers have in common that ask nothing before they deliver, and want to hear no more than yes."""

    reply = WebhookReply()

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return None: every request is a delivery."""
        return None


class SplitsLists:
    """What providers have in common that document one item a delivery: a JSON list of such is several."""

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return the items of a list, or the body itself."""
        content = json_body(body)
        return [packed(item) for item in content] if content and isinstance(content, list) else [body]


class ItemsWithIds(SplitsLists):
    """What providers have in common whose ids stand inside: each item of a delivery has one of its own."""

    def key(self, request: Request) -> str:
        """Return nothing."""
        return ""


class NotificationProvider(Provider, Protocol):
    """A provider that names a lead without sending it: what to ask it for, and how to read the answer."""

    def question(self, data: Mapping[str, str], keys: WebhookSecrets) -> ApiRequest:
        """Return what to ask for the lead that `data` names."""

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return the lead of an answer. Raises Unreadable."""


class LeadLister(Provider, Protocol):
    """A provider that can say what it has had: what reconciliation compares with what arrived."""

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Inquiring]:
        """Return what came in from `since` until `until`, under the keys that its deliveries have. Raises Unreadable.

        Raises what `ask` raises, and FetchFailed when the secret lacks what the question needs.
        """


def announced(webhook: Webhook, key: str, **data: str) -> PendingDelivery:
    """Return a lead that a provider has only named; `data` is what to ask for it."""
    return PendingDelivery(channel=webhook.channel, source=webhook.source, key=key, reason=Reason.ANNOUNCED, data=data)


def set_aside(webhook: Webhook, content: Any, why: str, key: str = "") -> PendingDelivery:
    """Return what does not concern an inquiry, set aside.

    It is kept for a while where it can be found, and needs no review.
    """
    return PendingDelivery(
        channel=webhook.channel,
        source=webhook.source,
        key=key,
        reason=Reason.AUTOMATIC,
        detail=why,
        content=packed(content).decode("utf-8", "replace"),
        content_type="application/json",
        settled_by=f"system:{webhook.provider}",
    )


def api(keys: WebhookSecrets, default: str) -> str:
    """Return the address of a provider's API: its own, unless the secret names another."""
    return keys.values.get("api", default)


def signed_in(keys: WebhookSecrets) -> dict[str, str]:
    """Return the header that an API is asked with: a token is never part of an address."""
    return {"authorization": f"Bearer {keys.values.get('access_token', '')}"}


def needed(keys: WebhookSecrets, name: str) -> str:
    """Return a value of a webhook's secret. Raises FetchFailed naming the one that is missing."""
    if value := keys.values.get(name, "").strip():
        return value
    raise FetchFailed(f"the secret has no “{name}”")


def needed_list(keys: WebhookSecrets, name: str) -> tuple[str, ...]:
    """Return the values that stand in the secret under one name, parted by commas. Raises FetchFailed."""
    return tuple(part.strip() for part in needed(keys, name).split(",") if part.strip())


def paged(ask: Ask, first: ApiRequest, following: Callable[[Mapping[str, Any]], ApiRequest | None]) -> Iterator[Any]:
    """Return the pages of an answer, each a JSON object. Raises Unreadable, also for a list without an end."""
    question = first
    for _ in range(MOST_PAGES):
        page = json_object(ask(question))
        yield page
        if (after := following(page)) is None:
            return
        question = after
    raise UnreadableDelivery(f"over {MOST_PAGES} pages")


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


def dig(content: Any, *path: str | int, kind: type = object) -> Any:
    """Return what is at a path of keys and places in JSON. Raises Unreadable naming the path when it is not there."""
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

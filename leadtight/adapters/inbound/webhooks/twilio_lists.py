"""Twilio's lists of calls and messages, read as its deliveries.

https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/messaging/api/message-resource
"""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    api,
    json_object,
    needed,
    needed_list,
    paged,
    utc_text,
    value_at,
)

API = "https://api.twilio.com"
VERSION = "/2010-04-01/Accounts/"
PAGE = 200
LONGEST_FORWARDING = timedelta(hours=1)
"""How long after a call a leg that forwards it may begin."""

MISSED = frozenset({"no-answer", "busy", "failed", "canceled"})
ANSWERED = frozenset({"completed", "in-progress"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """A call or message with the parameters of its delivery."""

    params: Mapping[str, str]
    at: datetime


def missed_calls(ask: Ask, keys: WebhookSecrets, since: datetime, until: datetime) -> Iterator[ListedItem]:
    """Yield the missed calls to our numbers within a time.

    A call that was forwarded is missed when no leg of it was answered.
    """
    numbers = needed_list(keys, "numbers")
    period = {"StartTime>": utc_text(since), "StartTime<": utc_text(until + LONGEST_FORWARDING)}
    calls = list(_listed(ask, keys, "Calls", period))
    legs: dict[str, list[str]] = {}
    for call in calls:
        legs.setdefault(str(call.get("parent_call_sid") or ""), []).append(value_at(call, "status", kind=str))
    for call in calls:
        status = _missed_status(value_at(call, "status", kind=str), legs.get(value_at(call, "sid", kind=str), []))
        if status and _is_to(numbers, call) and since <= (at := _moment(call, "start_time")) < until:
            yield ListedItem(params=_as_delivered(call, "CallSid") | {"CallStatus": status}, at=at)


def messages(ask: Ask, keys: WebhookSecrets, since: datetime, until: datetime) -> Iterator[ListedItem]:
    """Yield the messages to our numbers within a time."""
    numbers = needed_list(keys, "numbers")
    period = {"DateSent>": utc_text(since), "DateSent<": utc_text(until)}
    for message in _listed(ask, keys, "Messages", period):
        if _is_to(numbers, message) and since <= (at := _moment(message, "date_sent")) < until:
            params = _as_delivered(message, "MessageSid") | {"Body": str(message.get("body") or "")}
            yield ListedItem(params=params | _media(ask, keys, message), at=at)


def _missed_status(status: str, legs: list[str]) -> str:
    """Return why a call was missed.

    Empty for one that was answered.
    """
    if status in MISSED:
        return status
    return "" if not legs or ANSWERED.intersection(legs) else next((leg for leg in legs if leg in MISSED), "")


def _is_to(numbers: Collection[str], item: Mapping[str, Any]) -> bool:
    """Return whether an item came to our numbers.

    An address of another channel has its name before the number.
    """
    is_inbound = value_at(item, "direction", kind=str).startswith("inbound")
    return is_inbound and value_at(item, "to", kind=str).rpartition(":")[2] in numbers


def _as_delivered(item: Mapping[str, Any], sid: str) -> dict[str, str]:
    params = {sid: value_at(item, "sid", kind=str), "From": str(item.get("from") or ""), "To": str(item.get("to"))}
    return params | ({"CallerName": str(item["caller_name"])} if item.get("caller_name") else {})


def _media(ask: Ask, keys: WebhookSecrets, message: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of a message.

    They are a list of their own.
    """
    if not int(message.get("num_media") or 0):
        return {}
    path = f"Messages/{quote(value_at(message, 'sid', kind=str), safe='')}/Media"
    files = value_at(json_object(ask(_request(keys, _path(keys, path, {})))), "media_list", kind=list)
    media = {"NumMedia": str(len(files))}
    for number, file in enumerate(files):
        media[f"MediaUrl{number}"] = f"{API}{value_at(file, 'uri', kind=str).removesuffix('.json')}"
        media[f"MediaContentType{number}"] = value_at(file, "content_type", kind=str)
    return media


def _listed(ask: Ask, keys: WebhookSecrets, name: str, params: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    first = _request(keys, _path(keys, name, {**params, "PageSize": str(PAGE)}))
    for page in paged(ask, first, _following(keys)):
        yield from value_at(page, name.lower(), kind=list)


def _following(keys: WebhookSecrets) -> Callable[[Mapping[str, Any]], ApiRequest | None]:
    """Return the continuation of a list.

    The next page is named by its path only, so the token stays with Twilio.
    """

    def following(page: Mapping[str, Any]) -> ApiRequest | None:
        path = str(page.get("next_page_uri") or "")
        return _request(keys, path) if path.startswith(VERSION) else None

    return following


def _path(keys: WebhookSecrets, name: str, params: Mapping[str, str]) -> str:
    query = f"?{urlencode(params)}" if params else ""
    return f"{VERSION}{quote(needed(keys, 'account'), safe='')}/{name}.json{query}"


def _request(keys: WebhookSecrets, path: str) -> ApiRequest:
    """Return a request with HTTP Basic.

    The user is the account, unless the token names an API key (`SK…:secret`).
    """
    token = needed(keys, "access_token")
    login = token if ":" in token else f"{needed(keys, 'account')}:{token}"
    headers = {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    return ApiRequest(url=f"{api(keys, API)}{path}", headers=headers)


def _moment(item: Mapping[str, Any], name: str) -> datetime:
    return parsedate_to_datetime(value_at(item, name, kind=str))

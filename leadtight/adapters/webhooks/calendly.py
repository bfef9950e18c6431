"""Calendly: `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `t.body`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.provider import (
    Ask,
    ItemsWithIds,
    Keys,
    Question,
    Request,
    Unasked,
    Unreadable,
    api,
    dig,
    json_object,
    needed,
    paged,
    signed_in,
)
from leadtight.adapters.webhooks.signing import hexed, require, require_recent
from leadtight.app.intake import Submission
from leadtight.domain import instants
from leadtight.domain.booking import Booking
from leadtight.domain.policy import Webhook

API = "https://api.calendly.com"


class Calendly(Unasked, ItemsWithIds):
    """Bookings: whoever books and is unknown is a lead; the lead of somebody known moves to `call_booked`."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check time and signature."""
        header = request.headers.get("calendly-webhook-signature", "")
        parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
        stamp = parts.get("t", "")
        require_recent(stamp, now)
        given = [parts["v1"]] if parts.get("v1") else []
        require(given, keys, lambda secret: hexed(secret, stamp.encode() + b"." + request.body))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the invitee as a lead; a cancellation concerns no new lead."""
        content = json_object(body)
        if content.get("event") != "invitee.created":
            return []
        invitee = dig(content, "payload", kind=dict)
        return [_lead(invitee, invitee.get("scheduled_event") or {}, webhook)]

    def listed(self, ask: Ask, since: datetime, until: datetime, keys: Keys, webhook: Webhook) -> Iterator[Submission]:
        """Return whoever booked in a time, for an event that begins after it does.

        Events can only be listed by when they begin, so all that are still to come are looked through, and their
        invitees asked for where somebody may have booked since: all of an event for several, else a new event's.
        """
        asked = {"organization": needed(keys, "organization"), "min_start_time": _text(since), "count": "100"}
        for page in paged(ask, _api(keys, "/scheduled_events", asked), partial(_following, keys)):
            for event in dig(page, "collection", kind=list):
                if _for_several(event) or since <= _made(event):
                    yield from _invitees(ask, event, since, until, keys, webhook)


def _invitees(
    ask: Ask, event: Mapping[str, Any], since: datetime, until: datetime, keys: Keys, webhook: Webhook
) -> Iterator[Submission]:
    event_id = dig(event, "uri", kind=str).rpartition("/")[2]
    first = _api(keys, f"/scheduled_events/{quote(event_id)}/invitees", {"count": "100"})
    for page in paged(ask, first, partial(_following, keys)):
        for invitee in dig(page, "collection", kind=list):
            if since <= _made(invitee) < until:
                yield _lead(invitee, event, webhook)


def _api(keys: Keys, path: str, asked: Mapping[str, str]) -> Question:
    return _to(keys, f"{api(keys, API)}{path}?{urlencode(asked)}")


def _following(keys: Keys, page: Mapping[str, Any]) -> Question | None:
    """Return the question for the next page, at the provider's own address only: the token goes with it."""
    url = (page.get("pagination") or {}).get("next_page")
    if not url:
        return None
    if not str(url).startswith(f"{api(keys, API)}/"):
        raise Unreadable("the next page is somewhere else")
    return _to(keys, str(url))


def _to(keys: Keys, url: str) -> Question:
    return Question(url=url, headers=signed_in(keys))


def _for_several(event: Mapping[str, Any]) -> bool:
    return int((event.get("invitees_counter") or {}).get("limit") or 1) > 1


def _made(resource: Mapping[str, Any]) -> datetime:
    at = datetime.fromisoformat(dig(resource, "created_at", kind=str))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _lead(invitee: Mapping[str, Any], scheduled: Mapping[str, Any], webhook: Webhook) -> Submission:
    answers = {str(a.get("question")): a.get("answer") for a in invitee.get("questions_and_answers") or []}
    lead = answered(webhook.fields, answers)
    lead["fields"] |= {
        "timezone": str(invitee.get("timezone") or ""),
        "booked_for": str(scheduled.get("start_time") or invitee.get("event") or ""),
    }
    known = {"name": invitee.get("name"), "email": dig(invitee, "email", kind=str)}
    phone = invitee.get("text_reminder_number")
    body = {**known, **({"phone": phone} if phone else {}), **lead, "received_at": invitee.get("created_at")}
    return Submission(
        source=webhook.source,
        key=dig(invitee, "uri", kind=str),
        body=body,
        booking=Booking(starts_at=_starts(scheduled.get("start_time"))),
    )


def _starts(text: object) -> datetime | None:
    try:
        return instants.from_text(str(text))
    except ValueError:
        return None

"""Calendly's bookings.

`Calendly-Webhook-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `t.body`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours, put
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, hex_hmac, require, require_recent
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    UnreadableDelivery,
    api,
    instant_of,
    json_object,
    needed,
    paged,
    signed_in,
    value_at,
)
from leadtight.app.intake.inquiry_parser import NAME_PARTS
from leadtight.app.intake.submission import Submission
from leadtight.domain.calendar import timestamps
from leadtight.domain.outcomes.booking import Booking
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.calendly.com"
READ = ("name", *NAME_PARTS, "email", "uri", "created_at")


class Calendly(NoHandshake, ItemsWithIds):
    """Bookings in Calendly.

    An unknown invitee becomes a lead; a known person's lead moves to `call_booked`.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check time and signature."""
        header = request.headers.get("calendly-webhook-signature", "")
        parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
        stamp = parts.get("t", "")
        require_recent(stamp, now)
        signatures = [parts["v1"]] if parts.get("v1") else []
        require(signatures, keys, lambda secret: hex_hmac(secret, stamp.encode() + b"." + request.body))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the invitee or routing form respondent as a lead.

        A cancellation joins the lead of its invitee. A booking that was moved comes with both ends, of which only the
        new one counts.
        """
        content = json_object(body)
        event, payload = value_at(content, "event", kind=str), value_at(content, "payload", kind=dict)
        scheduled = payload.get("scheduled_event") or {}
        if event == "invitee.created":
            return [_lead(payload, scheduled, webhook)]
        if event == "invitee.canceled" and not payload.get("rescheduled"):
            return [_canceled(payload, scheduled, webhook)]
        return [_routed(payload, webhook)] if event == "routing_form_submission.created" else []

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the invitees who booked within a time.

        The events begin after it. Events can only be listed by when they begin, so all future events are searched, and
        their invitees listed where a booking may have been made since: all of a group event, else those of new events.
        """
        params = {"organization": needed(keys, "organization"), "min_start_time": _text(since), "count": "100"}
        for page in paged(ask, _api(keys, "/scheduled_events", params), partial(_following, keys)):
            for event in value_at(page, "collection", kind=list):
                if _for_several(event) or since <= _made(event):
                    yield from _invitees(ask, event, since, until, keys, webhook)


def _invitees(
    ask: Ask, event: Mapping[str, Any], since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
) -> Iterator[Submission]:
    event_id = value_at(event, "uri", kind=str).rpartition("/")[2]
    first = _api(keys, f"/scheduled_events/{quote(event_id)}/invitees", {"count": "100"})
    for page in paged(ask, first, partial(_following, keys)):
        for invitee in value_at(page, "collection", kind=list):
            if since <= _made(invitee) < until:
                yield _lead(invitee, event, webhook)


def _api(keys: WebhookSecrets, path: str, params: Mapping[str, str]) -> ApiRequest:
    return _to(keys, f"{api(keys, API)}{path}?{urlencode(params)}")


def _following(keys: WebhookSecrets, page: Mapping[str, Any]) -> ApiRequest | None:
    """Return the request for the next page.

    It goes to the provider's own address only, since the token goes with it.
    """
    url = (page.get("pagination") or {}).get("next_page")
    if not url:
        return None
    if not str(url).startswith(f"{api(keys, API)}/"):
        raise UnreadableDelivery("the next page is somewhere else")
    return _to(keys, str(url))


def _to(keys: WebhookSecrets, url: str) -> ApiRequest:
    return ApiRequest(url=url, headers=signed_in(keys))


def _for_several(event: Mapping[str, Any]) -> bool:
    return int((event.get("invitees_counter") or {}).get("limit") or 1) > 1


def _made(resource: Mapping[str, Any]) -> datetime:
    return instant_of(value_at(resource, "created_at", kind=str))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _lead(invitee: Mapping[str, Any], scheduled: Mapping[str, Any], webhook: Webhook) -> Submission:
    lead = answered(webhook.fields, ours(_answers(invitee), webhook.fields))
    lead = with_facts(_without_their_name(lead), **_known(invitee, scheduled))
    rest = without(invitee, *READ, "questions_and_answers", "scheduled_event")
    booked_for = scheduled.get("start_time") or invitee.get("event")
    uri = value_at(invitee, "uri", kind=str)
    return Submission(
        caller=Submitter.PROVIDER,
        source=webhook.source,
        key=uri,
        fingerprint=uri,
        body=with_fields(
            lead,
            {"booked_for": str(booked_for)} if booked_for else {},
            flat(rest),
            flat(without(scheduled, "start_time"), "scheduled_event."),
        ),
        booking=Booking(starts_at=_starts(scheduled.get("start_time"))),
    )


def _known(invitee: Mapping[str, Any], scheduled: Mapping[str, Any]) -> dict[str, Any]:
    """Return Calendly's own facts about an invitee.

    For a call that we are to place, their number is the location.
    """
    location = scheduled.get("location")
    place = location if isinstance(location, Mapping) else {}
    to_call = place.get("location") if place.get("type") == "outbound_call" else ""
    parts = " ".join(str(invitee[part]) for part in NAME_PARTS if invitee.get(part))
    return {
        "name": invitee.get("name") or parts,
        "email": value_at(invitee, "email", kind=str),
        "phone": to_call or invitee.get("text_reminder_number"),
        "received_at": invitee.get("created_at"),
    }


def _answers(payload: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    listed = payload.get("questions_and_answers")
    for number, item in enumerate(listed if isinstance(listed, list) else []):
        about = item if isinstance(item, Mapping) else {"answer": item}
        put(answers, str(about.get("question") or f"question {number + 1}"), about.get("answer"))
    return answers


def _without_their_name(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lead with its partial names as fields.

    The invitee has a name of its own.
    """
    parts = {name: lead[name] for name in NAME_PARTS if lead.get(name)}
    return with_fields(without(lead, *NAME_PARTS), parts)


def _canceled(invitee: Mapping[str, Any], scheduled: Mapping[str, Any], webhook: Webhook) -> Submission:
    cancellation = invitee.get("cancellation")
    about = cancellation if isinstance(cancellation, Mapping) else {}
    words = [f"[call canceled] {scheduled.get('start_time') or ''}".strip(), str(about.get("reason") or "")]
    body = {"message": "\n".join(filter(None, words)), "fields": flat(without(invitee, *READ))}
    fields = without(_known(invitee, scheduled), "phone", "received_at")
    return Submission(
        caller=Submitter.PROVIDER,
        source=webhook.source,
        key=f"{value_at(invitee, 'uri', kind=str)}:canceled",
        body=with_facts(body, **fields),
        conversation=True,
        joins_only=True,
    )


def _routed(payload: Mapping[str, Any], webhook: Webhook) -> Submission:
    lead = answered(webhook.fields, ours(_answers(payload), webhook.fields))
    lead = with_fields(lead, flat(without(payload, "uri", "created_at", "questions_and_answers")))
    body = with_facts(lead, received_at=payload.get("created_at"))
    return Submission(
        caller=Submitter.PROVIDER, source=webhook.source, key=value_at(payload, "uri", kind=str), body=body
    )


def _starts(text: object) -> datetime | None:
    try:
        return timestamps.parse_timestamp(str(text))
    except ValueError:
        return None

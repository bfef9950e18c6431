"""Pipedrive's webhooks, which are not signed.

It sends the user name and password that were set with the webhook (HTTP Basic).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, require_basic
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    api,
    instant_of,
    json_object,
    needed,
    paged,
    utc_text,
    value_at,
)
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.pipedrive.com"
PAGE = 100


class Pipedrive(NoHandshake, ItemsWithIds):
    """People added to Pipedrive (webhooks of version 1 or 2).

    A signing secret is written `user:password`.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check user name and password."""
        require_basic(request.headers.get("authorization", ""), keys)

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return an added person as a lead.

        Changes, merges and other objects have none.
        """
        content = json_object(body)
        meta = value_at(content, "meta", kind=dict)
        entity, action = meta.get("entity") or meta.get("object"), value_at(meta, "action", kind=str)
        if entity != "person" or action not in ("create", "added"):
            return []
        return [_lead(content.get("data") or content.get("current") or {}, webhook)]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the people added within a time.

        They can only be listed by their latest change, which is never before they were added.
        """
        params = {"updated_since": utc_text(since), "sort_by": "id", "limit": str(PAGE)}

        def following(page: Mapping[str, Any]) -> ApiRequest | None:
            cursor = (page.get("additional_data") or {}).get("next_cursor")
            return _people(keys, {**params, "cursor": str(cursor)}) if cursor else None

        for page in paged(ask, _people(keys, params), following):
            for person in value_at(page, "data", kind=list):
                if since <= instant_of(_added(value_at(person, "add_time", kind=str))) < until:
                    yield _lead(person, webhook)


def _people(keys: WebhookSecrets, params: Mapping[str, str]) -> ApiRequest:
    return ApiRequest(
        url=f"{api(keys, API)}/api/v2/persons?{urlencode(params)}",
        headers={"x-api-token": needed(keys, "access_token")},
    )


def _lead(person: Mapping[str, Any], webhook: Webhook) -> Submission:
    id_ = value_at(person, "id")
    custom = {str(name): _plain(value) for name, value in _object(person.get("custom_fields")).items()}
    lead = answered(webhook.fields, custom)
    facts = {
        "name": person.get("name"),
        "email": _first(person.get("emails") or person.get("email")),
        "phone": _first(person.get("phones") or person.get("phone")),
        "company": lead.get("company") or person.get("org_name") or _object(person.get("org_id")).get("name"),
        "received_at": _added(person["add_time"]) if person.get("add_time") else None,
    }
    rest = flat(without(person, "id", "name", "add_time", "custom_fields"))
    lead = with_fields(with_facts(lead, **facts), {"pipedrive_person_id": str(id_)}, rest)
    key = f"person:{id_}"
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=key, fingerprint=key, body=lead)


def _added(at: Any) -> str:
    """Return when a person was added, as RFC 3339.

    Version 1 writes UTC without saying so.
    """
    text = str(at)
    return f"{text.replace(' ', 'T')}Z" if " " in text else text


def _plain(value: Any) -> Any:
    """Return a custom field's value.

    Version 2 writes most as an object with a type.
    """
    is_typed = isinstance(value, Mapping) and "value" in value and set(value) <= {"type", "value"}
    return value["value"] if is_typed else value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first(values: object) -> str:
    """Return the primary address or number, else the first."""
    if not isinstance(values, list):
        return str(values or "")
    listed = sorted((v for v in values if isinstance(v, dict)), key=lambda v: not v.get("primary"))
    return str(listed[0].get("value") or "") if listed else ""

"""Pipedrive signs nothing: it sends the user name and password that were set with the webhook (HTTP Basic)."""

from collections.abc import Sequence
from datetime import datetime

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.provider import ItemsWithIds, Keys, Request, Unasked, dig, json_object
from leadtight.adapters.webhooks.signing import require_basic
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook


class Pipedrive(Unasked, ItemsWithIds):
    """People who were added to Pipedrive (webhooks of version 2). A signing secret is written `user:password`."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check user name and password."""
        require_basic(request.headers.get("authorization", ""), keys)

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return a person who was added as a lead; changes and other things concern none."""
        content = json_object(body)
        meta, data = dig(content, "meta", kind=dict), content.get("data") or {}
        if meta.get("entity") != "person" or meta.get("action") not in ("create", "added"):
            return []
        known = {
            "name": data.get("name") or "",
            "email": _first(data.get("emails") or data.get("email")),
            "phone": _first(data.get("phones") or data.get("phone")),
        }
        lead = answered(webhook.fields, {str(k): v for k, v in (data.get("custom_fields") or {}).items()})
        lead["fields"] |= {"pipedrive_person_id": str(data.get("id", ""))}
        return [Submission(source=webhook.source, key=f"person:{dig(data, 'id')}", body={**known, **lead})]


def _first(values: object) -> str:
    """Return the primary one of a list of addresses or numbers, else the first."""
    if not isinstance(values, list):
        return str(values or "")
    found = sorted((v for v in values if isinstance(v, dict)), key=lambda v: not v.get("primary"))
    return str(found[0].get("value") or "") if found else ""

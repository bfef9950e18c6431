"""Updates in a delivery of Meta, up to 1,000.

They are of several accounts, in `changes` or (Messenger) in `messaging`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leadtight.adapters.inbound.webhooks.provider import UnreadableDelivery, json_object, packed, value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaUpdate:
    """One update: a changed field or a chat message.

    It has its product and account, and the new value of the field.
    """

    product: str
    account: str
    field: str = ""
    value: Mapping[str, Any]
    message: Mapping[str, Any] | None = None


def split_updates(content: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield each update as a delivery of its own.

    So is content that is not an update: reading it says what it lacks.
    """
    for entry in value_at(content, "entry", kind=list):
        if not isinstance(entry, Mapping):
            yield packed({**content, "entry": [entry]})
            continue
        about = {name: value for name, value in entry.items() if name not in ("changes", "messaging", "standby")}
        updates = [(name, update) for name in ("changes", "messaging") for update in _listed(entry.get(name))]
        if not updates and "standby" not in entry:
            yield packed({**content, "entry": [entry]})
        for name, update in updates:
            for part in _each_message(update) if name == "changes" else [update]:
                yield packed({**content, "entry": [{**about, name: [part]}]})


def updated(body: bytes) -> MetaUpdate:
    """Return the only update of a delivery. Raises Unreadable."""
    content = json_object(body)
    entry = value_at(content, "entry", 0, kind=dict)
    product, account = str(content.get("object") or ""), str(entry.get("id") or "")
    if "messaging" in entry:
        message = value_at(entry, "messaging", 0, kind=dict)
        return MetaUpdate(product=product, account=account, value=message, message=message)
    change = value_at(entry, "changes", 0, kind=dict)
    field = value_at(change, "field", kind=str)
    return MetaUpdate(product=product, account=account, field=field, value=value_at(change, "value", kind=dict))


def moment(stamp: Any, *, per_second: int = 1) -> str:
    """Return a Unix time as text, empty when invalid."""
    try:
        return datetime.fromtimestamp(int(stamp) / per_second, UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def sender(message: Mapping[str, Any], *names: str) -> str:
    """Return a message's sender, by the first name present.

    Raises Unreadable.
    """
    sender_id = next((str(message[name]) for name in names if isinstance(message.get(name), str | int)), "").strip()
    if not sender_id:
        raise UnreadableDelivery(f"{' and '.join(names)} are missing: the sender is unknown")
    return sender_id


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _each_message(change: Any) -> Iterator[Any]:
    """Yield one change per message, with its sender's contact only."""
    value = change.get("value") if isinstance(change, Mapping) else None
    messages = value.get("messages") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(messages, list) or not messages:
        yield change
        return
    for message in messages:
        contacts = _contacts_of(message, value.get("contacts"), alone=len(messages) == 1)
        yield {**change, "value": {**value, "messages": [message], "contacts": contacts}}


def _contacts_of(message: Any, contacts: Any, *, alone: bool) -> list[Any]:
    listed = contacts if isinstance(contacts, list) else []
    if not isinstance(message, Mapping) or (alone and len(listed) == 1):
        return listed if alone else []
    ids = {message.get("from"), message.get("from_user_id")} - {None, ""}
    return [c for c in listed if isinstance(c, Mapping) and {c.get("wa_id"), c.get("user_id")} & ids]

"""WhatsApp messages in batches, as the provider delivers them.

Some batches have an unreadable message.
"""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from leadtight.simulation.actors.sample_mails import CALL_ME, STOP

MOST = 3
"""Messages of one delivery."""

BROKEN = 0.3
"""Share of deliveries with a message without a sender."""

ENDS = 0.25
"""Share of messages that are an opt-out word."""

HIDES_NUMBER = 8
"""One of so many people has a user name.

They show no number most of the time.
"""

SHOWS_NUMBER = 0.3
"""Share of messages of such a person with their number."""


def messages(chance: Random, key: str, people: Sequence[int]) -> list[dict[str, Any]]:
    """Return a message of each of these people.

    An unreadable one may take the place of one of them.
    """
    written = [_message(chance, f"{key}-{place}", who) for place, who in enumerate(people)]
    if chance.random() < BROKEN:
        written[chance.randrange(len(written))] = {"id": f"{key}-broken", "type": "text", "text": {"body": CALL_ME}}
    return written


def delivery(written: Sequence[dict[str, Any]]) -> bytes:
    """Return one delivery of messages."""
    senders = ({"wa_id": m.get("from"), "user_id": m.get("from_user_id")} for m in written if is_readable(m))
    contacts = [{name: value for name, value in sender.items() if value} for sender in senders]
    value = {"messaging_product": "whatsapp", "metadata": {}, "contacts": contacts, "messages": list(written)}
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def is_readable(message: dict[str, Any]) -> bool:
    """Return whether a message names its sender."""
    return "from" in message or "from_user_id" in message


def ends(message: dict[str, Any]) -> bool:
    """Return whether a message is an opt-out word."""
    return bool(message["text"]["body"] == STOP)


def number_of(message: dict[str, Any]) -> str:
    """Return a message's sender number in E.164; empty if hidden."""
    return f"+{message['from']}" if "from" in message else ""


def hides_number(who: int) -> bool:
    """Return whether a person has a user name."""
    return who % HIDES_NUMBER == 1


def _message(chance: Random, key: str, who: int) -> dict[str, Any]:
    words = STOP if chance.random() < ENDS else CALL_ME
    sender = {"from_user_id": str(who)} if hides_number(who) else {}
    if not sender or chance.random() < SHOWS_NUMBER:
        sender |= {"from": f"49309018{who:04d}"}
    return {"id": key, "type": "text", "text": {"body": words}, **sender}

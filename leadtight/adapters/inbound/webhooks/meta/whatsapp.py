"""WhatsApp messages to a business number, by Cloud API (A4).

People are known by their number, by an id that is theirs with this business (`user_id`), or by both: a user with a user
name may hide the number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from leadtight.adapters.inbound.field_mapping import with_fields
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.webhooks.meta.lead_ads import MetaProvider
from leadtight.adapters.inbound.webhooks.meta.updates import moment, sender, updated
from leadtight.adapters.inbound.webhooks.meta.whatsapp_texts import answers, words
from leadtight.adapters.inbound.webhooks.provider import set_aside, value_at
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

NO_INQUIRY = frozenset({"reaction", "revoke", "system"})
"""Message types that inform an owner, but are not inquiries.

From an unknown sender they bring no lead.
"""


class WhatsApp(MetaProvider):
    """Messages to a WhatsApp business number."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return a message as an inquiry.

        Receipts and copies of our own messages have no lead.
        """
        update = updated(body)
        if update.field == "user_preferences":
            return [set_aside(webhook, update.value, "the user set what this business may send by WhatsApp")]
        if update.field != "messages" or not update.value.get("messages"):
            return []
        message = value_at(update.value, "messages", 0, kind=dict)
        kind = str(message.get("type") or "")
        inquiry, joins_only, formerly = _inquiry(message, update.value), kind in NO_INQUIRY, ""
        if kind == "system":
            formerly = str(inquiry.get("phone") or inquiry.get("handle"))
            inquiry |= _now_known_as(message)
        return [
            Submission(
                caller=Submitter.PROVIDER,
                source=webhook.source,
                key=value_at(message, "id", kind=str),
                body=inquiry,
                conversation=True,
                answers_by=None if joins_only else Channel.SMS,  # the same number; the product does not send WhatsApp
                joins_only=joins_only,
                formerly=formerly,
                phone_proof="provider",
            )
        ]


def _inquiry(message: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    contact = _contact(value)
    number, user = _number(message), str(message.get("from_user_id") or contact.get("user_id") or "")
    if not number and not user:
        sender(message, "from", "from_user_id")
    profile, metadata = _object(contact.get("profile")), _object(value.get("metadata"))
    body = {
        "name": str(profile.get("name") or ""),
        "message": words(message),
        "received_at": moment(message.get("timestamp")),
        "fields": flat({"whatsapp_to": metadata.get("display_phone_number")}),
    }
    points = {"phone": f"+{number}" if number else "", "handle": f"whatsapp:{user}" if user else ""}
    return with_fields(
        {**body, **{name: text for name, text in points.items() if text}},
        {"whatsapp_user": user} if user else {},
        flat(without(profile, "name"), "profile."),
        flat(without(contact, "wa_id", "user_id", "profile"), "contact."),
        {"contact.wa_id": str(contact["wa_id"])} if contact.get("wa_id") not in (None, number) else {},
        answers(message),
        flat({f"ad_{name}": about for name, about in _object(message.get("referral")).items()}),
        flat(_beyond_words(message)),
    )


def _now_known_as(message: Mapping[str, Any]) -> dict[str, str]:
    """Return a user's new number or id, whichever is given.

    A system message announces it.
    """
    about = _object(message.get("system"))
    number = str(about.get("wa_id") or about.get("new_wa_id") or "").removeprefix("+")
    user = str(about.get("user_id") or about.get("new_user_id") or "")
    contact = {"phone": f"+{number}" if number else "", "handle": f"whatsapp:{user}" if user else ""}
    return {name: text for name, text in contact.items() if text}


def _number(message: Mapping[str, Any]) -> str:
    sender = message.get("from")
    return str(sender).strip().removeprefix("+") if isinstance(sender, str | int) else ""


def _contact(value: Mapping[str, Any]) -> Mapping[str, Any]:
    contacts = value.get("contacts")
    return _object(contacts[0]) if isinstance(contacts, list) and contacts else {}


def _beyond_words(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message's other properties.

    They exclude text and sender, and what guard and clock are made of.
    """
    rest = without(message, "from", "from_user_id", "id", "timestamp", "type", "referral")
    if isinstance(rest.get("text"), Mapping):
        rest["text"] = without(rest["text"], "body")
    return rest


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

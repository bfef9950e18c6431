"""Messages to a page in Messenger or an Instagram account.

Users are known by their id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.webhooks.meta.updates import MetaUpdate, moment
from leadtight.adapters.inbound.webhooks.provider import UnreadableDelivery, set_aside
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

HANDLES = {"instagram": "instagram"}
OF_OURS = ("read", "delivery", "optin", "pass_thread_control", "take_thread_control", "request_thread_control")
"""Events about our own messages, and about which app replies."""


def direct_message(update: MetaUpdate, webhook: Webhook) -> Sequence[Item]:
    """Return a message or pressed button as a lead.

    Reactions are set aside. Raises Unreadable.
    """
    event = update.value
    message = event.get("message") or event.get("message_edit") or {}
    if not isinstance(message, Mapping):
        raise UnreadableDelivery("message must be an object")
    if message.get("is_echo") or any(name in event for name in OF_OURS):
        return []
    if "reaction" in event or message.get("is_deleted"):
        return [set_aside(webhook, event, "a reaction or a deleted message is not an inquiry")]
    user = _user(event)
    scheme = HANDLES.get(update.product, "messenger")
    body = {
        "handle": f"{scheme}:{user}",
        "message": _words(event, message),
        "received_at": moment(event.get("timestamp"), per_second=1000),
        "fields": {f"{scheme}_user": user, f"{scheme}_to": update.account}
        | flat(without(message, "mid", "text"))
        | flat(without(event, "sender", "recipient", "timestamp", "message", "message_edit")),
    }
    key = message.get("mid") or f"{user}:{event.get('timestamp')}"
    return [Submission(caller=Submitter.PROVIDER, source=webhook.source, key=str(key), body=body, conversation=True)]


def _user(event: Mapping[str, Any]) -> str:
    sender = event.get("sender")
    user = sender.get("id") or sender.get("user_ref") if isinstance(sender, Mapping) else None
    if not user:
        raise UnreadableDelivery("sender.id is missing")
    return str(user)


def _words(event: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    postback, referral = event.get("postback"), event.get("referral")
    if message.get("text"):
        return str(message["text"])
    if isinstance(postback, Mapping):
        return str(postback.get("title") or postback.get("payload") or "[button]")
    attachments = message.get("attachments")
    listed = [each for each in attachments if isinstance(each, Mapping)] if isinstance(attachments, list) else []
    words = "\n".join(f"[{each.get('type') or 'attachment'}] {_title(each)}".strip() for each in listed)
    return words or ("[came through a link or an ad]" if referral else "[message without text]")


def _title(attachment: Mapping[str, Any]) -> str:
    payload = attachment.get("payload")
    about = payload if isinstance(payload, Mapping) else {}
    return str(attachment.get("title") or about.get("title") or about.get("url") or attachment.get("url") or "")

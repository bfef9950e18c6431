"""Notices by incoming webhooks of Slack and Teams.

Slack takes Block Kit (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) and answers 200. Teams, by its
Workflows, takes a message with an Adaptive Card attached (learn.microsoft.com, "Create incoming webhooks with
Workflows") and answers 202. Anyone who knows a webhook's address can post with it: addresses are kept in a secret, and
are never logged.
"""

from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.presentation import formatting
from leadtight.app.ports.messaging import Card, Envelope
from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.errors import FetchFailed, FetchRefused, SendFailed, SendRefused
from leadtight.domain.model.message import Channel

Payload = dict[str, Any]
Post = Callable[[str, Mapping[str, Any]], None]
"""Posts JSON to an address; any 2xx is success.

Raises FetchFailed, FetchRefused.
"""

Addresses = Callable[[], Mapping[str, Mapping[str, str]]]
"""Returns the webhooks' addresses by person and channel."""

LONGEST_WORDS, LONGEST_FACT, MOST_FACTS = 450, 150, 10
"""Limits below those of Slack and Teams.

Slack takes texts of 3,000 characters, 2,000 in a field, and ten fields; Teams takes 28 KB in all.
"""

_SLACK_CONTROL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class WebhookChat:
    """Posts cards to the incoming webhooks of people."""

    def __init__(self, addresses: Addresses, post: Post) -> None:
        """Take the addresses and a poster."""
        self._addresses = addresses
        self._post = post

    def post_card(self, permission: Permission, card: Card, envelope: Envelope) -> str:
        """Post a card; return an id of our own.

        Without an answer, it counts as not posted: better twice in a chat than not at all.
        """
        payload = (slack if permission.channel is Channel.SLACK else teams)(card)
        try:
            self._post(self._address(permission), payload)
        except FetchRefused as error:
            raise SendRefused(str(error)) from error
        except FetchFailed as error:
            raise SendFailed(str(error)) from error
        return f"{permission.channel}-{envelope.lead_id}-{envelope.message_id}"

    def _address(self, permission: Permission) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            address = self._addresses().get(permission.address, {}).get(permission.channel)
        except (BotoCoreError, ClientError, ValueError) as error:
            raise SendFailed(f"the alert secret could not be read: {type(error).__name__}") from error
        if not address:
            raise SendRefused(f"the alert secret has no {permission.channel} address for {permission.address}")
        return address


def slack(card: Card) -> Payload:
    """Return a card as Block Kit.

    `text` is shown in notifications, the blocks in the chat.
    """
    facts = [_mrkdwn(f"*{_slack(label)}*\n{_slack(value)}") for label, value in _facts(card)]
    links = " · ".join(f"<{address}|{_slack(label)}>" for label, address in card.links)
    quoted = "\n".join(f">{_slack(line)}" for line in _words(card).splitlines())
    blocks: list[Payload] = [_section(f"*{_slack(card.title)}*")]
    if quoted:
        blocks.append(_section(quoted))
    blocks.append({"type": "section", "fields": facts})
    blocks.append(_section(links))
    return {"text": _slack(card.title), "blocks": blocks}


def teams(card: Card) -> Payload:
    """Return a card as a message with an Adaptive Card.

    Its text is in runs, which have no markdown.
    """
    body = [
        _runs({"text": card.title, "weight": "Bolder", "size": "Medium"}),
        *([_runs({"text": _words(card)})] if card.words else []),
        *(_runs({"text": f"{label}: ", "weight": "Bolder"}, {"text": value}) for label, value in _facts(card)),
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": label, "url": address} for label, address in card.links],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def _words(card: Card) -> str:
    return formatting.shortened(card.words, LONGEST_WORDS)


def _facts(card: Card) -> list[tuple[str, str]]:
    return [(label, formatting.shortened(value, LONGEST_FACT)) for label, value in card.facts[:MOST_FACTS]]


def _section(text: str) -> Payload:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Payload:
    """Return a text object that creates no links by itself.

    Addresses, channels and people that a stranger typed stay plain text.
    """
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _slack(text: str) -> str:
    """Escape the three characters of Slack's markup.

    Nothing in the text then mentions or links.
    """
    return text.translate(_SLACK_CONTROL)


def _runs(*runs: Payload) -> Payload:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run} for run in runs]}

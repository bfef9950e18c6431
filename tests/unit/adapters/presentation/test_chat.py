"""Notices in Slack and Teams, over real HTTP."""

import json
from collections.abc import Iterator

import pytest

from leadtight.adapters.http import client
from leadtight.adapters.presentation.chat import WebhookChat, slack, teams
from leadtight.app.ports.messaging import Card, Envelope
from leadtight.domain.model.errors import SendFailed, SendRefused
from leadtight.domain.model.message import Channel
from tests.listening import Hook, listening
from tests.permissions import to_person

ENVELOPE = Envelope(lead_id="L1", message_id="alert_owner-2-0")
LINK = "https://leads.example/o/v1.k1.x.y"
CARD = Card(
    title="New lead, answer by Mon 23 Nov, 09:05: Ada Obi",
    words="The heating is out.\nPlease send a quote.",
    facts=(("Due", "Mon 23 Nov, 09:05, 5 minutes left"), ("Source", "Web form")),
    links=(("Record what happened", LINK),),
)
HOSTILE = Card(
    title="<!channel> <@U1> & *bold*",
    words="<https://evil.example|Your bank>\n[click](https://evil.example) **now**",
    facts=(("Due & done", "<!here>"),),
    links=(("Record <it>", LINK),),
)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as made:
        yield made


def chat(hook: Hook) -> WebhookChat:
    return WebhookChat(lambda: {"ana": {"slack": hook.url, "teams": hook.url}}, client.post_json)


def test_slack_gets_block_kit_with_a_text_for_notifications(hook: Hook) -> None:
    assert chat(hook).post_card(to_person(Channel.SLACK), CARD, ENVELOPE) == "slack-L1-alert_owner-2-0"
    [(kind, payload)] = hook.posted
    assert kind == "application/json"
    assert payload["text"] == CARD.title
    assert [block["type"] for block in payload["blocks"]] == ["section"] * 4
    assert payload["blocks"][1]["text"]["text"] == ">The heating is out.\n>Please send a quote."
    assert payload["blocks"][2]["fields"][1] == {"type": "mrkdwn", "text": "*Source*\nWeb form", "verbatim": True}
    assert payload["blocks"][3]["text"]["text"] == f"<{LINK}|Record what happened>"


def test_teams_gets_an_adaptive_card_in_a_message_and_may_answer_202(hook: Hook) -> None:
    hook.status, hook.answer = 202, b""
    chat(hook).post_card(to_person(Channel.TEAMS), CARD, ENVELOPE)
    [(_, payload)] = hook.posted
    assert payload["type"] == "message"
    [attachment] = payload["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Record what happened", "url": LINK}]
    assert card["body"][0]["inlines"][0]["text"] == CARD.title


def test_strangers_text_neither_mentions_nor_links_in_slack() -> None:
    text = json.dumps(slack(HOSTILE))
    assert text.count("<") == text.count(">") - 2 == 1, "one link of ours, and two quoted lines"
    assert "&lt;!channel&gt; &lt;@U1&gt; &amp; *bold*" in text
    assert text.count('"verbatim": true') == 4


def test_strangers_text_is_not_markdown_in_teams() -> None:
    [attachment] = teams(HOSTILE)["attachments"]
    assert {part["type"] for part in attachment["content"]["body"]} == {"RichTextBlock"}
    assert {run["type"] for part in attachment["content"]["body"] for run in part["inlines"]} == {"TextRun"}


LONGEST = Card(title="é" * 150, words="ü" * 800, facts=(("é" * 60, "€" * 2_000),) * 14, links=CARD.links)


@pytest.mark.parametrize("channel", [Channel.SLACK, Channel.TEAMS])
def test_the_longest_card_fits_the_chats_limits(channel: Channel) -> None:
    payload = slack(LONGEST) if channel is Channel.SLACK else teams(LONGEST)
    assert len(json.dumps(payload).encode()) < 28 * 1024


def test_the_longest_slack_card_fits_its_blocks() -> None:
    blocks = slack(LONGEST)["blocks"]
    fields = [block.get("fields", ()) for block in blocks]
    assert 1 <= max(map(len, fields)) <= 10
    assert max(len(field["text"]) for some in fields for field in some) <= 2_000
    assert 1 <= max(len(block.get("text", {}).get("text", "")) for block in blocks) <= 3_000


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, SendRefused),
        (404, SendRefused),
        (410, SendRefused),
        (403, SendFailed),
        (429, SendFailed),
        (500, SendFailed),
    ],
)
def test_a_refusal_is_reported_without_the_address(hook: Hook, status: int, error: type[Exception]) -> None:
    hook.status = status
    with pytest.raises(error) as raised:
        chat(hook).post_card(to_person(Channel.SLACK), CARD, ENVELOPE)
    assert str(raised.value) == f"answered {status}"


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status = 307
    with pytest.raises(SendRefused):
        chat(hook).post_card(to_person(Channel.SLACK), CARD, ENVELOPE)
    assert len(hook.posted) == 1


def test_a_refused_connection_and_a_missing_address_are_reported_too(hook: Hook) -> None:
    dead = WebhookChat(lambda: {"ana": {"slack": "http://127.0.0.1:1/x"}}, client.post_json)
    with pytest.raises(SendFailed, match="no answer"):
        dead.post_card(to_person(Channel.SLACK), CARD, ENVELOPE)
    with pytest.raises(SendRefused, match="the alert secret has no teams address for ben"):
        chat(hook).post_card(to_person(Channel.TEAMS, "ben"), CARD, ENVELOPE)

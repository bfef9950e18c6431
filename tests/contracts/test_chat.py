"""Cards to chats, over HTTP as in memory.

Posted, refused finally or for now.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from leadtight.adapters.http import client
from leadtight.adapters.memory.senders import MemoryChat
from leadtight.adapters.presentation.chat import WebhookChat
from leadtight.app.ports.messaging import Card, Chat, Envelope
from leadtight.domain.model.errors import SendFailed, SendRefused
from leadtight.domain.model.message import Channel
from tests.listening import listening
from tests.permissions import to_person

CARD = Card(
    title="New lead: Ada Obi", words="Please call.", facts=(("Due", "09:05"),), links=(("Record", "https://a"),)
)
ENVELOPE = Envelope(lead_id="L1", message_id="alert_owner-2-0")


@dataclass
class Room:
    """A chat, its posted cards, and a failing next card.

    It fails with an HTTP status or its error.
    """

    chat: Chat
    titles: Callable[[], list[str]]
    fail: Callable[[int, Exception], None]


@pytest.fixture(params=["memory", "http"])
def chat(request: pytest.FixtureRequest) -> Iterator[Room]:
    if request.param == "memory":
        twin = MemoryChat()
        yield Room(
            twin, lambda: [message.card.title for message in twin.posted], lambda _, error: twin.failures.append(error)
        )
        return
    with listening() as hook:

        def fail(status: int, error: Exception) -> None:
            hook.status = status

        real = WebhookChat(lambda: {"ana": {"slack": hook.url}}, client.post_json)
        yield Room(real, lambda: [payload["text"] for _, payload in hook.posted], fail)


def test_a_posted_card_has_an_id(chat: Room) -> None:
    assert chat.chat.post_card(to_person(Channel.SLACK), CARD, ENVELOPE)
    assert chat.titles() == [CARD.title]


@pytest.mark.parametrize(("status", "error"), [(410, SendRefused), (503, SendFailed)])
def test_a_rejected_card_is_reported(chat: Room, status: int, error: type[Exception]) -> None:
    chat.fail(status, error("not now"))
    with pytest.raises(error):
        chat.chat.post_card(to_person(Channel.SLACK), CARD, ENVELOPE)

"""Calls and chats, from delivery to lead (A4, A6)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from leadtight.adapters.inbound.webhooks.reader import read
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.test_quarantine import Received
from tests.scenarios.world import MONDAY_NINE

PHONE = Webhook(id="quotes", provider="twilio", source="twilio")
CHAT = Webhook(id="quotes", provider="whatsapp", source="whatsapp")


def call(number: str, status: str, sid: str) -> bytes:
    return urlencode({"CallSid": sid, "From": number, "CallStatus": status, "Direction": "inbound"}).encode()


def chat(text: str, message_id: str, name: str = "Ada Obi") -> dict[str, object]:
    message = {"from": "4930901820", "id": message_id, "type": "text", "text": {"body": text}}
    message["timestamp"] = str(int(MONDAY_NINE.timestamp()))
    value = {"contacts": [{"wa_id": "4930901820", "profile": {"name": name}}], "messages": [message]}
    return {"entry": [{"changes": [{"field": "messages", "value": value}]}]}


@pytest.mark.proves("A6")
def test_missed_call_is_a_lead_with_a_return_call_due_the_same_business_day() -> None:
    world = Received(PHONE)
    world.advance(hours=8, minutes=45)
    settled = world.deliver(call("+4930901820", "no-answer", "CA1"), "CA1")
    lead = world.lead(settled.id)
    assert (settled.status, lead.source) == ("created", "phone_missed")
    assert lead.owner_id in world.policy.people
    assert lead.next_action is not None
    assert lead.next_action.what == "Call +4930901820"
    assert lead.next_action.due_at == MONDAY_NINE + timedelta(hours=9)
    assert world.deliver(call("+4930901820", "busy", "CA2"), "CA2").id == lead.id
    assert read(PHONE, call("+4930901821", "completed", "CA3"), "CA3", "") == []
    assert world.lead_ids() == [lead.id]


@pytest.mark.proves("A4")
def test_second_chat_message_is_an_activity_without_another_acknowledgement_and_stop_ends_texts() -> None:
    world = Received(CHAT)
    first = world.deliver(chat("A roof, please", "m1"), "m1")
    second = world.deliver(chat("Hello?", "m2", name="Roof Queen"), "m2")
    stop = world.deliver(chat("STOP", "m3"), "m3")
    assert [settled.status for settled in (first, second)] == ["created", "merged"]
    assert world.lead_ids() == [first.id] == [second.id] == [stop.id]
    lead = world.lead(first.id)
    assert (lead.source, lead.inquiry.phone, lead.inquiry.phone_proof) == ("whatsapp", "+4930901820", "provider")
    assert lead.owner_id in world.policy.people
    [joined, *_] = world.events(lead.id, EventKind.INQUIRY_JOINED)
    assert joined.data["inquiry"]["message"] == "Hello?"
    assert lead.opted_out == (Channel.SMS,)
    assert world.mails(lead.id, Template.ACKNOWLEDGE) == []

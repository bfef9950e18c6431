"""Messages of WhatsApp, Messenger, Instagram and Twilio.

Sender and kind are right, and nothing is lost.
"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from leadtight.adapters.inbound.webhooks.reader import read
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World

KIM = "DE.13491208655302741918"
NUMBER = "4930901820"


def whatsapp(kind: str, content: Any = None, contact: Any = None, **more: Any) -> dict[str, Any]:
    """Return a delivery of one message.

    It is from a number unless `more` has `from_user_id`.
    """
    message = {"id": more.pop("id", "wamid.1"), "timestamp": "1795424340", "type": kind, **more}
    if "from_user_id" not in more:
        message.setdefault("from", NUMBER)
    if content is not None:
        message[kind] = content
    contacts = [contact or {"profile": {"name": "Ada Obi"}, "wa_id": NUMBER}]
    value = {"metadata": {"display_phone_number": "4930999999"}, "contacts": contacts, "messages": [message]}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


class Chats(World):
    """A World that reads deliveries."""

    def deliver(self, provider: str, content: Any) -> str:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        items = read(Webhook(id=provider, provider=provider, source=provider), body, "", "application/json")
        accepted = [self.submit(item) for item in items if isinstance(item, Submission)]
        return accepted[-1].lead_id if accepted else ""

    def inquiry(self, provider: str, content: Any) -> Inquiry:
        """Return the inquiry of an unknown person's delivery."""
        return self.lead(self.deliver(provider, content)).inquiry


def submission(provider: str, content: Any) -> Submission:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    [item] = read(Webhook(id=provider, provider=provider, source=provider), body, "", "application/json")
    assert isinstance(item, Submission), item
    return item


FLOW = {
    "type": "nfm_reply",
    "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"what": "Roof", "flow_token": "t"}'},
}
CARD = {
    "name": {"formatted_name": "Bo Lee", "first_name": "Bo"},
    "phones": [{"phone": "+49 30 901821", "wa_id": "4930901821", "type": "WORK"}],
    "emails": [{"email": "bo@example.com"}],
    "org": {"company": "Lee Roofs"},
}
ORDER = {
    "catalog_id": "c1",
    "text": "For Friday",
    "product_items": [{"product_retailer_id": "tile-7", "quantity": 40, "item_price": 2.5, "currency": "EUR"}],
}
UNSUPPORTED = [{"code": 131051, "title": "Message type unknown", "error_data": {"details": "not supported"}}]


@pytest.mark.parametrize(
    ("kind", "content", "words", "kept"),
    [
        ("text", {"body": "Hi"}, "Hi", ()),
        (
            "image",
            {"caption": "My roof", "mime_type": "image/jpeg", "id": "m1"},
            "[image] My roof",
            ("m1", "image/jpeg"),
        ),
        ("video", {"mime_type": "video/mp4", "id": "m2"}, "[video]", ("m2",)),
        ("sticker", {"mime_type": "image/webp", "id": "m3", "animated": False}, "[sticker]", ("m3",)),
        ("audio", {"mime_type": "audio/ogg", "id": "m4", "voice": True}, "[voice message]", ("m4",)),
        ("audio", {"mime_type": "audio/mpeg", "id": "m5", "voice": False}, "[audio]", ("m5",)),
        (
            "document",
            {"filename": "plan.pdf", "caption": "The plan", "id": "m6", "mime_type": "application/pdf"},
            "[document] plan.pdf: The plan",
            ("plan.pdf", "m6"),
        ),
        (
            "location",
            {"latitude": 53.5, "longitude": 9.9, "name": "Harbour", "address": "Hamburg"},
            "[location] Harbour, Hamburg (53.5, 9.9)",
            ("53.5", "9.9", "Hamburg"),
        ),
        ("location", {"latitude": 53.5, "longitude": 9.9}, "[location] 53.5, 9.9", ()),
        ("contacts", [CARD], "[contact] Bo Lee, +49 30 901821, bo@example.com, Lee Roofs", ("4930901821", "WORK")),
        ("order", ORDER, "[order] For Friday\n40 × tile-7 at 2.5 EUR", ("tile-7", "c1")),
        ("button", {"text": "Yes, please", "payload": "yes-1"}, "Yes, please", ("yes-1",)),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "b1", "title": "Call me"}},
            "Call me",
            ("b1",),
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "l1", "title": "Roof", "description": "A new one"}},
            "Roof: A new one",
            ("l1",),
        ),
        ("interactive", FLOW, "[form] Sent\nwhat: Roof", ("Roof", "t")),
        (
            "edit",
            {"original_message_id": "w0", "message": {"type": "text", "text": {"body": "Two"}}},
            "[edited] Two",
            ("w0",),
        ),
        ("request_welcome", None, "[request_welcome]", ()),
        ("something_new", {"title": "New"}, "[something_new]", ("New",)),
    ],
)
def test_a_message_states_its_kind_and_keeps_its_content(
    kind: str, content: Any, words: str, kept: tuple[str, ...]
) -> None:
    inquiry = Chats().inquiry("whatsapp", whatsapp(kind, content))
    assert (inquiry.name, inquiry.message) == ("Ada Obi", words)
    assert [value for value in kept if value not in " ".join(inquiry.fields.values())] == []


def test_a_first_message_of_an_unsupported_kind_is_a_lead_too() -> None:
    inquiry = Chats().inquiry("whatsapp", whatsapp("unsupported", errors=UNSUPPORTED))
    assert inquiry.message == "[unsupported] Message type unknown"
    assert inquiry.fields["errors.0.error_data.details"] == "not supported"


def test_a_messages_context_and_origin_are_kept() -> None:
    referral = {"source_type": "ad", "source_id": "ad-7", "headline": "New baths", "ctwa_clid": "click-1"}
    content = whatsapp("text", {"body": "Hi"}, context={"id": "w0", "from": "4930999999"}, referral=referral)
    fields = Chats().inquiry("whatsapp", content).fields
    assert (fields["ad_ctwa_clid"], fields["ad_source_type"], fields["context.id"]) == ("click-1", "ad", "w0")


def test_a_person_with_a_user_name_is_identified_by_an_id() -> None:
    chats = Chats()
    contact = {"profile": {"name": "Kim Roth", "username": "kimroth"}, "user_id": KIM}
    first = chats.deliver("whatsapp", whatsapp("text", {"body": "A quote?"}, contact, from_user_id=KIM))
    again = whatsapp("text", {"body": "And soon"}, contact, from_user_id=KIM, id="wamid.2")
    assert chats.deliver("whatsapp", again) == first
    inquiry = chats.lead(first).inquiry
    assert (inquiry.name, inquiry.phone, inquiry.handle) == ("Kim Roth", None, f"whatsapp:{KIM}")
    assert inquiry.fields["profile.username"] == "kimroth"


def test_a_person_who_hides_their_number_later_stays_the_same() -> None:
    chats = Chats()
    both = {"profile": {"name": "Kim Roth"}, "wa_id": NUMBER, "user_id": KIM}
    first = chats.deliver("whatsapp", whatsapp("text", {"body": "Hi"}, both, **{"from": NUMBER}))
    hidden = {"profile": {"name": "Kim Roth", "username": "kim"}, "user_id": KIM}
    assert chats.deliver("whatsapp", whatsapp("text", {"body": "Hi"}, hidden, from_user_id=KIM, id="w2")) == first


@pytest.mark.parametrize("kind", ["reaction", "revoke"])
def test_a_reaction_joins_a_lead_and_creates_none(kind: str) -> None:
    content = {"message_id": "w0", "emoji": "👍"} if kind == "reaction" else {"original_message_id": "w0"}
    chats = Chats()
    reaction = submission("whatsapp", whatsapp(kind, content, id="wamid.9"))
    assert (reaction.joins_only, reaction.answers_by) == (True, None)
    lead_id = chats.receive(phone=f"+{NUMBER}", name="Ada Obi")
    assert chats.submit(reaction).lead_id == lead_id
    assert len(chats.lead_ids()) == 1
    [mail] = chats.mails(lead_id, Template.WROTE_AGAIN)
    assert f"[{kind}]" in mail.mail.text


def test_a_changed_number_leads_to_the_same_lead() -> None:
    chats = Chats()
    lead_id = chats.receive(phone=f"+{NUMBER}", name="Ada Obi")
    system = {"type": "user_changed_number", "wa_id": "4930901899", "body": "Ada Obi changed from … to …"}
    moved = whatsapp("system", system, id="wamid.5")
    del moved["entry"][0]["changes"][0]["value"]["contacts"]
    assert chats.deliver("whatsapp", moved) == lead_id
    contact = {"profile": {"name": "Ada Obi"}, "wa_id": "4930901899"}
    later = whatsapp("text", {"body": "It is me"}, contact, **{"from": "4930901899"}, id="wamid.6")
    assert chats.deliver("whatsapp", later) == lead_id
    assert len(chats.lead_ids()) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"statuses": [{"id": "w0", "status": "read", "recipient_id": NUMBER}]},
        {
            "message_echoes": [
                {"from": "4930999999", "to": NUMBER, "id": "w1", "type": "text", "text": {"body": "Ours"}}
            ]
        },
        {"errors": [{"code": 1}]},
        {"messages": []},
    ],
)
@pytest.mark.parametrize("field", ["messages", "smb_message_echoes", "message_template_status_update", "history"])
def test_receipts_and_echoes_of_our_own_messages_are_ignored(field: str, value: Any) -> None:
    body = json.dumps({"entry": [{"changes": [{"field": field, "value": value}]}]}).encode()
    assert read(Webhook(id="w", provider="whatsapp", source="w"), body, "", "") == []


def direct(product: str, **event: Any) -> dict[str, Any]:
    about = {"sender": {"id": "6512"}, "recipient": {"id": "77"}, "timestamp": 1795424340000}
    return {"object": product, "entry": [{"id": "77", "time": 1795424340000, "messaging": [{**about, **event}]}]}


@pytest.mark.parametrize(("product", "handle"), [("page", "messenger:6512"), ("instagram", "instagram:6512")])
def test_a_writer_to_a_page_or_account_is_identified_by_the_chat_id(product: str, handle: str) -> None:
    chats = Chats()
    first = chats.deliver("facebook", direct(product, message={"mid": "m1", "text": "Do you do roofs?"}))
    assert chats.deliver("facebook", direct(product, message={"mid": "m2", "text": "Soon?"})) == first
    inquiry = chats.lead(first).inquiry
    assert (inquiry.handle, inquiry.message) == (handle, "Do you do roofs?")


@pytest.mark.parametrize(
    ("event", "words", "kept"),
    [
        (
            {"message": {"mid": "m", "attachments": [{"type": "image", "payload": {"url": "https://cdn.example/1"}}]}},
            "[image] https://cdn.example/1",
            "https://cdn.example/1",
        ),
        ({"postback": {"title": "Get started", "payload": "START"}}, "Get started", "START"),
        ({"message": {"mid": "m", "text": "Yes", "quick_reply": {"payload": "q-yes"}}}, "Yes", "q-yes"),
        ({"referral": {"ref": "link-1", "source": "ADS"}}, "[came through a link or an ad]", "link-1"),
        ({"message": {"mid": "m", "text": "Hi", "reply_to": {"story": {"id": "s1"}}}}, "Hi", "s1"),
    ],
)
def test_any_message_to_a_page_is_kept_as_words(event: Any, words: str, kept: str) -> None:
    inquiry = Chats().inquiry("facebook", direct("page", **event))
    assert inquiry.message == words
    assert kept in " ".join(inquiry.fields.values())


@pytest.mark.parametrize(
    "event", [{"read": {"watermark": 1}}, {"delivery": {"mids": []}}, {"message": {"mid": "m", "is_echo": True}}]
)
def test_receipts_of_a_page_are_ignored(event: Any) -> None:
    assert (
        read(Webhook(id="f", provider="facebook", source="f"), json.dumps(direct("page", **event)).encode(), "", "")
        == []
    )


def twilio(**params: str) -> bytes:
    sent = {"MessageSid": "SM1", "AccountSid": "AC1", "From": f"+{NUMBER}", "To": "+4930999999", "Body": "Hi"} | params
    return urlencode(sent).encode()


def test_a_twilio_picture_is_kept_with_its_address_and_the_senders_name() -> None:
    media = {"NumMedia": "2", "MediaUrl0": "https://m.example/0", "MediaContentType0": "image/jpeg"}
    media |= {"MediaUrl1": "https://m.example/1", "MediaContentType1": "application/pdf"}
    inquiry = Chats().inquiry("twilio", twilio(Body="", ProfileName="Ada Obi", From=f"whatsapp:+{NUMBER}", **media))
    assert (inquiry.name, inquiry.phone, inquiry.message) == ("Ada Obi", f"+{NUMBER}", "[image]\n[application]")
    assert [inquiry.fields[f"MediaUrl{n}"] for n in (0, 1)] == ["https://m.example/0", "https://m.example/1"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"Body": "", "Latitude": "53.5", "Longitude": "9.9", "Label": "Yard"}, "[location] Yard (53.5, 9.9)"),
        ({"Body": "", "ButtonText": "Call me", "ButtonPayload": "c1"}, "Call me"),
        ({"Body": "Look", "NumMedia": "1", "MediaUrl0": "https://m.example/0"}, "Look\n[file]"),
        ({"ReferralBody": "New baths", "ReferralSourceId": "ad-7"}, "Hi"),
    ],
)
def test_a_twilio_message_states_its_kind_and_keeps_every_parameter(params: dict[str, str], words: str) -> None:
    inquiry = Chats().inquiry("twilio", twilio(**params))
    assert inquiry.message == words
    kept = " ".join((*inquiry.fields.values(), inquiry.message))
    assert [value for value in params.values() if value not in kept] == []


def test_a_whatsapp_user_by_twilio_may_have_an_id_instead_of_a_number() -> None:
    chats = Chats()
    hidden = chats.deliver("twilio", twilio(From=f"whatsapp:{KIM}", ProfileName="Kim Roth"))
    both = twilio(From=f"whatsapp:+{NUMBER}", ExternalUserId=KIM, MessageSid="SM2", ProfileName="Kim Roth")
    assert chats.deliver("twilio", both) == hidden
    assert chats.lead(hidden).inquiry.handle == f"whatsapp:{KIM}"


def test_a_messenger_message_by_twilio_ends_no_texts() -> None:
    message = submission("twilio", twilio(From="messenger:6512", Body="STOP"))
    assert (message.answers_by, message.body["handle"]) == (None, "messenger:6512")
    assert submission("twilio", twilio(Body="STOP")).answers_by is Channel.SMS


@pytest.mark.parametrize("status", ["sent", "delivered", "undelivered", "failed", "read"])
def test_a_receipt_of_our_own_text_is_ignored(status: str) -> None:
    body = twilio(MessageStatus=status, From="+4930999999", To=f"+{NUMBER}")
    assert read(Webhook(id="p", provider="twilio", source="p"), body, "", "") == []


@pytest.mark.parametrize("number", ["anonymous", "Restricted", "+266696687", "unavailable"])
def test_a_caller_who_hides_the_number_is_a_lead_without_one(number: str) -> None:
    call = urlencode({"CallSid": "CA1", "From": number, "CallStatus": "no-answer", "Direction": "inbound"}).encode()
    chats = Chats()
    inquiry = chats.inquiry("twilio", call)
    assert (inquiry.phone, inquiry.message) == (None, "Missed call (no-answer)")
    other = call.replace(b"CA1", b"CA2")
    chats.deliver("twilio", other)
    assert len(chats.lead_ids()) == 2, "two hidden numbers are two people"


def test_a_voicemail_is_a_message_on_its_callers_lead() -> None:
    chats = Chats()
    missed = {"CallSid": "CA1", "From": f"+{NUMBER}", "CallStatus": "no-answer", "Direction": "inbound"}
    lead_id = chats.deliver("twilio", urlencode(missed).encode())
    spoken = {"TranscriptionSid": "TR1", "TranscriptionText": "Call me back", "RecordingUrl": "https://r.example/1"}
    assert chats.deliver("twilio", urlencode(missed | spoken).encode()) == lead_id
    [mail] = chats.mails(lead_id, Template.WROTE_AGAIN)
    assert "[voicemail] Call me back" in mail.mail.text


def test_a_conversation_message_belongs_to_its_author() -> None:
    event = {
        "EventType": "onMessageAdded",
        "ConversationSid": "CH1",
        "MessageSid": "IM1",
        "Author": f"whatsapp:+{NUMBER}",
    }
    inquiry = Chats().inquiry("twilio", urlencode(event | {"Source": "WHATSAPP", "Body": "Hello"}).encode())
    assert (inquiry.phone, inquiry.message) == (f"+{NUMBER}", "Hello")
    ours = urlencode(event | {"Source": "API", "Author": "agent", "Body": "Ours"}).encode()
    [aside] = read(Webhook(id="p", provider="twilio", source="p"), ours, "", "")
    assert not isinstance(aside, Submission)

"""Sent mail as read from the local cloud."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from leadtight.devstage.console.sent import SentMessages, links

MAIL = {
    "MessageId": "m1@email.amazonses.com",
    "Source": "leads@leadtight.example",
    "To": ["ana@leadtight.example"],
    "CC": [],
    "BCC": [],
    "Subject": "New lead: Zoë",
    "BodyText": "Record:\r\nhttp://127.0.0.1:1/o/v1.k1.x.y\r\n",
    "BodyHtml": "<html><head><title>x</title></head></html>",
    "Timestamp": 1_795_316_454.25,
    "Type": "SendRawEmail",
}
TEXT = {"PhoneNumber": "+493023125001", "MessageId": "t1", "Message": "Thank you", "Subject": None}
ANSWERS = {
    "/_ministack/ses/messages": {
        "messages": {"000000000000": [MAIL, {**MAIL, "MessageId": "m2", "Timestamp": 1_795_316_500, "BodyHtml": None}]}
    },
    "/_ministack/sns/sms-messages": {"sms_messages": {"+493023125001": [TEXT]}, "region": "us-east-1"},
}


class _Cloud(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(ANSWERS[self.path]).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@pytest.fixture
def sent() -> Iterator[SentMessages]:
    server = HTTPServer(("127.0.0.1", 0), _Cloud)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SentMessages(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def test_mails_are_listed_newest_first_with_plain_line_ends(sent: SentMessages) -> None:
    newest, oldest = sent.mails()
    assert (newest.id, newest.html) == ("m2", "")
    assert oldest.text == "Record:\nhttp://127.0.0.1:1/o/v1.k1.x.y\n"
    assert oldest.to == "ana@leadtight.example"


def test_a_framed_mail_opens_its_links_in_a_new_window(sent: SentMessages) -> None:
    assert sent.mails()[1].framed.startswith('<html><head><base target="_blank">')


def test_texts_are_read(sent: SentMessages) -> None:
    assert [(text.id, text.to, text.text) for text in sent.texts()] == [("t1", "+493023125001", "Thank you")]


def test_a_link_ends_at_its_last_character(sent: SentMessages) -> None:
    assert list(links(sent.mails()[1].text, "http://127.0.0.1:1/o/")) == ["http://127.0.0.1:1/o/v1.k1.x.y"]
    assert list(links("see http://elsewhere.example/o/x", "http://127.0.0.1:1/o/")) == []

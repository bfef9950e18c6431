"""Everything that reads what strangers send, as fuzz targets.

Each is one function of bytes that must return.

Two engines drive them: Hypothesis in `make test`, atheris in `make fuzz`. A target lets through what its reader
documents; anything else that it raises is a bug.
"""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.email.parser import read_mail
from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body, reader
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError
from leadtight.adapters.inbound.webhooks import PROVIDERS, provider
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.provider import Request
from leadtight.adapters.inbound.webhooks.reader import read, whole
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.files import MemoryUploads
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.intake.deliveries import Deliveries, Report
from leadtight.app.intake.form_posts import FormIntake, FormPost
from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.intake.uploads import Uploads
from leadtight.app.outcomes.contact_proofs import Proofs
from leadtight.domain.access.signed_links import Keyring, LinkPurpose, verify
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import FetchFailed, FetchRefused, InvalidInquiry, InvalidLink, PolicyError
from leadtight.domain.policy.forms import Form
from leadtight.domain.policy.sources import LISTERS, Webhook
from leadtight.policy import loader as policies
from tests.integration.form_posts import POSTS, SampleFormPost

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANNOUNCERS = ("facebook", "hubspot", "linkedin")
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "")
POLICY = policies.shipped()
KEYS = WebhookSecrets(signing=("a secret",), values={"forms": "F", "organization": "o", "verify_token": "v"})


def _intake() -> tuple[Intake, MemoryTable]:
    table, ids = MemoryTable(), count(1)
    return Intake(POLICY, table, PhoneEmailNormalizer(), lambda: f"L{next(ids)}", MemoryAlarms()), table


def _report(table: MemoryTable) -> Report:
    return Proofs(POLICY, table, table, MemoryAlarms(), local_time_of, RealHours().windows).report


def _event(raw: bytes, kind: str) -> dict[str, Any]:
    return {"headers": {"content-type": kind}, "body": base64.b64encode(raw).decode(), "isBase64Encoded": True}


def json_lead(data: bytes) -> None:
    """Receive a JSON lead twice; the second is known."""
    with suppress(events.UnreadableBodyError, events.BodyTooLargeError, InvalidInquiry):
        body = events.json_object(events.body(_event(data, "")))
        intake, _ = _intake()
        first = intake.receive(Submission(source="api", body=body), NOW)
        assert intake.receive(Submission(source="api", body=body), NOW).lead_id == first.lead_id


def form(data: bytes) -> None:
    """Receive a form post.

    The first byte chooses the content type, or takes it from the first line.
    """
    kind, body = KINDS[(data[0] if data else 0) % len(KINDS)], data[1:]
    if data[:1] == b"\xff":
        line, _, body = body.partition(b"\n")
        kind = line.decode("latin-1")
    with suppress(events.UnreadableBodyError, events.BodyTooLargeError, InvalidInquiry):
        fields = post_body.read(_event(body, kind)).fields
        _intake()[0].receive(Submission(source="web_form", form="contact", body=fields), NOW)


def built(post: SampleFormPost) -> Callable[[bytes], None]:
    """Return the target for posts of a form builder.

    Each post is a lead or held, unless it is empty.
    """

    def target(data: bytes) -> None:
        intake, table = _intake()
        ids = count(1)
        deliveries = Deliveries(intake, table, lambda: f"H{next(ids)}", lambda _: None, _report(table))
        door = FormIntake(deliveries, reader.read, reader.keep, lambda *_: None, Uploads(MemoryUploads()).keep)
        made = Form(id="site", builder=post.builder, fields=post.fields)
        with suppress(events.UnreadableBodyError, events.BodyTooLargeError, InvalidInquiry):
            door.take(
                made, FormPost(fields=post_body.read(_event(data, post.content_type)).fields), NOW, by_visitor=False
            )

    return target


def link(data: bytes) -> None:
    """Open a signed link."""
    with suppress(InvalidLink):
        verify(data.decode("utf-8", "replace"), LinkPurpose.OUTCOME, Keyring(current="k1", keys={"k1": b"secret"}))


def mail(data: bytes) -> None:
    """Read a mail."""
    with suppress(InvalidInquiry):
        read_mail(data)


def policy(data: bytes) -> None:
    """Read a policy."""
    with suppress(PolicyError):
        policies.parse(data)


def _webhook(name: str) -> Webhook:
    paths = {"standard": {"$.person.mail": "email", "n": "name"}, "voice": {"$.call.status": "outcome"}}
    fields = paths.get(name, {"What?": "message"})
    return Webhook(id=name, provider=name, source=name, fields=fields)


def delivery(name: str) -> Callable[[bytes], None]:
    """Return the target that settles a provider's authentic delivery.

    It reads every item of it.
    """

    def target(data: bytes) -> None:
        webhook = _webhook(name)
        intake, table = _intake()
        ids = count(1)
        deliveries = Deliveries(intake, table, lambda: f"H{next(ids)}", lambda _: None, _report(table))
        items = read(webhook, data, "key", "application/json")
        original = whole(webhook, data, "key", "", Reason.UNMAPPED, "") if len(items) == 1 else None
        settled = deliveries.take_all(items, f"webhook:{name}", NOW, original)
        assert len(settled) == len(items)

    return target


def proof(name: str) -> Callable[[bytes], None]:
    """Return the target that authenticates strangers' requests.

    None is ever authentic.
    """

    def target(data: bytes) -> None:
        head, _, body = data.partition(b"\n\n")
        lines = (line.partition(": ") for line in head.decode("latin-1").split("\n"))
        request = Request(
            method="POST",
            url="https://leads.example/webhooks/x",
            headers={name.lower(): value for name, _, value in lines},
            query={"hub.mode": "subscribe", "hub.verify_token": data[:9].decode("latin-1")},
            body=body,
        )
        speaker = provider(name)
        with suppress(WebhookVerificationError):
            speaker.handshake(replace(request, method="GET"), KEYS)
        try:
            speaker.check(request, KEYS, NOW)
        except WebhookVerificationError:
            return
        raise AssertionError("a stranger's request is authentic")

    return target


def fetched(name: str) -> Callable[[bytes], None]:
    """Return the target that reads a provider's fetched lead.

    The provider announced it before.
    """

    def target(data: bytes) -> None:
        policy = replace(POLICY, webhooks={name: _webhook(name)})
        channel = f"webhook:{name}"
        delivery = QuarantinedDelivery(
            id="H1", channel=channel, source=name, key="k", received_at=NOW, reason=Reason.ANNOUNCED
        )
        with suppress(InvalidInquiry):
            for item in Fetching(policy, dict, lambda *_: b"").read(delivery, data):
                _intake()[0].receive(item, NOW)

    return target


def listed(name: str) -> Callable[[bytes], None]:
    """Return the target that reads a provider's list of leads."""

    def target(data: bytes) -> None:
        fetching = Fetching(POLICY, lambda: {name: KEYS}, lambda *_: data)
        with suppress(FetchFailed, FetchRefused):
            for _ in zip(range(100), fetching.listed(_webhook(name), NOW.replace(year=2000), NOW), strict=False):
                pass

    return target


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "json_lead": json_lead,
    "form": form,
    **{f"form_{name}": built(post) for name, post in POSTS.items()},
    "link": link,
    "mail": mail,
    "policy": policy,
    **{f"delivery_{name}": delivery(name) for name in PROVIDERS},
    **{f"proof_{name}": proof(name) for name in PROVIDERS},
    **{f"fetched_{name}": fetched(name) for name in ANNOUNCERS},
    **{f"listed_{name}": listed(name) for name in sorted(LISTERS)},
}

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "json_lead": (json.dumps({"name": "A", "email": "a@b.example", "consent": {"sms": True}, "value": 1.5}).encode(),),
    "form": (
        b"\x01name=A&email=a%40b.example",
        b'\x02--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nA\r\n--b--',
    ),
    "mail": (
        b"From: Ada <ada@example.com>\nTo: hello@example.com\nMessage-ID: <1@example.com>\n"
        b"Subject: =?utf-8?q?A_b=C3=A4th?=\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nHi\n> old\n"
        b"--b\nContent-Type: text/html; charset=latin-1\n\n<p>Hi\n--b--\n",
    ),
    "policy": (policies.SHIPPED.read_bytes(),),
    **{f"form_{name}": (post.body,) for name, post in POSTS.items()},
}
"""Seeds of the engines, besides nothing. Deliveries begin with those in
`tests/unit/adapters/inbound/webhooks/deliveries.py`.
"""

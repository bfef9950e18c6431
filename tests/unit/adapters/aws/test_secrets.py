"""An unreadable entry of a secret affects no other entry.

Each is another person's key.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.secret_store import ApiKeys, SecretsManagerKeys, WebhookKeys
from leadtight.adapters.http import api_keys
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError
from leadtight.adapters.inbound.webhooks import mail_provider, provider
from leadtight.adapters.inbound.webhooks.provider import Request
from leadtight.domain.access.api_keys import Scope, check

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEXT, KEY = api_keys.make("crm", [Scope.READ], NOW)
GOOD = dict(api_keys.write([KEY]))
ENTRY = GOOD["crm"][0]


def holding(monkeypatch: pytest.MonkeyPatch, entries: Any) -> None:
    answer = {"SecretString": json.dumps(entries)}
    monkeypatch.setattr(clients, "client", lambda _: SimpleNamespace(get_secret_value=lambda **_: answer))


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "a key",
        7,
        {},
        [None],
        [7],
        [{**ENTRY, "sha256": "ü"}],
        [{**ENTRY, "sha256": 7}],
        [{**ENTRY, "scopes": ["fly"]}],
        [{**ENTRY, "scopes": None}],
        [{**ENTRY, "created_at": "yesterday"}],
        [{key: ENTRY[key] for key in ("sha256", "scopes")}],
    ],
    ids=lambda bad: json.dumps(bad).replace(ENTRY["sha256"], "..."),  # random otherwise: workers must agree
)
def test_an_unreadable_api_key_affects_no_other_and_no_command_drops_it(
    monkeypatch: pytest.MonkeyPatch, bad: Any, caplog: pytest.LogCaptureFixture
) -> None:
    entries = {"shop": bad, **GOOD}
    holding(monkeypatch, entries)
    assert check(ApiKeys("api")(), TEXT, Scope.READ) == KEY
    assert [record.getMessage() for record in caplog.records if "shop" in record.getMessage()]
    with pytest.raises(api_keys.UnreadableKey, match="shop"):
        api_keys.read(entries)


@pytest.mark.parametrize("bad", [None, 7, [], {"signing": 7}, {"signing": None}, {"signing": [7, None, {}]}])
def test_an_unreadable_webhook_secret_affects_no_other(monkeypatch: pytest.MonkeyPatch, bad: Any) -> None:
    holding(monkeypatch, {"typeform": bad, "facebook": {"signing": "s"}})
    keys = WebhookKeys("webhooks")()
    assert keys["facebook"].signing == ("s",)
    assert keys.get("typeform", WebhookSecrets()).signing == ()


@pytest.mark.parametrize("bad", ["no base64!", "\ud800", ""])
def test_beside_an_unusable_signing_secret_the_other_is_valid(bad: str) -> None:
    secret = base64.b64encode(b"a secret of the provider").decode()
    body, stamp = b"{}", str(int(NOW.timestamp()))
    mac = hmac.digest(base64.b64decode(secret), f"m1.{stamp}.".encode() + body, hashlib.sha256)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    request = Request(method="POST", url="https://leads.example", headers=headers, query={}, body=body)
    for signing in ((bad, secret), (secret, bad)):
        provider("standard").check(request, WebhookSecrets(signing=signing), NOW)
    with pytest.raises(WebhookVerificationError):
        provider("standard").check(request, WebhookSecrets(signing=(bad,)), NOW)


def test_an_unreadable_secret_lets_no_mail_in() -> None:
    request = Request(method="POST", url="https://leads.example", headers={}, query={}, body=b"")
    for name in ("brevo", "mailgun", "postmark", "sendgrid"):
        with pytest.raises(WebhookVerificationError):
            mail_provider(name).check(request, WebhookSecrets(signing=("\ud800",)), NOW)


def test_a_link_key_that_is_not_text_affects_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    holding(monkeypatch, {"current": "k2", "k1": 7, "k2": "good"})
    assert SecretsManagerKeys("links")().keys == {"k2": b"good"}

"""One of each kind of arrival through the deployed template.

A form post, a signed webhook, an entry by hand and an import; mails, programs, pages and reports have modules of their
own.
"""

import base64
import json
import time
from datetime import UTC, datetime

import pytest

from leadtight.app.messaging.links import Links
from leadtight.domain.access.signed_links import Keyring
from leadtight.domain.model.identity import person_key
from tests.e2e.stage import Stage, eventually
from tests.unit.adapters.inbound.webhooks.deliveries import signed_standard

SECRET = "whsec_" + base64.b64encode(b"a secret of the partner").decode()


def by_form(stage: Stage) -> None:
    typed = {"your-name": "Fay Form", "your-email": "by-form@example.com", "your-message": "hello"}
    assert stage.post_form("/forms/contact", typed).status in (200, 202, 303)


def by_webhook(stage: Stage) -> None:
    secrets = stage.client("secretsmanager")
    [name] = [s["Name"] for s in secrets.list_secrets()["SecretList"] if "WebhookSecret" in s["Name"]]
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps({"partner": {"signing": [SECRET]}}))
    body = json.dumps({"name": "Wes Webhook", "email": "by-webhook@example.com", "message": "hello"}).encode()
    headers = signed_standard(SECRET, body, int(time.time()), "msg_1") | {"content-type": "application/json"}
    assert stage.request("/webhooks/partner", body, **headers).status in (200, 202)
    forged = signed_standard("whsec_b3RoZXI=", body, int(time.time()), "msg_2") | {"content-type": "application/json"}
    assert stage.request("/webhooks/partner", body, **forged).status == 401


def by_hand(stage: Stage) -> None:
    secret = stage.client("secretsmanager").get_secret_value(SecretId=stage.link_secret())["SecretString"]
    keys = json.loads(secret)
    keyring = Keyring(current=keys["current"], keys={id_: text.encode() for id_, text in keys.items()})
    queue = Links(lambda: keyring, stage.info.api_url).queue("ana", datetime.now(UTC))
    typed = {"submission": "S1", "name": "Hal Hand", "email": "by-hand@example.com", "channel": "walk_in"}
    answer = stage.post_form(queue, typed)
    assert answer.status == 200, answer.body
    assert "Hal Hand" in answer.body


def by_import(stage: Stage) -> None:
    rows = [{"row": 2, "key": "1", "body": {"name": "Ida Import", "email": "by-import@example.com"}}]
    [result] = stage.invoke("intake", {"import": {"source": "old_crm", "rows": rows}})["results"]
    assert result["result"] == "created"


KINDS = {
    "by-form": (by_form, "web_form"),
    "by-webhook": (by_webhook, "partner"),
    "by-hand": (by_hand, "walk_in"),
    "by-import": (by_import, "old_crm"),
}


@pytest.mark.proves("A1", "A5", "A8", "A9", "C1")
def test_one_of_each_kind_has_an_owner_a_clock_and_an_alert(stage: Stage) -> None:
    for arrive, _ in KINDS.values():
        arrive(stage)
    for name, (_, source) in KINDS.items():
        _is_enforced(stage, f"{name}@example.com", source)


def _is_enforced(stage: Stage, address: str, source: str) -> None:
    [lead_id] = eventually(f"a lead of {address}", lambda: stage.table.leads_of([person_key(address)]))
    eventually(f"an owner of {address}", lambda: stage.lead(lead_id).owner_id)
    lead = stage.lead(lead_id)
    assert lead.source == source
    assert lead.next_action is not None
    assert lead.next_action.due_at == lead.promise.deadline
    eventually(f"the alert of {address}", lambda: stage.messages(lead_id, "alert_owner")[0].provider_id)

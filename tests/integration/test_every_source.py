"""Every source through the deployed functions.

Each goes from its signed event to owner, clock and messages, in the pool of its own channel.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.adapters.http import client as web
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.forms import Form
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record
from tests.integration.form_posts import POSTS
from tests.integration.http_events import post_lead, request
from tests.integration.test_mail_handler import drop
from tests.lambda_context import CONTEXT
from tests.unit.adapters.email.letters import mail
from tests.unit.adapters.inbound.webhooks.deliveries import ANNOUNCED, LEADS, Delivery
from tests.unit.adapters.inbound.webhooks.test_fetching import ANSWERS

pytestmark = pytest.mark.slow

SOURCES = {"twilio call": "phone_missed", "twilio text": "twilio_sms"}
PERSON = {"name": "Ada Obi", "email": "ada@example.com"}


def by_channel(policy: Policy, here: Condition) -> Policy:
    """Return a policy that routes one channel to projects.

    Leads of that source or form go there, and no others. A rule for other channels comes first: its pool gets nothing.
    """
    others = (Condition(source=("another",)), Condition(form=("another",)))
    rules = (
        *(RoutingRule(id=f"others_{n}", pool="closers", when=when) for n, when in enumerate(others)),
        RoutingRule(id="here", pool="projects", when=here),
        RoutingRule(id="rest", pool="inbound"),
    )
    return replace(policy, routing=replace(policy.routing, rules=rules))


def govern(monkeypatch: pytest.MonkeyPatch, delivery: Delivery, source: str, at: datetime = MONDAY_NINE) -> None:
    """Deploy the webhook of a delivery.

    It has its secret, and a pool for its source.
    """
    hook = delivery.webhook
    policy = by_channel(replace(policies.shipped(), webhooks={hook.id: hook}), Condition(source=(source,)))
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at)
    monkeypatch.setenv("LEADTIGHT_PUBLIC_URL", "https://leads.example")
    secrets = {hook.id: {"signing": delivery.secret, "verify_token": "ours", "access_token": "t", "forms": "F1"}}
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId="webhook-secret", SecretString=json.dumps(secrets))
    bootstrap.forget()


def deliver(delivery: Delivery, headers: Mapping[str, str]) -> dict[str, Any]:
    """Post a delivery as its provider does."""
    name = delivery.webhook.id
    event = request("POST /webhooks/{provider}", body=delivery.body, headers=dict(headers), provider=name)
    event["headers"]["host"] = "leads.example"
    return intake(event, CONTEXT)


def signed(delivery: Delivery, secret: str | None = None, at: datetime = MONDAY_NINE) -> Mapping[str, str]:
    return delivery.headers(secret or delivery.secret, delivery.body, at)


def leads(stage: Stage) -> list[Lead]:
    ids = [json.loads(item["doc"]["S"])["id"] for item in stage.items("LEAD")]
    return [lead for id_ in ids if (lead := bootstrap.ports().store.load(id_))]


def carried_on(stage: Stage) -> Lead:
    """Run routing and messages, and return the one lead."""
    route(stage.inserted("LEAD"), CONTEXT)
    respond(stage.inserted("MSG#"), CONTEXT)
    [lead] = leads(stage)
    return lead


def is_enforced(lead: Lead, source: str) -> None:
    """Check source, pool, owner, clock, next action and alert."""
    assert lead.source == source
    assert lead.received_at.utcoffset() == timedelta(0)
    assert lead.pool_id == "projects"
    assert lead.owner_id in policies.shipped().pools["projects"].members
    assert lead.first_contact_at is None
    assert lead.promise.deadline is not None
    assert lead.next_action is not None
    assert lead.next_action.due_at == lead.promise.deadline
    assert lead.wake_at is not None
    messages = {message.template: message for message in bootstrap.ports().outbox.messages(lead.id)}
    alert = messages[Template.ALERT_OWNER]
    assert (alert.recipient, alert.is_owed) == (lead.owner_id, False)


@pytest.mark.proves("A4", "A6", "C8")
@pytest.mark.parametrize("name", LEADS)
def test_signed_delivery_becomes_a_lead_with_owner_and_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    delivery = LEADS[name]
    source = SOURCES.get(name, delivery.webhook.source)
    govern(monkeypatch, delivery, source)
    for _ in range(2):
        assert deliver(delivery, signed(delivery))["statusCode"] in (200, 202)
    is_enforced(carried_on(stage), source)


@pytest.mark.proves("A3")
@pytest.mark.parametrize("name", LEADS | ANNOUNCED)
def test_forged_delivery_is_refused_and_stores_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    delivery = (LEADS | ANNOUNCED)[name]
    govern(monkeypatch, delivery, delivery.webhook.source)
    body = delivery.body.replace(delivery.secret.encode(), b"another") if delivery.secret_in_body else delivery.body
    other = "whsec_" + "YW5vdGhlcg==" if delivery.secret.startswith("whsec_") else "another: secret"
    for headers in (signed(delivery, other), {}):
        answer = deliver(replace(delivery, body=body), headers)
        assert answer["statusCode"] in (401, 403)
    assert stage.items("") == []


@pytest.mark.proves("A3", "C8")
@pytest.mark.parametrize("name", ANNOUNCED)
def test_announced_lead_is_fetched_and_has_owner_and_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    delivery = ANNOUNCED[name]
    govern(monkeypatch, delivery, delivery.webhook.source)
    monkeypatch.setattr(web, "ask", lambda *_: json.dumps(ANSWERS[name]).encode())
    assert deliver(delivery, signed(delivery))["statusCode"] in (200, 202)
    assert leads(stage) == []
    sqs = boto3.client("sqs", region_name=REGION)
    hints = sqs.receive_message(QueueUrl=stage.announced_url, MaxNumberOfMessages=10).get("Messages", [])
    batch = {"Records": [queue_record(hint["Body"], hint["MessageId"]) for hint in hints]}
    for _ in range(2):
        assert collect(batch, CONTEXT) == {"batchItemFailures": []}
    lead = carried_on(stage)
    assert lead.inquiry.email == "ada@example.com"
    is_enforced(lead, delivery.webhook.source)


@pytest.mark.proves("A4")
def test_second_chat_message_joins_the_lead_whatever_name_it_shows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = LEADS["whatsapp"]
    govern(monkeypatch, first, first.webhook.source)
    deliver(first, signed(first))
    carried_on(stage)
    changed = {b"wamid.1": b"wamid.2", b"Is somebody there?": b"Hello?", b"Ada Obi": b"Roof Queen"}
    second = replace(first, body=reduce(lambda body, pair: body.replace(*pair), changed.items(), first.body))
    later = MONDAY_NINE + timedelta(minutes=2)
    govern(monkeypatch, second, second.webhook.source, later)
    assert deliver(second, signed(second, at=later))["statusCode"] == 200
    lead = carried_on(stage)
    assert (lead.inquiry.name, lead.inquiry.message) == ("Ada Obi", "Is somebody there?")
    joined = [json.loads(item["doc"]["S"]) for item in stage.items("EVENT#") if "inquiry_joined" in item["doc"]["S"]]
    assert [event["data"]["inquiry"]["message"] for event in joined] == ["Hello?"]


@pytest.mark.proves("A1", "C8")
@pytest.mark.parametrize("name", POSTS)
def test_form_post_becomes_a_lead_with_owner_and_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    post, shipped = POSTS[name], policies.shipped()
    form = Form(id="contact", builder=post.builder, fields=post.fields)
    policy = by_channel(replace(shipped, forms={form.id: form}), Condition(form=(form.id,)))
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE)
    bootstrap.forget()
    headers = {"content-type": post.content_type}
    answer = intake(request("POST /forms/{form}", body=post.body, headers=headers, form=form.id), CONTEXT)
    assert answer["statusCode"] in (200, 202, 303)
    lead = carried_on(stage)
    assert lead.received_at == MONDAY_NINE
    is_enforced(lead, "web_form")


def by_program(source: str) -> None:
    assert intake(post_lead(PERSON | {"source": source}), CONTEXT)["statusCode"] == 202


def by_mail(_: str) -> None:
    assert collect(drop("ses/1", mail("Please call me.")), CONTEXT) == {"batchItemFailures": []}


def by_hand(source: str) -> None:
    queue = bootstrap.ports().links.queue("ben", MONDAY_NINE).rpartition("/")[2]
    typed = urlencode({"submission": "S1", "name": "Ada Obi", "phone": "030 901821", "channel": source}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert desk(request("POST /desk/{token}", body=typed, headers=headers, token=queue), CONTEXT)["statusCode"] == 200


def by_file(source: str) -> None:
    rows = [{"row": 2, "key": "1", "body": PERSON}]
    [row] = intake({"import": {"source": source, "rows": rows}}, CONTEXT)["results"]
    assert row["result"] == "created"


@pytest.mark.proves("C8")
@pytest.mark.parametrize(
    ("arrive", "source"), [(by_program, "api"), (by_mail, "email"), (by_hand, "walk_in"), (by_file, "old_crm")]
)
def test_the_channel_alone_decides_the_pool(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, arrive: Callable[[str], None], source: str
) -> None:
    monkeypatch.setattr(bootstrap, "policy", lambda: by_channel(policies.shipped(), Condition(source=(source,))))
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE)
    bootstrap.forget()
    arrive(source)
    is_enforced(carried_on(stage), source)


@pytest.mark.proves("C8")
@pytest.mark.parametrize(
    "other", [Condition(source=("another",)), Condition(form=("contact",))], ids=["source", "form"]
)
def test_a_lead_of_another_channel_never_meets_the_rule(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, other: Condition
) -> None:
    monkeypatch.setattr(bootstrap, "policy", lambda: by_channel(policies.shipped(), other))
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE)
    bootstrap.forget()
    by_program("api")
    assert carried_on(stage).pool_id == "inbound"

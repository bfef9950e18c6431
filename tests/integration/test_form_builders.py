"""Posts of site builders, through intake over moto."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from functions.intake.handler import handle
from leadtight import bootstrap
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.policy.forms import ConsentWording, Form
from leadtight.policy import loader as policies
from tests.integration.conftest import REGION, Stage
from tests.integration.form_posts import GRAVITY_FORMS, JOTFORM, JSON, POSTS, TALLY, URLENCODED, WUFOO, SampleFormPost
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Deploy = Callable[[Form], None]


@pytest.fixture
def deploy(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Return a function that deploys a form, `site`."""

    def deployed(form: Form) -> None:
        policy = replace(policies.shipped(), forms={"site": form})
        monkeypatch.setattr(bootstrap, "policy", lambda: policy)
        monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW)
        bootstrap.forget()

    return deployed


def form_of(post: SampleFormPost, **more: Any) -> Form:
    return Form(id="site", builder=post.builder, fields=post.fields, **more)


def send(post: SampleFormPost, **headers: str) -> dict[str, Any]:
    all_headers = {"content-type": post.content_type, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return handle(request("POST /forms/{form}", body=post.body, headers=all_headers, form="site"), CONTEXT)


def inquiry(stage: Stage) -> dict[str, Any]:
    [lead] = stage.items("LEAD")
    inquiry_: dict[str, Any] = json.loads(lead["doc"]["S"])["inquiry"]
    return inquiry_


@pytest.mark.proves("A1")
@pytest.mark.slow
@pytest.mark.parametrize("name", POSTS)
def test_a_builders_post_is_a_lead_with_its_answers_under_our_names(name: str, stage: Stage, deploy: Deploy) -> None:
    post = POSTS[name]
    deploy(form_of(post))
    with stage.counted() as calls:
        answer = send(post)
    assert answer["statusCode"] == (303 if name == "html" else 202)
    assert [call for call in calls if call.startswith("dynamodb")] == ["dynamodb:TransactWriteItems"]
    stored = inquiry(stage)
    assert {key: stored[key] for key in post.expected} == post.expected
    assert post.kept.items() <= stored["fields"].items()
    assert stored["flags"] == []
    secrets = ("handshake", "198.51.100.7", "_wpcf7", "slug")
    assert [word for word in secrets if word in json.dumps(stored)] == []


@pytest.mark.proves("A11")
@pytest.mark.slow
@pytest.mark.parametrize("name", POSTS)
def test_a_repeated_post_is_the_same_lead(name: str, stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(POSTS[name]))
    for _ in range(3):
        assert send(POSTS[name])["statusCode"] in (202, 303)
    assert len(stage.items("LEAD")) == 1
    assert len(stage.items("EVENT#")) == 1


def test_a_builders_id_is_a_key_only_with_its_content_so_that_it_cannot_be_taken(stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(GRAVITY_FORMS))
    forged = json.dumps({"id": "41", "form_id": "3", "2": "mallory@example.com"}).encode()
    assert send(replace(GRAVITY_FORMS, body=forged))["statusCode"] == 202
    assert json.loads(send(GRAVITY_FORMS)["body"])["status"] == "created"


def test_two_answers_of_the_same_meaning_are_both_kept(stage: Stage, deploy: Deploy) -> None:
    deploy(Form(id="site", fields={"your-name": "name"}))
    body = b"your-name=Ada+Obi&name=Ada&Name=A.+Obi&tel=030901820&phone=030901821&Company="
    send(SampleFormPost(POSTS["html"].builder, body, URLENCODED))
    stored = inquiry(stage)
    assert (stored["name"], stored["phone"]) == ("Ada Obi", "+4930901820")
    assert {"030901821", "A. Obi", "Ada"} <= set(stored["fields"].values())


@pytest.mark.proves("A11")
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in POSTS if name != "html"])
def test_a_builders_server_post_without_a_contact_is_held(name: str, stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(POSTS[name]))
    bodies = (b"", b"a=b", b'{"data": [], "payload": 7}', b"\xff\xfe=\x00")
    for body in bodies:
        kind = JSON if body.startswith(b"{") else URLENCODED
        answer = send(replace(POSTS[name], body=body, content_type=kind))
        assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"status": "held"})
    deliveries = bootstrap.app().quarantine.waiting(9)
    assert {(delivery.channel, delivery.reason) for delivery in deliveries} == {("form:site", Reason.UNMAPPED)}
    assert (len(deliveries), stage.items("LEAD")) == (len(bodies), [])


def test_a_held_post_is_read_again_with_its_mapping_of_release_time(stage: Stage, deploy: Deploy) -> None:
    deploy(replace(form_of(GRAVITY_FORMS), fields={}))
    assert json.loads(send(GRAVITY_FORMS)["body"]) == {"status": "held"}
    deploy(form_of(GRAVITY_FORMS))
    assert bootstrap.app().quarantine.replay("form:site", "mia", NOW).released == 1
    assert inquiry(stage)["email"] == "ada@example.com"
    assert bootstrap.app().quarantine.waiting(9) == ()


def test_a_browser_post_of_a_builder_redirects_to_the_thank_you_page(deploy: Deploy) -> None:
    deploy(form_of(POSTS["elementor_page"], thank_you_url="https://www.example.com/thanks"))
    answer = send(POSTS["elementor_page"], accept="text/html,application/xhtml+xml")
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "https://www.example.com/thanks")


def with_secret(**of_form: Any) -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.put_secret_value(SecretId="webhook-secret", SecretString=json.dumps({"form:site": of_form}))
    bootstrap.webhook_keys.cache_clear()


def test_wufoo_must_send_its_configured_handshake_key_which_is_never_stored(stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(WUFOO))
    with_secret(signing=["another key"])
    assert send(WUFOO)["statusCode"] == 401
    assert stage.items("") == []
    with_secret(signing=["another key", "a handshake"])
    assert send(WUFOO)["statusCode"] == 202
    deploy(form_of(replace(WUFOO, fields={})))
    send(
        replace(WUFOO, body=WUFOO.body.replace(b"ada%40example.com", b"").replace(b"=Ada", b"=").replace(b"=Obi", b"="))
    )
    assert "a handshake" not in json.dumps(stage.items(""))


def test_tally_must_sign_once_a_secret_exists(stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(TALLY))
    with_secret(signing="t-secret")
    mac = base64.b64encode(hmac.new(b"t-secret", TALLY.body, hashlib.sha256).digest()).decode()
    assert send(TALLY)["statusCode"] == 401
    assert send(TALLY, tally_signature="bm90IG91cnM=")["statusCode"] == 401
    assert stage.items("") == []
    assert send(TALLY, tally_signature=mac)["statusCode"] == 202


def test_an_event_without_a_lead_is_accepted_and_stores_nothing(stage: Stage, deploy: Deploy) -> None:
    deploy(form_of(TALLY))
    other = replace(TALLY, body=b'{"eventType": "FORM_VIEWED", "data": {}}')
    assert json.loads(send(other)["body"]) == {"status": "ignored"}
    assert stage.items("") == []


@pytest.mark.parametrize("post", [GRAVITY_FORMS, JOTFORM], ids=["gravity_forms", "jotform"])
def test_a_builders_own_consent_field_counts_with_the_builders_visitor_data(
    post: SampleFormPost, stage: Stage, deploy: Deploy
) -> None:
    deploy(form_of(post, consent=ConsentWording(sms="You may text me.", url="https://www.example.com/contact")))
    send(post)
    assert inquiry(stage)["consent"]["sms"] is True
    [record] = (json.loads(item["doc"]["S"]) for item in stage.items("CONSENT#"))
    assert (record["ticked"], record["text"], record["ip"]) == (True, "You may text me.", "198.51.100.7")
    assert record["url"].startswith("https://www.example.com/contact")

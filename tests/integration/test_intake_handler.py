"""Intake over DynamoDB in moto, with API Gateway's events."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.intake.handler import handle
from tests.integration.conftest import Stage
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "please call me"}
FORM = "application/x-www-form-urlencoded"


def post_form(body: str | bytes, content_type: str = FORM, form: str = "contact", **headers: str) -> dict[str, Any]:
    return handle(
        request("POST /forms/{form}", body=body, headers={"content-type": content_type, **headers}, form=form), CONTEXT
    )


def faults(response: dict[str, Any]) -> list[str]:
    assert response["headers"]["content-type"] == "application/problem+json"
    return [error["field"] for error in json.loads(response["body"])["errors"]]


@pytest.mark.proves("A1")
def test_a_new_lead_is_accepted_after_one_call(stage: Stage) -> None:
    handle(request("GET /health"), CONTEXT)
    with stage.counted() as calls:
        response = handle(post_lead(ADA, idempotency_key="k-1"), CONTEXT)
    assert response["statusCode"] == 202
    assert json.loads(response["body"])["status"] == "created"
    assert calls == ["dynamodb:TransactWriteItems"]
    assert len(stage.items("LEAD")) == 1
    assert [item["status"]["S"] for item in stage.items("MSG#")] == ["pending"]


@pytest.mark.proves("A1")
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "Ada Obi"}, ["email"]),
        ({"name": "Ada Obi", "email": "ada-at-example"}, ["email", "email"]),
        ({"name": "Ada Obi", "phone": "call me maybe", "email": "ada@example.com"}, ["phone"]),
    ],
)
def test_a_sender_learns_what_was_unreadable_and_when_no_answer_is_possible(
    stage: Stage, body: dict[str, str], fields: list[str]
) -> None:
    answer = json.loads(handle(post_lead(body), CONTEXT)["body"])
    assert answer["status"] == "created"
    assert [warning["field"] for warning in answer["warnings"]] == fields
    assert len(stage.items("LEAD")) == 1


def test_an_unanswerable_visitor_is_told_on_the_thank_you_page() -> None:
    response = post_form(urlencode({"your-name": "Ada Obi", "your-email": "ada-at-example"}))
    assert response["headers"]["location"] == "contact/thanks?check=address"
    page = handle(
        {**request("GET /forms/{form}/thanks", form="contact"), "queryStringParameters": {"check": "address"}}, CONTEXT
    )
    assert "we cannot answer it" in page["body"]
    assert "will get in touch" not in page["body"]


def test_the_same_key_again_is_the_same_lead(stage: Stage) -> None:
    first, second = (json.loads(handle(post_lead(ADA, idempotency_key="k-1"), CONTEXT)["body"]) for _ in range(2))
    assert second == {"lead_id": first["lead_id"], "status": "duplicate"}
    assert len(stage.items("LEAD")) == 1


def test_an_external_id_is_a_key_too(stage: Stage) -> None:
    for _ in range(2):
        handle(post_lead({**ADA, "external_id": "crm-17"}), CONTEXT)
    assert len(stage.items("LEAD")) == 1


@pytest.mark.proves("A11")
def test_a_key_with_other_content_is_refused_by_name() -> None:
    handle(post_lead(ADA, idempotency_key="k-1"), CONTEXT)
    response = handle(post_lead({**ADA, "name": "Somebody Else"}, idempotency_key="k-1"), CONTEXT)
    assert (response["statusCode"], faults(response)) == (422, ["Idempotency-Key"])


def test_a_lead_without_name_and_contact_names_every_missing_field() -> None:
    response = handle(post_lead({"message": "hello?"}), CONTEXT)
    assert (response["statusCode"], faults(response)) == (422, ["name", "email", "phone"])


@pytest.mark.parametrize("body", ["not json", "[1, 2]", '"text"', "\ud800", "[" * 100_000, ""])
def test_a_body_that_is_not_a_json_object_is_a_problem_and_stores_nothing(stage: Stage, body: str) -> None:
    response = handle(request("POST /leads", body=body, headers={"content-type": "application/json"}), CONTEXT)
    assert response["statusCode"] in (400, 413)
    assert stage.items("") == []


@pytest.mark.parametrize("size", [64 * 1024 + 1, 10 * 1024 * 1024])
def test_a_body_over_64_kb_is_too_large(stage: Stage, size: int) -> None:
    assert handle(request("POST /leads", body="x" * size), CONTEXT)["statusCode"] == 413
    assert post_form(b"a=" + b"x" * size)["statusCode"] == 413
    assert stage.items("") == []


def test_wrong_types_are_kept_and_flagged(stage: Stage) -> None:
    odd = {
        "name": ["Ada"],
        "email": "ada@example.com",
        "value": "lots",
        "fields": {"n": {"deep": [1]}},
        "consent": "yes",
    }
    assert handle(post_lead(odd), CONTEXT)["statusCode"] == 202
    [item] = stage.items("LEAD")
    inquiry = json.loads(item["doc"]["S"])["inquiry"]
    assert inquiry["flags"] == ["consent_odd", "name_odd", "value_odd"]
    assert inquiry["fields"] == {"n": '{"deep": [1]}', "name": '["Ada"]', "value": "lots", "consent": "yes"}


@pytest.mark.proves("A1")
def test_a_plain_form_post_redirects_to_the_thank_you_page(stage: Stage) -> None:
    fields = {"your-name": "Ada Obi", "your-email": "ada@example.com", "tel": "+49 30 901820", "colour": "blue"}
    response = post_form(urlencode(fields))
    assert (response["statusCode"], response["headers"]["location"]) == (303, "contact/thanks")
    inquiry = json.loads(stage.items("LEAD")[0]["doc"]["S"])["inquiry"]
    assert (inquiry["name"], inquiry["phone"], inquiry["fields"]) == ("Ada Obi", "+4930901820", {"colour": "blue"})


def test_a_multipart_form_is_read_and_its_file_is_only_named(stage: Stage) -> None:
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="your-name"\r\n\r\nZo\xc3\xab \xf0\x9f\x8c\x8a\r\n',
        b'--b\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n%PDF\r\n--b--\r\n',
    ]
    assert post_form(b"".join(parts), "multipart/form-data; boundary=b")["statusCode"] == 303
    inquiry = json.loads(stage.items("LEAD")[0]["doc"]["S"])["inquiry"]
    assert (inquiry["name"], inquiry["fields"]) == ("Zoë 🌊", {"cv": "file cv.pdf (4 bytes, not kept)"})


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=other"])
def test_broken_multipart_is_a_problem(boundary: str) -> None:
    assert post_form(b"--b\r\nnonsense", f"multipart/form-data{boundary}")["statusCode"] in (400, 422)


def test_a_form_may_ask_for_json() -> None:
    response = post_form(json.dumps({"name": "Ada"}), "application/json", accept="application/json")
    assert (response["statusCode"], json.loads(response["body"])["status"]) == (202, "created")


def test_an_empty_form_gets_a_page_with_the_missing_fields(stage: Stage) -> None:
    response = post_form("your-message=hello")
    assert response["statusCode"] == 422
    assert "text/html" in response["headers"]["content-type"]
    assert "email" in response["body"]
    assert stage.items("LEAD") == []


def test_further_consent_is_a_field_where_the_policy_has_no_wording_for_its_boxes(stage: Stage) -> None:
    ticked = [
        ("your-name", "Ada"),
        ("consent_marketing", "email"),
        ("consent_marketing", "sms"),
        ("consent_text", "Yes"),
    ]
    post_form(urlencode(ticked), referer="https://www.example.com/contact")
    inquiry = json.loads(stage.items("LEAD")[0]["doc"]["S"])["inquiry"]
    assert inquiry["consent"]["marketing"] == []
    assert {"consent_marketing_email", "consent_marketing_sms"} <= inquiry["fields"].keys()


def test_consent_is_stored_with_its_wording_and_page(stage: Stage) -> None:
    fields = {"your-name": "Ada", "tel": "+49 30 901820", "consent_sms": "on", "consent_text": "You may text me"}
    post_form(urlencode(fields), referer="https://www.example.com/contact")
    consent = json.loads(stage.items("LEAD")[0]["doc"]["S"])["inquiry"]["consent"]
    words = {"text": "You may text me", "url": "https://www.example.com/contact"}
    assert consent == {"sms": True, "marketing": [], **words}
    assert [item["sk"]["S"] for item in stage.items("MSG#")] == ["MSG#acknowledge-1-0"]


def test_the_wording_of_an_unticked_box_is_not_stored(stage: Stage) -> None:
    post_form(urlencode({"your-name": "Ada", "consent_text": "You may text me"}))
    inquiry = json.loads(stage.items("LEAD")[0]["doc"]["S"])["inquiry"]
    assert (inquiry["consent"]["sms"], inquiry["fields"]) == (False, {})


def test_an_unknown_form_is_not_found() -> None:
    response = post_form("your-name=Ada", form="nope")
    assert (response["statusCode"], faults(response)) == (404, ["form"])


def test_health_shows_the_versions() -> None:
    monitored = handle(request("HEAD /health"), CONTEXT)
    assert (monitored["statusCode"], monitored["body"]) == (200, "")
    answer = json.loads(handle(request("GET /health"), CONTEXT)["body"])
    assert answer["status"] == "ok"
    assert answer["policy"].startswith("2026-")


def test_a_claim_without_a_key_is_told_that_it_needs_one(stage: Stage) -> None:
    body = {"name": "Rui", "email": "rui@example.com", "owner": "ana", "received_at": "2026-11-23T08:00:00Z"}
    warnings = json.loads(handle(post_lead(body), CONTEXT)["body"])["warnings"]
    assert [warning["field"] for warning in warnings] == ["owner", "received_at"]
    assert all("only with an API key" in warning["detail"] for warning in warnings)

"""The API for programs, over moto.

Authentication, reading and reporting with a key.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.desk.handler import handle
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.app.intake.inquiry_parser import KNOWN_FIELDS
from leadtight.app.intake.lead_document import READ_ONLY
from leadtight.domain.calendar.timestamps import format_timestamp
from tests.integration.conftest import Stage
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

Answer = dict[str, Any]


def with_key(keys: dict[str, str]) -> dict[str, str]:
    """Return the header of a program that may write."""
    return {"authorization": f"Bearer {keys['write']}"}


@pytest.fixture
def lead_id(stage: Stage, keys: dict[str, str]) -> str:
    ada = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent", "value": "1200.50"}
    id_: str = json.loads(intake(post_lead(ada, **with_key(keys)), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    return id_


def get(lead_id: str, key: str | None, kind: str = "Bearer") -> Answer:
    headers = {} if key is None else {"authorization": f"{kind} {key}"}
    return handle(request("GET /leads/{lead_id}", headers=headers, lead_id=lead_id), CONTEXT)


def post(lead_id: str, key: str, body: Any, repeat: str = "") -> Answer:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "idempotency-key": repeat}
    text = body if isinstance(body, str) else json.dumps(body)
    return handle(request("POST /leads/{lead_id}/outcomes", body=text, headers=headers, lead_id=lead_id), CONTEXT)


def parsed(answer: Answer) -> tuple[int, list[str]]:
    return answer["statusCode"], [error["field"] for error in json.loads(answer["body"]).get("errors", ())]


def test_a_lead_is_read_whole_with_its_timeline(lead_id: str, keys: dict[str, str]) -> None:
    answer = get(lead_id, keys["read"])
    lead = json.loads(answer["body"])
    assert (answer["statusCode"], lead["schema"]) == (200, "leadtight.lead/1")
    body = (
        lead["lead_id"],
        lead["name"],
        lead["email"],
        lead["stage"],
        lead["owner"]["name"],
        lead["estimated_value"],
    )
    assert body == (lead_id, "Ada Obi", "ada@example.com", "new", "Ana Costa", "1200.50")
    assert lead["deadline"] == lead["next_follow_up_at"] == "2026-11-23T08:05:00.000000Z"
    assert [entry["kind"] for entry in lead["timeline"]] == ["lead_received", "lead_assigned"]
    assert lead["timeline"][1]["text"] == "Assigned to Ana Costa"


def test_a_read_lead_can_be_posted_back_unchanged(lead_id: str, keys: dict[str, str], stage: Stage) -> None:
    rich = {
        "name": "Bo Berg",
        "email": "bo@example.com",
        "phone": "+49 30 901820",
        "extension": "11",
        "company": "Berg Ltd",
        "message": "urgent",
        "country": "DE",
        "estimated_value": "1200.50",
        "fields": {"roof": "flat"},
    }
    first = json.loads(intake(post_lead(rich, **with_key(keys)), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    read = json.loads(get(first, keys["read"])["body"])
    assert read["estimated_value"] == "1200.50"
    changed = {"email": "again@example.com", "phone": "+49 30 901821"}  # else it would join the first
    second = json.loads(intake(post_lead(read | changed, **with_key(keys)), CONTEXT)["body"])
    assert second == {"lead_id": second["lead_id"], "status": "created"}
    again = json.loads(get(second["lead_id"], keys["read"])["body"])
    assert (read["phone"], read["extension"]) == ("+4930901820", "11")
    inputs = ("name", "extension", "company", "message", "country", "estimated_value", "flags", "consent")
    assert {name: again[name] for name in inputs} == {name: read[name] for name in inputs}
    assert again["fields"]["roof"] == "flat"


def test_an_unreadable_address_is_read_again_when_a_lead_is_posted(keys: dict[str, str]) -> None:
    bodies: list[dict[str, Any]] = [{"name": "Bo", "email": "bo at example"}]
    leads = []
    for _ in range(2):
        answer = json.loads(intake(post_lead(bodies[-1], idempotency_key=f"k-{len(bodies)}"), CONTEXT)["body"])
        leads.append(answer["lead_id"])
        bodies.append(json.loads(get(leads[-1], keys["read"])["body"]))
    assert leads[0] == leads[1], "its text is its key"
    assert bodies[-1]["fields"]["email"] == "bo at example"


def test_every_field_of_a_read_lead_is_an_input_or_known_to_be_output_only(lead_id: str, keys: dict[str, str]) -> None:
    read = json.loads(get(lead_id, keys["read"])["body"])
    assert read.keys() - READ_ONLY - {"estimated_value", "extension", "handle"} <= KNOWN_FIELDS


def test_the_former_name_of_the_value_field_is_read_too(keys: dict[str, str]) -> None:
    for number, body in enumerate(({"value": "7"}, {"estimated_value": "7"}, {"value": "9", "estimated_value": "7"})):
        posted = post_lead({"name": "Bo", "email": f"bo{number}@example.com", **body}, **with_key(keys))
        lead = json.loads(get(json.loads(intake(posted, CONTEXT)["body"])["lead_id"], keys["read"])["body"])
        assert lead["estimated_value"] == "7"
        assert lead["fields"] == ({"value (also)": "9"} if len(body) > 1 else {})


def test_a_lead_has_every_documented_field_of_the_minimum_set(lead_id: str, keys: dict[str, str]) -> None:
    from pathlib import Path

    lead = json.loads(get(lead_id, keys["read"])["body"])
    a10 = ("name", "company", "source", "received_at", "owner", "stage", "last_contact_at", "next_follow_up_at")
    assert set(a10) | {"next_action", "estimated_value", "status_notes"} <= set(lead)
    page = Path("docs/guides/api.md").read_text(encoding="utf-8")
    assert not [name for name in lead if f"`{name}`" not in page]


@pytest.mark.parametrize("key", [None, "", "nonsense", "leadtight_", "\ud800"])
@pytest.mark.parametrize("route", ["GET /leads/{lead_id}", "POST /leads/{lead_id}/outcomes"])
def test_without_a_key_the_existence_of_a_lead_is_not_revealed(
    stage: Stage, lead_id: str, route: str, key: str | None
) -> None:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    with stage.counted() as calls:
        answers = [
            handle(request(route, body="{}", headers=headers, lead_id=some), CONTEXT) for some in (lead_id, "L0", "")
        ]
    assert {answer["statusCode"] for answer in answers} == {401}
    assert {answer["headers"]["www-authenticate"] for answer in answers} == {"Bearer"}
    assert {answer["headers"]["content-type"] for answer in answers} == {"application/problem+json"}
    assert len({answer["body"] for answer in answers}) == 1
    assert [call for call in calls if call.startswith("dynamodb")] == []


def test_a_key_of_another_scope_is_refused_before_any_lookup(stage: Stage, lead_id: str, keys: dict[str, str]) -> None:
    with stage.counted() as calls:
        answers = [get(some, keys["write"]) for some in (lead_id, "L0")]
        answers += [post(some, keys["read"], {}) for some in (lead_id, "L0")]
    assert {answer["statusCode"] for answer in answers} == {403}
    assert [call for call in calls if call.startswith("dynamodb")] == []
    assert get(lead_id, keys["read"], kind="Basic")["statusCode"] == 401


def test_a_missing_lead_is_not_found(keys: dict[str, str]) -> None:
    assert parsed(get("L0", keys["read"])) == (404, ["lead_id"])
    assert parsed(post("L0", keys["write"], {"outcome": "connected", "by": "ana", "version": 1})) == (404, ["lead_id"])


def test_reading_takes_two_calls_and_reporting_four(stage: Stage, lead_id: str, keys: dict[str, str]) -> None:
    get(lead_id, keys["read"])  # the first one also reads the keys
    with stage.counted() as calls:
        get(lead_id, keys["read"])
    assert calls == ["dynamodb:GetItem", "dynamodb:Query"]
    with stage.counted() as calls:
        post(lead_id, keys["write"], {"outcome": "connected", "by": "ana"}, repeat="k-1")
    assert calls[:2] == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    assert len(calls) <= 4


def test_an_outcome_is_recorded_once_under_its_key(lead_id: str, keys: dict[str, str]) -> None:
    outcome = {"outcome": "interested", "by": "ana", "note": "Wants a roof"}
    first, again = (post(lead_id, keys["write"], outcome, repeat="evt-1") for _ in range(2))
    answers = [json.loads(answer["body"]) for answer in (first, again)]
    assert [a["status"] for a in answers] == ["recorded", "duplicate"]
    assert answers[0]["lead"] == answers[1]["lead"]
    assert (answers[0]["schema"], answers[0]["lead"]["stage"]) == ("leadtight.outcome/1", "qualified")
    lead = bootstrap.ports().store.load(lead_id)
    assert lead is not None
    assert (lead.attempts, lead.first_contact_by, lead.status_notes) == (1, "ana", "Wants a roof")
    assert parsed(post(lead_id, keys["write"], {**outcome, "note": "other"}, repeat="evt-1")) == (
        422,
        ["Idempotency-Key"],
    )


def test_every_field_of_the_page_is_accepted(lead_id: str, keys: dict[str, str]) -> None:
    agreed = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    outcome = {
        "outcome": "proposal_sent",
        "by": "ana",
        "follow_up": format_timestamp(agreed),
        "happened_at": "2026-11-23T09:00",
    }
    lead = json.loads(post(lead_id, keys["write"], outcome, repeat="k")["body"])["lead"]
    assert lead["next_action"]["due_at"] == format_timestamp(agreed)
    lost = {"outcome": "lost", "by": "mia", "reason": "price", "version": lead["version"]}
    assert json.loads(post(lead_id, keys["write"], lost)["body"])["lead"]["lost_reason"] == "price"


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        ({"by": "ana"}, "outcome"),
        ({"outcome": "connected"}, "by"),
        ({"outcome": "connected", "by": "nobody"}, "by"),
        ({"outcome": "nonsense", "by": "ana"}, "outcome"),
        ({"outcome": "lost", "by": "ana"}, "reason"),
        ({"outcome": "connected", "by": "ana", "follow_up": "soon"}, "follow_up"),
        ({"outcome": "connected", "by": "ana", "happened_at": "2027-01-01T00:00"}, "happened_at"),
        ({"outcome": "connected", "by": "ana", "note": "n" * 2_001}, "note"),
        ({"outcome": "connected", "by": ["ana"]}, "by"),
        ({"outcome": "connected", "by": "ana", "version": "1"}, "version"),
        ({"outcome": "connected", "by": "ana", "version": 0}, "version"),
        ({"outcome": "connected", "by": "ana", "version": True}, "version"),
    ],
)
def test_invalid_input_is_named_and_nothing_is_recorded(
    stage: Stage, lead_id: str, keys: dict[str, str], outcome: dict[str, Any], field: str
) -> None:
    items = stage.items("")
    answer = post(lead_id, keys["write"], outcome, repeat="k")
    assert parsed(answer) == (422, [field])
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert stage.items("") == items


def test_a_report_without_version_and_key_is_refused(lead_id: str, keys: dict[str, str]) -> None:
    assert parsed(post(lead_id, keys["write"], {"outcome": "connected", "by": "ana"})) == (422, ["version"])


def test_a_stale_lead_is_409_and_a_closed_lead_is_410(lead_id: str, keys: dict[str, str]) -> None:
    version = json.loads(get(lead_id, keys["read"])["body"])["version"]
    won = {"outcome": "won", "by": "ana", "version": version}
    assert post(lead_id, keys["write"], won)["statusCode"] == 200
    assert json.loads(post(lead_id, keys["write"], won)["body"])["status"] == "duplicate"
    assert parsed(post(lead_id, keys["write"], {**won, "outcome": "connected"})) == (409, ["version"])
    assert parsed(post(lead_id, keys["write"], {"outcome": "connected", "by": "ana"}, repeat="k")) == (410, ["lead_id"])


@pytest.mark.parametrize(("body", "status"), [("nonsense", 400), ("[]", 400), ("x" * 70_000, 413)])
def test_an_unreadable_body_is_a_problem(lead_id: str, keys: dict[str, str], body: str, status: int) -> None:
    answer = post(lead_id, keys["write"], body)
    assert answer["statusCode"] == status
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_a_lead_with_a_key_goes_to_the_named_owner_and_without_one_by_the_rules(
    stage: Stage, keys: dict[str, str]
) -> None:
    referral = {
        "name": "Bo Lee",
        "phone": "030 901821",
        "source": "referral",
        "owner": "cem",
        "fields": {"permalink": "x"},
    }
    trusted = intake(post_lead(referral, authorization=f"Bearer {keys['write']}"), CONTEXT)
    hinted = intake(post_lead(referral | {"phone": "030 901822"}), CONTEXT)
    assert [answer["statusCode"] for answer in (trusted, hinted)] == [202, 202]
    route(stage.inserted("LEAD"), CONTEXT)
    leads = [bootstrap.ports().store.load(json.loads(answer["body"])["lead_id"]) for answer in (trusted, hinted)]
    assert [lead.owner_id for lead in leads if lead] == ["cem", "ana"]


@pytest.mark.parametrize(("key", "status"), [("read", 403), ("none", 401)])
def test_a_lead_with_an_insufficient_key_is_refused(stage: Stage, keys: dict[str, str], key: str, status: int) -> None:
    answer = intake(post_lead({"name": "Bo"}, authorization=f"Bearer {keys.get(key, 'nonsense')}"), CONTEXT)
    assert answer["statusCode"] == status
    assert stage.items("LEAD") == []

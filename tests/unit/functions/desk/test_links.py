"""Which links open what, for which person, until when."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.desk import handler
from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.dnc_lists import MemoryDncLists
from leadtight.app.outcomes import desk as use_case
from leadtight.domain.access.signed_links import Claims, LinkPurpose, sign
from leadtight.domain.policy.targets import EscalationLevel
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.adapters.presentation.leads import MONDAY_NINE, POLICY
from tests.unit.functions.desk.conftest import KEYS, LINKS, Desk


def test_an_expired_link_says_what_to_do(desk: Desk) -> None:
    desk.now += timedelta(days=15)
    assert desk.get()["statusCode"] == 410
    answer = desk.post(outcome="connected", submission=desk.lead.version, note="She said yes")
    assert answer["statusCode"] == 410
    assert "She said yes" in answer["body"]
    assert desk.outcomes() == []


def test_a_former_owner_learns_the_new_owner_and_sees_no_more(desk: Desk) -> None:
    claims = Claims(
        purpose=LinkPurpose.OUTCOME,
        subject="L1",
        person="ben",
        generation=0,
        expires_at=desk.now + timedelta(days=1),
    )
    token = sign(claims, KEYS)
    answer = desk.get(token)
    assert answer["statusCode"] == 410
    assert "now with Ana Costa" in answer["body"]
    assert "ada@example.com" not in answer["body"]


def test_the_manager_may_record_for_the_owner(desk: Desk) -> None:
    token = desk.link("mia")
    assert '<dt>Owner</dt><dd dir="auto">Ana Costa</dd>' in desk.get(token)["body"]
    assert desk.post(token, outcome="connected", submission=desk.lead.version)["statusCode"] == 303
    assert desk.lead.first_contact_by == "mia"


def _tampered(token: str) -> str:
    return token[:-2] + ("AA" if token[-2:] != "AA" else "BB")


def _unsigned(token: str) -> str:
    return token.rpartition(".")[0] + "."


def _other_key(token: str) -> str:
    return token.replace(".k1.", ".k9.")


def _for_a_report(token: str) -> str:
    return LINKS.report("weekly/x", "ana", MONDAY_NINE).rpartition("/")[2]


@pytest.mark.parametrize("forge", [_tampered, _unsigned, _other_key, _for_a_report, lambda _: "x", lambda _: "a.b.c.d"])
def test_a_forged_link_opens_nothing(desk: Desk, forge: Callable[[str], str]) -> None:
    token = forge(desk.token)
    for answer in (desk.get(token), desk.post(token, outcome="connected", submission=desk.lead.version)):
        assert answer["statusCode"] == 403
        assert "Ada" not in answer["body"]
    assert desk.outcomes() == []


def test_a_missing_lead_is_not_found(desk: Desk) -> None:
    claims = Claims(purpose=LinkPurpose.OUTCOME, subject="GONE", person="ana", expires_at=desk.now + timedelta(days=1))
    assert desk.get(sign(claims, KEYS))["statusCode"] == 404


def test_a_report_link_redirects_to_an_address_valid_for_five_minutes(desk: Desk) -> None:
    desk.files.put("weekly/2026-W47/index.html", b"<p>", "text/html")
    token = LINKS.report("weekly/2026-W47/index.html", "mia", desk.now).rpartition("/")[2]
    answer = handler.handle(request("GET /reports/{token}", token=token), CONTEXT)
    assert answer["statusCode"] == 302
    assert answer["headers"]["location"] == "memory://weekly/2026-W47/index.html?expires=300"
    assert answer["headers"]["cache-control"] == "no-store"


def test_a_report_link_opens_for_five_weeks_each_time_by_a_new_address(desk: Desk) -> None:
    desk.files.put("weekly/2026-W47/index.html", b"<p>", "text/html")
    token = LINKS.report("weekly/2026-W47/index.html", "mia", desk.now).rpartition("/")[2]
    mailed = desk.now
    statuses = []
    for after in (timedelta(hours=48), timedelta(days=34), timedelta(days=35)):
        desk.now = mailed + after
        statuses.append(handler.handle(request("GET /reports/{token}", token=token), CONTEXT)["statusCode"])
    assert statuses == [302, 302, 410]


def test_an_outcome_link_opens_no_report(desk: Desk) -> None:
    assert handler.handle(request("GET /reports/{token}", token=desk.token), CONTEXT)["statusCode"] == 403


def test_the_log_contains_no_link_or_person(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(handler.logger.registered_handler, "stream", written)
    desk.press("connected", note="secret words")
    desk.get(_tampered(desk.token))
    logged = written.getvalue()
    assert logged.count("desk_answered") == 3
    for private in (desk.token, "Ada", "ada@example.com", "secret words"):
        assert private not in logged


def test_a_person_named_for_misses_can_open_their_link(desk: Desk) -> None:
    target = replace(POLICY.targets["hot"], escalate=(EscalationLevel(after=timedelta(), notify="eli"),))
    policy = replace(POLICY, targets={**POLICY.targets, "hot": target})
    assert (
        use_case.Desk(policy, desk.table, MemoryAlarms(), LINKS, local_time_of, MemoryDncLists(), RealHours().windows)
        .look(desk.link("eli"), desk.now)
        .person
        == "eli"
    )
    assert desk.get(desk.link("eli"))["statusCode"] == 410

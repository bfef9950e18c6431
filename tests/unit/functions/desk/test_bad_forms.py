"""Careless, repeated, late and forged form posts."""

import re

import pytest

from functions.desk import handler
from leadtight.domain.change import Change
from leadtight.domain.model.errors import Conflict
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.functions.desk.conftest import FORM, Desk


def test_a_page_opened_before_another_outcome_records_nothing_and_keeps_its_input(desk: Desk) -> None:
    version = desk.lead.version
    desk.press("connected")
    answer = desk.post(outcome="voicemail", submission=version, note="Left <b>word</b>")
    assert answer["statusCode"] == 409
    assert "was recorded in the meantime" in answer["body"]
    assert "Left &lt;b&gt;word&lt;/b&gt;</textarea>" in answer["body"]
    assert f'name="submission" value="{desk.lead.version}"' in answer["body"]
    assert desk.outcomes() == ["outcome_recorded"]


@pytest.mark.parametrize("fields", [{}, {"outcome": ""}, {"outcome": "abducted"}, {"outcome": "<script>"}])
def test_without_a_choice_nothing_is_recorded(desk: Desk, fields: dict[str, str]) -> None:
    answer = desk.post(submission=desk.lead.version, note="kept", **fields)
    assert answer["statusCode"] == 422
    assert '<a href="#outcome">Choose what happened</a>' in answer["body"]
    assert 'id="outcome"' in answer["body"]
    assert "kept</textarea>" in answer["body"]
    assert "<script" not in answer["body"]
    assert desk.outcomes() == []


def test_a_loss_requires_a_reason_and_the_field_says_so(desk: Desk) -> None:
    answer = desk.press("lost", note="kept", reason="  ")
    assert answer["statusCode"] == 422
    assert '<a href="#reason">Say why: lost needs a reason</a>' in answer["body"]
    assert 'aria-invalid="true"' in answer["body"]
    assert re.search(r'value="lost"[^>]* checked', answer["body"])
    assert desk.lead.is_open
    assert desk.press("lost", reason="chose another offer")["statusCode"] == 303
    assert desk.lead.lost_reason == "chose another offer"


def test_an_impossible_time_is_shown_at_its_field(desk: Desk) -> None:
    answer = desk.press("connected", happened_at="2026-11-23T23:00")
    assert answer["statusCode"] == 422
    assert '<a href="#happened_at">This time is in the future</a>' in answer["body"]
    assert 'id="happened_at" name="happened_at" value="2026-11-23T23:00"' in answer["body"]
    assert desk.lead.is_open


@pytest.mark.parametrize(
    ("body", "encoded", "status"),
    [
        ("", False, 400),
        ("outcome=connected", False, 400),
        ("outcome=connected&submission=two", False, 400),
        ("outcome=connected&submission=" + "9" * 5_000, False, 400),
        ("undo=", False, 400),
        ("%%%", True, 400),
        ("&".join(f"f{i}=1" for i in range(2_000)), False, 400),
        ("note=" + "x" * 70_000, False, 413),
        ("outcome=connected&submission=999", False, 409),
    ],
)
def test_a_foreign_form_post_is_answered_in_words(desk: Desk, body: str, encoded: bool, status: int) -> None:
    event = request("POST /o/{token}", body=body, headers=FORM, token=desk.token) | {"isBase64Encoded": encoded}
    answer = handler.handle(event, CONTEXT)
    assert answer["statusCode"] == status
    assert "<h1>" in answer["body"]
    assert desk.outcomes() == []


def test_when_the_lead_keeps_changing_nothing_is_recorded_and_the_note_is_returned(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(change: Change) -> None:
        raise Conflict("somebody was faster")

    monkeypatch.setattr(desk.table, "commit", lost)
    answer = desk.post(outcome="connected", submission=desk.lead.version, note="She said yes")
    assert answer["statusCode"] == 503
    assert "She said yes" in answer["body"]

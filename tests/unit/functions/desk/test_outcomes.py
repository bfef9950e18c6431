"""Presses by people, and fetches by robots."""

import re
from datetime import timedelta
from urllib.parse import urljoin

import pytest

from leadtight.domain.model.stage import Stage
from tests.unit.adapters.presentation.leads import POLICY
from tests.unit.functions.desk.conftest import Desk


def test_the_page_shows_the_lead_and_may_load_nothing(desk: Desk) -> None:
    answer = desk.get()
    assert answer["statusCode"] == 200
    assert "Ada &lt;Obi&gt;" in answer["body"]
    assert 'href="tel:+4930123456"' in answer["body"]
    headers = answer["headers"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]


@pytest.mark.proves("Q3")
def test_fetching_the_page_repeatedly_changes_nothing(desk: Desk) -> None:
    lead_before = desk.lead
    for _ in range(3):
        desk.get()
    assert desk.lead == lead_before


def test_an_outcome_is_recorded_and_the_browser_redirected_to_the_confirmation(desk: Desk) -> None:
    desk.now += timedelta(minutes=4)
    answer = desk.press("connected", note="Wants a quote\nby Friday")
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, desk.token)
    lead = desk.lead
    assert lead.stage is Stage.CONTACTED
    assert lead.first_contact_at == desk.now
    assert lead.first_contact_by == lead.owner_id
    assert lead.status_notes == "Wants a quote\nby Friday"
    page = desk.get()["body"]
    assert "Recorded: We spoke, 09:04." in page
    assert "Next: Follow up with Ada &lt;Obi&gt; by Wed 25 Nov, 09:04." in page
    assert ">Undo</button>" in page


def test_a_typed_time_is_shown_beside_its_recording_time(desk: Desk) -> None:
    desk.now += timedelta(minutes=7)
    desk.press("connected", happened_at="2026-11-23T09:02")
    assert desk.lead.first_contact_at == desk.now
    page = desk.get()["body"]
    assert "Recorded: We spoke, 09:07 (reported for 09:02)." in page
    assert "Ana Costa recorded: We spoke. They say it was Mon 23 Nov, 09:02" in page


def test_the_redirect_returns_here_below_any_base_path(desk: Desk) -> None:
    location = desk.press("connected")["headers"]["location"]
    for base in ("https://x.example/", "http://127.0.0.1:4566/_aws/execute-api/leadtight/$default/"):
        assert urljoin(f"{base}o/{desk.token}", location) == f"{base}o/{desk.token}"


def test_pressing_twice_is_one_outcome(desk: Desk) -> None:
    version = desk.lead.version
    for _ in range(2):
        assert desk.post(outcome="voicemail", submission=version)["statusCode"] == 303
    assert desk.outcomes() == ["outcome_recorded"]
    assert desk.lead.attempts == 1


def test_undo_restores_everything_and_repeating_it_is_harmless(desk: Desk) -> None:
    lead_before = desk.lead
    desk.press("lost", reason="chose another offer")
    assert not desk.lead.is_open
    version = desk.lead.version
    assert desk.press_undo()["statusCode"] == 303
    assert desk.post(undo=version)["statusCode"] == 303
    after = desk.lead
    assert (after.stage, after.clocks, after.next_action) == (
        lead_before.stage,
        lead_before.clocks,
        lead_before.next_action,
    )
    assert desk.outcomes() == ["outcome_recorded", "outcome_undone"]
    assert "Recorded:" not in desk.get()["body"]


def test_typed_input_is_in_the_form_again_after_an_undo(desk: Desk) -> None:
    desk.press("lost", reason="chose another offer", note="They want a call in spring")
    desk.press_undo()
    body = desk.get()["body"]
    assert "Undone." in body
    assert "They want a call in spring" in body
    assert 'value="chose another offer"' in body
    assert re.search(r'value="lost" required[^>]* checked', body)
    desk.press("connected")
    assert "Undone." not in desk.get()["body"]


def test_undo_is_offered_only_while_possible(desk: Desk) -> None:
    desk.press("connected")
    version = desk.lead.version
    desk.now += POLICY.undo_within + timedelta(seconds=1)
    assert ">Undo</button>" not in desk.get()["body"]
    answer = desk.post(undo=version)
    assert answer["statusCode"] == 409
    assert "The time to undo this has passed" in answer["body"]
    assert desk.outcomes() == ["outcome_recorded"]

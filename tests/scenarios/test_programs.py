"""Programs report outcomes under the person's rules, once per report."""

from datetime import timedelta

import pytest

from leadtight.app.outcomes.recording import LeadView, OutcomeForm
from leadtight.app.ports.guards import Guard
from leadtight.domain.model.errors import InvalidInquiry, LeadClosed, NotFound, StaleSubmission
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.stage import Stage
from tests.scenarios.world import MONDAY_NINE, World


def guard(key: str = "k", fingerprint: str = "f") -> Guard:
    until = MONDAY_NINE + timedelta(days=30)
    return Guard(source="outcome:crm", key=key, fingerprint=fingerprint, expires_at=until)


def report(
    world: World,
    lead_id: str,
    outcome: str,
    *,
    by: str = "ana",
    once: Guard | None = None,
    version: int = 0,
    **form: str,
) -> LeadView:
    return world.programs.report(lead_id, by, OutcomeForm(outcome=outcome, submission=version, **form), once, world.now)


def test_a_reported_outcome_equals_a_pressed_one() -> None:
    pressed, reported = World(), World()
    first, second = pressed.receive(), reported.receive()
    for world in (pressed, reported):
        world.advance(minutes=2)
    pressed.press(first, "interested", note="wants a roof")
    view = report(reported, second, "interested", note="wants a roof", version=reported.lead(second).version)
    assert view.recorded
    assert view.lead == reported.lead(second) == pressed.lead(first)
    assert reported.lead(second).first_contact_by == "ana"
    assert fold(reported.table.history(second)) == reported.lead(second)


def test_a_repeated_report_counts_once_whatever_has_happened_since() -> None:
    world = World()
    lead_id = world.receive()
    assert report(world, lead_id, "connected", once=guard()).recorded
    world.press(lead_id, "lost", reason="price")
    again = report(world, lead_id, "connected", once=guard())
    assert (again.recorded, again.lead.stage) == (False, Stage.LOST)
    assert len(world.events(lead_id, EventKind.OUTCOME_RECORDED)) == 2


def test_one_key_for_two_reports_is_refused_by_name() -> None:
    world = World()
    lead_id = world.receive()
    report(world, lead_id, "connected", once=guard())
    with pytest.raises(InvalidInquiry) as refused:
        report(world, lead_id, "voicemail", once=guard(fingerprint="other"))
    assert [p.field for p in refused.value.problems] == ["Idempotency-Key"]
    assert len(world.events(lead_id, EventKind.OUTCOME_RECORDED)) == 1


def test_a_report_on_an_old_version_is_stale_and_on_a_closed_lead_is_gone() -> None:
    world = World()
    lead_id = world.receive()
    read = world.lead(lead_id).version
    world.press(lead_id, "connected")
    with pytest.raises(StaleSubmission):
        report(world, lead_id, "voicemail", version=read)
    world.press(lead_id, "won")
    with pytest.raises(LeadClosed):
        report(world, lead_id, "connected")
    assert world.lead(lead_id).stage is Stage.WON


def test_the_actor_must_be_a_person_of_the_policy() -> None:
    world = World()
    lead_id = world.receive()
    for nobody in ("crm", "sales", ""):
        with pytest.raises(InvalidInquiry) as refused:
            report(world, lead_id, "connected", by=nobody)
        assert [p.field for p in refused.value.problems] == ["by"]
    with pytest.raises(NotFound):
        report(world, "L0", "connected")


@pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59-14:00", "soon", "2026-13-01T00:00"])
def test_an_invalid_time_is_named(when: str) -> None:
    world = World()
    lead_id = world.receive()
    with pytest.raises(InvalidInquiry) as refused:
        report(world, lead_id, "connected", happened_at=when)
    assert [p.field for p in refused.value.problems] == ["happened_at"]

"""Recording outcomes: races, alarms, people, and the shown history."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.commit import TRIES_OF_ONE_LEAD
from leadtight.app.outcomes import recording
from leadtight.app.outcomes.call_report import CallReport
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.change import Change
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound
from leadtight.domain.model.event import EventKind as Kind
from tests.scenarios.world import WARM, World


def loses(world: World, races: int) -> Callable[[Change], None]:
    """Return a commit that is refused so many times first."""
    commit, left = world.table.commit, iter(range(races))

    def refused(change: Change) -> None:
        if next(left, None) is not None:
            raise Conflict("another request was faster")
        commit(change)

    return refused


def test_an_outcome_that_loses_four_races_is_recorded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    lead_id = world.receive()
    monkeypatch.setattr(world.table, "commit", loses(world, TRIES_OF_ONE_LEAD - 1))
    view = world.press(lead_id, "connected")
    assert (view.recorded, view.lead, view.person) == (True, world.lead(lead_id), "ana")
    assert len(world.events(lead_id, Kind.OUTCOME_RECORDED)) == 1


def test_an_outcome_that_loses_every_race_is_refused_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    lead_id = world.receive()
    lead_before = world.lead(lead_id)
    monkeypatch.setattr(world.table, "commit", loses(world, TRIES_OF_ONE_LEAD))
    with pytest.raises(Conflict, match="lost 5 races"):
        world.press(lead_id, "connected")
    assert world.lead(lead_id) == lead_before


def test_the_previous_alarm_is_disarmed_when_the_next_step_is_far() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "interested")
    assert [alarm.wake_token for alarm in world.alarms.armed.values()] == [world.lead(lead_id).wake_token]


@pytest.mark.parametrize(("minutes", "armed"), [(15, 2), (16, 1)])
def test_the_previous_alarm_is_left_to_ring_and_ignored_when_the_next_step_is_near(minutes: int, armed: int) -> None:
    world = World()
    lead_id = world.receive()
    follow_up = (world.now + timedelta(minutes=minutes)).isoformat()
    world.press(lead_id, "callback", follow_up=follow_up)
    assert len(world.alarms.armed) == armed
    version = world.lead(lead_id).version
    world.advance(minutes=6)
    assert world.lead(lead_id).version == version


@pytest.mark.parametrize("name", ["ben", "Ben@leadtight.example", "BEN OKAFOR"])
def test_a_call_is_attributed_by_id_address_or_name(name: str) -> None:
    world = World()
    ben = replace(world.policy.people["ben"], name="Ben Okafor")
    world.govern(replace(world.policy, people={**world.policy.people, "ben": ben}))
    lead_id = world.receive()
    report = CallReport(ref="call-1", at=world.now, outcome="connected", lead_id=lead_id, by=name)
    assert world.proofs.report(report, world.now).lead.first_contact_by == "ben"


def test_a_name_shared_by_two_people_names_neither() -> None:
    world = World()
    people = world.policy.people
    namesakes = {name: replace(people[name], name="Sam Lee") for name in ("ana", "ben")}
    world.govern(replace(world.policy, people={**people, **namesakes}))
    lead_id = world.receive()
    report = CallReport(ref="call-1", at=world.now, outcome="connected", lead_id=lead_id, by="Sam Lee")
    with pytest.raises(InvalidInquiry) as refused:
        world.proofs.report(report, world.now)
    assert [(p.field, p.detail) for p in refused.value.problems] == [("by", "unknown person 'Sam Lee'")]


def test_an_unknown_outcome_of_a_call_is_named() -> None:
    world = World()
    report = CallReport(ref="call-1", at=world.now, outcome="sang", lead_id=world.receive())
    with pytest.raises(InvalidInquiry) as refused:
        world.proofs.report(report, world.now)
    assert [(p.field, p.detail) for p in refused.value.problems] == [("outcome", "unknown outcome 'sang'")]


def test_a_program_pages_through_a_leads_history(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recording.MOST_EVENTS == 500
    monkeypatch.setattr("leadtight.app.outcomes.lead_api.MOST_EVENTS", 3)
    world = World()
    lead_id = world.receive(message=WARM)
    world.press(lead_id, "connected")
    whole = world.table.history(lead_id)
    latest = world.programs.find(lead_id)
    assert (latest.lead, latest.person, latest.history) == (world.lead(lead_id), "", whole[-3:])
    assert latest.before is not None
    assert world.programs.find(lead_id, latest.before).history == whole[-6:-3]
    with pytest.raises(NotFound, match="no longer exists"):
        world.programs.find("L0")


def test_a_page_shows_the_latest_of_a_long_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadtight.app.outcomes.desk.MOST_EVENTS", 3)
    world = World()
    lead_id = world.receive(message=WARM)
    shown = world.desk.show(world.link(lead_id), world.now)
    assert shown.history == world.table.history(lead_id)[-3:]
    assert shown.before is not None


def test_a_form_with_a_local_time_is_read_in_the_companys_zone() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=30)
    form = OutcomeForm(outcome="connected", submission=world.lead(lead_id).version, happened_at="2026-11-23T09:10")
    outcome = world.press_form(world.link(lead_id), form).lead.last_outcome
    assert outcome is not None
    assert outcome.claimed_at == world.now - timedelta(minutes=20)

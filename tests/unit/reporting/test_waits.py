"""Waits in a stage, apart from the owner's response (B5)."""

from datetime import date

import pytest

from leadtight.domain.ownership.handover import ReceivingPool, hand_over
from tests.unit.reporting.history import History, utc

MONDAY, NIGHT = date(2026, 3, 2), utc("2026-03-03 00:15")


def give_to_projects(h: History, lead_id: str, at: str) -> None:
    lead = h.lead(lead_id)
    state = h.table.load_for_routing(lead_id, "projects", h.policy.pools["projects"].members)
    receiving = ReceivingPool(rotation=state.rotation, roster=state.roster)
    change = hand_over(
        h.policy, lead, "projects", receiving, by=str(lead.owner_id), submission=lead.version, now=utc(at)
    )
    assert change is not None
    h.table.commit(change)


@pytest.fixture
def handed_over() -> History:
    h = History()
    h.arrive("l01", "2026-03-02 08:00:00")
    h.outcome("l01", "2026-03-02 08:10:00", "connected")
    give_to_projects(h, "l01", "2026-03-02 09:00:00")
    return h


def test_the_wait_in_a_stage_is_separate_from_the_new_owners_response(handed_over: History) -> None:
    handed_over.outcome("l01", "2026-03-02 09:20:00", "interested")
    report = handed_over.reports().nightly(MONDAY, NIGHT)
    waits = {w.pop("stage"): w for w in report["stage_waits"]}
    assert waits["new"] == {"left": 1, "median": 600, "waiting": 0}
    assert waits["contacted"] == {"left": 1, "median": 4200, "waiting": 0}
    assert waits["qualified"] == {"left": 0, "median": None, "waiting": 1}
    [own] = report["owner_response"]
    assert (own["pool"], own["owned"], own["answered"], own["median"]) == ("projects", 1, 1, 1200)
    assert report["response"]["median"] == 600, "the first answer stays the first owner's"


def test_the_previous_owners_action_is_not_the_new_owners_answer(handed_over: History) -> None:
    [own] = handed_over.reports().nightly(MONDAY, NIGHT)["owner_response"]
    assert (own["owned"], own["answered"], own["median"]) == (1, 0, None)


def test_an_undone_outcome_answers_nothing(handed_over: History) -> None:
    handed_over.outcome("l01", "2026-03-02 09:20:00", "interested")
    handed_over.undo("l01", "2026-03-02 09:25:00")
    report = handed_over.reports().nightly(MONDAY, NIGHT)
    assert report["owner_response"][0]["answered"] == 0
    waits = {w["stage"]: w["waiting"] for w in report["stage_waits"]}
    assert (waits["contacted"], waits["qualified"]) == (1, 0)

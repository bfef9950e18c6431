"""Leave and the active switch.

Leads due meanwhile go to a delegate, and back where the leave says so.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import PolicyError
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.ownership.delegation import DELEGATE
from leadtight.domain.ownership.leave_cover import OWNER_AWAY, OWNER_GONE
from leadtight.domain.ownership.leave_return import GIVEN_BACK
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt
from leadtight.policy import loader as policies
from tests.scenarios.test_rearm import rearm
from tests.scenarios.world import MONDAY_NINE, World

HOUR = timedelta(hours=1)
LEAVE = Absence(MONDAY_NINE + HOUR, MONDAY_NINE + timedelta(days=2))
LENT = replace(LEAVE, give_back=True)


def changed(policy: Policy, **people: dict[str, Any]) -> Policy:
    """Return the policy with other fields of some people."""
    other = {name: replace(policy.people[name], **fields) for name, fields in people.items()}
    return replace(policy, people={**policy.people, **other})


def on_leave(leave: Absence = LEAVE, **people: dict[str, Any]) -> tuple[World, str]:
    """Return a world with ana's leave and her lead.

    The leave begins in an hour, and the lead is due tomorrow.
    """
    world = World(policy=changed(policies.shipped(), **({"ana": {"away": (leave,), "delegate": "dora"}} | people)))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-24T10:00")
    assert world.lead(lead_id).owner_id == "ana"
    return world, lead_id


def moves(world: World, lead_id: str) -> list[tuple[str, str, str]]:
    """Return a lead's transfers: previous owner, new owner, reason."""
    events = world.events(lead_id, Kind.LEAD_REASSIGNED)
    return [(e.data["previous"], e.data["owner"], e.data["reason"]) for e in events]


@pytest.mark.proves("D1")
def test_a_lead_due_during_a_leave_goes_to_the_delegate_of_any_pool() -> None:
    world, lead_id = on_leave()
    lead_before = world.lead(lead_id)
    world.advance(hours=1, minutes=5)
    after = world.lead(lead_id)
    assert moves(world, lead_id) == [("ana", "dora", DELEGATE)]
    assert (after.next_action, after.promise, after.hops) == (lead_before.next_action, lead_before.promise, 0)
    [moved] = world.events(lead_id, Kind.LEAD_REASSIGNED)
    receipt = from_document(Receipt, moved.data["receipt"])
    assert (receipt.recompute(), receipt.policy_version) == ("dora", world.policy.version)
    assert world.table.load_for_routing("", "inbound", ()).rotation.turn == 1, "no turn was used"
    alert = world.mails(lead_id, Template.ALERT_OWNER)[-1]
    assert "Ana Costa is away. You are standing in." in alert.mail.text
    world.advance(days=3)
    assert world.lead(lead_id).owner_id == "dora", "it comes back only where the leave says so"


def test_an_absent_delegates_own_delegate_stands_in() -> None:
    world, lead_id = on_leave(dora={"away": (LEAVE,), "delegate": "eli"})
    world.advance(hours=1, minutes=5)
    assert moves(world, lead_id) == [("ana", "eli", DELEGATE)]


@pytest.mark.parametrize("why_not", ["away", "full", "none"])
def test_without_an_available_delegate_the_pool_has_the_lead(why_not: str) -> None:
    ana: dict[str, Any] = {"away": (LEAVE,), "delegate": None if why_not == "none" else "dora"}
    dora: dict[str, Any] = {"away": (LEAVE,)} if why_not == "away" else {}
    world, lead_id = on_leave(ana=ana, dora=dora | ({"caps": Caps(open=0)} if why_not == "full" else {}))
    world.advance(hours=1, minutes=5)
    assert moves(world, lead_id) == [("ana", "ben", OWNER_AWAY)]


def test_a_switched_away_person_has_a_delegate_and_gets_nothing_back() -> None:
    world = World(policy=changed(policies.shipped(), ana={"delegate": "dora"}))
    lead_id = world.receive()
    world.table.set_away("ana", world.now + timedelta(days=1))
    world.advance(minutes=2)
    assert world.lead(lead_id).owner_id == "ana", "the sweep comes every five minutes"
    world.sweep()
    assert moves(world, lead_id) == [("ana", "dora", DELEGATE)]
    world.press(lead_id, "no_answer")
    world.table.set_away("ana", None)
    world.advance(minutes=10)
    assert moves(world, lead_id)[1:] == [("dora", world.lead(lead_id).owner_id, "rotation")], "missed, as usual"


def test_an_inactive_persons_delegate_is_not_used() -> None:
    world, lead_id = on_leave()
    world.govern(changed(world.policy, ana={"active": False}))
    world.advance(minutes=5)
    assert moves(world, lead_id) == [("ana", "ben", OWNER_GONE)]


@pytest.mark.proves("D1")
@pytest.mark.parametrize("delegate", ["dora", None])
def test_an_untouched_lead_returns_at_the_end_of_a_leave_that_says_so(delegate: str | None) -> None:
    world, lead_id = on_leave(LENT, ana={"away": (LENT,), "delegate": delegate})
    world.press(lead_id, "connected", follow_up="2026-11-25T08:00")  # due before the leave ends
    lead_before = world.lead(lead_id)
    world.advance(hours=1, minutes=5)
    cover = str(world.lead(lead_id).owner_id)
    assert cover == (delegate or "ben")
    world.advance(days=1, hours=22, minutes=54)
    assert world.lead(lead_id).owner_id == cover
    world.advance(minutes=1)
    after = world.lead(lead_id)
    assert moves(world, lead_id)[1:] == [(cover, "ana", GIVEN_BACK)]
    assert (after.next_action, after.hops, after.past_owners) == (lead_before.next_action, 0, ())
    assert "It is yours again." in world.mails(lead_id, Template.ALERT_OWNER)[-1].mail.text
    assert "an absence that is over" in world.mails(lead_id, Template.LEAD_MOVED)[-1].mail.text
    gone, back = world.events(lead_id, Kind.LEAD_REASSIGNED)
    assert (gone.data["given_back_at"], back.data["receipt"]["policy_version"]) == (
        "2026-11-25T08:00:00.000000Z",
        world.policy.version,
    )
    assert fold(world.table.history(lead_id)) == after


def test_without_alarms_it_returns_within_one_sweep_and_its_grace() -> None:
    world, lead_id = on_leave(LENT)
    world.alarms.lost = True
    world.alarms.armed.clear()
    world.advance(days=2, minutes=7)
    assert world.lead(lead_id).owner_id == "ana"


@pytest.mark.proves("D1")
@pytest.mark.parametrize("outcome", ["connected", "won"])
def test_leads_that_the_cover_answered_or_closed_stay_with_them(outcome: str) -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    world.press(lead_id, outcome)
    world.advance(days=3)
    assert (len(moves(world, lead_id)), world.lead(lead_id).owner_id) == (1, "dora")


def test_a_contact_undone_by_the_cover_lets_the_lead_return() -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    world.press(lead_id, "connected")
    world.undo(lead_id)
    world.advance(days=2)
    assert moves(world, lead_id)[-1] == ("dora", "ana", GIVEN_BACK)


def test_a_lead_that_moved_on_from_the_cover_does_not_return() -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    world.govern(changed(world.policy, dora={"active": False}, ana={"away": (LENT,), "delegate": None}))
    world.advance(days=2)
    assert moves(world, lead_id) == [("ana", "dora", DELEGATE), ("dora", "ben", OWNER_GONE)]


def test_a_leave_that_is_prolonged_prolongs_the_cover() -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    longer = replace(LENT, end=LENT.end + timedelta(days=1))
    world.govern(changed(world.policy, ana={"away": (longer,)}))
    world.advance(days=2)
    [prolonged] = world.events(lead_id, Kind.COVER_PROLONGED)
    assert (prolonged.at, prolonged.data["absent"]) == (LENT.end, "ana")
    assert world.lead(lead_id).owner_id == "dora"
    world.advance(days=1)
    assert world.lead(lead_id).owner_id == "ana"


def test_a_rearm_keeps_the_return_possible() -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    world.govern(replace(world.policy, version="2"))
    assert [done.lead_id for done in rearm(world)] == [lead_id]
    world.advance(days=2)
    assert moves(world, lead_id)[-1] == ("dora", "ana", GIVEN_BACK)
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_without_a_return_the_cover_keeps_the_lead() -> None:
    world, lead_id = on_leave(LENT)
    world.advance(hours=1, minutes=5)
    world.govern(changed(world.policy, ana={"active": False}))
    world.advance(days=3)
    [prolonged] = world.events(lead_id, Kind.COVER_PROLONGED)
    assert prolonged.data["until"] is None
    assert world.lead(lead_id).owner_id == "dora"
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_returned_lead_takes_no_turn_and_counts_as_theirs() -> None:
    world, lead_id = on_leave(LENT, ana={"away": (LENT,), "delegate": "dora", "caps": Caps(hour=1)})
    world.advance(days=2)
    state = world.table.load_for_routing("", "", ["ana", "dora"]).roster
    assert world.lead(lead_id).owner_id == "ana"
    assert (state["ana"].open, state["ana"].turn, state["dora"].open) == (1, 1, 0)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"ana": "ana"}, r"people\.ana\.delegate: must be another person"),
        ({"ana": "zoe"}, r"people\.ana\.delegate: unknown person 'zoe'"),
        ({"ana": "ben", "ben": "ana"}, r"people\.ben\.delegate: leads back to 'ben'"),
        ({"ana": "ben", "ben": "cem", "cem": "ben"}, r"people\.cem\.delegate: leads back to 'cem'"),
    ],
)
def test_a_delegate_must_be_able_to_stand_in(lines: dict[str, str], problem: str) -> None:
    text = policies.SHIPPED.read_text()
    for person, delegate in lines.items():
        text = text.replace(f"[people.{person}]\n", f'[people.{person}]\ndelegate = "{delegate}"\n')
    with pytest.raises(PolicyError, match=problem):
        policies.parse(text.encode())


def test_a_delegate_must_be_active() -> None:
    text = policies.SHIPPED.read_text().replace("[people.ana]\n", '[people.ana]\ndelegate = "ben"\n')
    with pytest.raises(PolicyError, match=r"people\.ana\.delegate: 'ben' is not active"):
        policies.parse(text.replace("[people.ben]\n", "[people.ben]\nactive = false\n").encode())

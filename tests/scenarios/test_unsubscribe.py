"""Unsubscribing by a mail's link.

It acts at once, permanently, and for all of the person's leads.
"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.domain.model.errors import Conflict, InvalidLink, NotFound
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.message import TO_LEADS, Channel, Status, Template
from leadtight.domain.policy.sources import Identity
from tests.scenarios.sequences import AGREED, DAY, ended, planned_world, steps, until
from tests.scenarios.world import MONDAY_NINE, World


def token(world: World, lead_id: str) -> str:
    """Return the unsubscribe token of the latest sequence mail.

    Checks that its header has it too.
    """
    mail = world.mails(lead_id, Template.SEQUENCE_STEP)[-1]
    match = re.search(rf"{PUBLIC_URL}/unsubscribe/(\S+)", mail.mail.text)
    assert match is not None
    assert mail.envelope.unsubscribe == match[0]
    assert match[0] in mail.mail.html
    return match[1]


def written_to() -> tuple[World, str]:
    """Return a lead with the first mail of its sequence."""
    world = planned_world()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    until(world, 2)
    return world, lead_id


def test_viewing_the_page_changes_nothing() -> None:
    world, lead_id = written_to()
    state = world.lead(lead_id), world.table.history(lead_id)
    for _ in range(3):
        assert not world.unsubscribe.look(token(world, lead_id), world.now).is_done
    assert (world.lead(lead_id), world.table.history(lead_id)) == state


@pytest.mark.proves("H4")
@pytest.mark.slow
def test_one_press_ends_the_channel_and_the_sequence_at_once() -> None:
    world, lead_id = written_to()
    leaving = world.unsubscribe.leave(token(world, lead_id), world.now)
    assert leaving.is_done
    lead = world.lead(lead_id)
    assert (lead.enrolment, lead.opted_out) == (None, (Channel.EMAIL,))
    assert world.table.suppression(person_keys(lead.inquiry)).channels == {Channel.EMAIL}
    assert ended(world, lead_id) == ["opt_out"]
    until(world, 60)
    assert steps(world, lead_id).keys() == {"hello"}
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_later_press_is_harmless() -> None:
    world, lead_id = written_to()
    link = token(world, lead_id)
    world.unsubscribe.leave(link, world.now)
    history = world.table.history(lead_id)
    assert world.unsubscribe.leave(link, MONDAY_NINE + 5 * 365 * DAY).is_done
    assert world.table.history(lead_id) == history


def another_lead(world: World) -> str:
    """Give the same person a second open lead.

    As a policy that joins none does.
    """
    world.govern(replace(world.policy, identity=Identity(merge_within=timedelta())))
    return world.receive(email="ada@example.com", consent=AGREED["consent"])


@pytest.mark.slow
def test_the_sequences_of_all_leads_of_the_person_stop() -> None:
    world, lead_id = written_to()
    other = another_lead(world)
    stranger = world.receive(email="bo@example.com", consent=AGREED["consent"])
    world.unsubscribe.leave(token(world, lead_id), world.now)
    until(world, 60)
    assert (ended(world, other), steps(world, other)) == (["opt_out"], {})
    assert steps(world, stranger)


@pytest.mark.proves("H4")
@pytest.mark.slow
def test_an_opt_out_never_expires_even_with_a_new_inquiry() -> None:
    world, lead_id = written_to()
    world.unsubscribe.leave(token(world, lead_id), world.now)
    world.sweeping = False  # a hundred thousand sweeps of a year would find nothing
    until(world, 400)
    again = world.receive(email="ada@example.com", **AGREED)
    until(world, 403)
    mails = [m for m in world.table.messages(again) if m.channel is Channel.EMAIL and m.recipient == "lead"]
    assert mails
    assert {(m.status, m.detail) for m in mails} == {(Status.REFUSED, "opted out of email")}


def test_an_opt_out_stored_only_for_the_person_is_completed_on_redelivery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, lead_id = written_to()
    other = another_lead(world)
    commit = world.table.commit

    def broken(change: object) -> None:
        if change.after.id == other:  # type: ignore[attr-defined]
            raise Conflict("somebody was faster")
        commit(change)  # type: ignore[arg-type]  # handed on as it comes

    monkeypatch.setattr(world.table, "commit", broken)
    with pytest.raises(Conflict):
        world.unsubscribe.leave(token(world, lead_id), world.now)
    monkeypatch.setattr(world.table, "commit", commit)
    assert world.lead(other).enrolment is not None
    world.unsubscribe.leave(token(world, lead_id), world.now)
    assert world.lead(other).enrolment is None


def test_do_not_contact_stops_the_persons_other_leads_too() -> None:
    world, lead_id = written_to()
    other = another_lead(world)
    world.press(lead_id, "do_not_contact")
    assert world.lead(other).enrolment is None
    assert world.lead(other).opted_out == TO_LEADS
    assert world.table.suppression(person_keys(world.lead(other).inquiry)).channels == set(TO_LEADS)


def test_do_not_contact_cannot_be_undone() -> None:
    world, lead_id = written_to()
    world.press(lead_id, "do_not_contact")
    with pytest.raises(Exception, match="cannot be undone"):
        world.undo(lead_id)
    assert world.lead(lead_id).opted_out


def test_only_our_links_for_this_purpose_open_it() -> None:
    world, lead_id = written_to()
    outcome = world.link(lead_id)
    gone = world.links.unsubscribe(replace(world.lead(lead_id), id="gone"), Channel.EMAIL, world.now)
    with pytest.raises(InvalidLink):
        world.unsubscribe.leave(outcome, world.now)
    with pytest.raises(InvalidLink):
        world.desk.look(token(world, lead_id), world.now)
    with pytest.raises(InvalidLink):
        world.unsubscribe.leave(token(world, lead_id)[:-2], world.now)
    with pytest.raises(NotFound, match="This lead no longer exists"):
        world.unsubscribe.leave(gone.rpartition("/")[2], world.now)
    assert world.events(lead_id, Kind.LEAD_OPTED_OUT) == []

"""Answers to closed leads become a person's task (A11).

Also when their lead was closed long ago.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.app.intake.submission import Submission
from leadtight.domain.enforcement.contact_check import ContactAnswer, answer
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.booking import Booking
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import AnswersToLost, Identity
from tests.scenarios.test_mail import DOMAIN, Inbox
from tests.scenarios.world import MONDAY_NINE, World
from tests.unit.adapters.email.letters import mail

BUY = "We changed our minds: please call me today, we want to buy."
ADA = {"name": "Ada Obi", "email": "ada@example.com", "phone": "+4930123456"}


def reopening(policy: Policy) -> Policy:
    return replace(policy, identity=Identity(answers_to_lost=AnswersToLost.REOPEN))


def closed(world: World, outcome: str = "lost", *, reached: bool = True) -> str:
    """Return a lead of Ada's closed two days ago."""
    lead_id = world.submit(Submission(source="web_form", body={**ADA, "message": "Solar roof"})).lead_id
    if reached:
        world.press(lead_id, "connected", follow_up="2026-11-24T10:00")
    world.press(lead_id, outcome, **({"reason": "price"} if outcome == "lost" else {}))
    world.advance(days=2)
    assert not world.lead(lead_id).is_open
    return lead_id


def write(world: World, lead_id: str | None, words: str = BUY, **fields: Any) -> str:
    """Let Ada write by mail; return the resulting lead.

    In the lead's thread when one is named.
    """
    body = {"name": "Ada Obi", "email": "ada@example.com", "message": words} | fields
    return world.submit(
        Submission(
            source="email",
            key=f"m{world.now.isoformat()}{words}",
            channel="email",
            body=body,
            conversation=True,
            lead_id=lead_id,
            answers_by=Channel.EMAIL,
        )
    ).lead_id


def text(world: World, words: str = BUY, source: str = "whatsapp") -> str:
    body = {"phone": "+4930123456", "message": words}
    item = Submission(source=source, key=words, body=body, conversation=True, answers_by=Channel.SMS)
    return world.submit(item).lead_id


def is_an_owned_task(world: World, lead: Lead) -> bool:
    owner = world.policy.people.get(lead.owner_id or "")
    is_watched = lead.wake_at is not None and any(clock.steps for clock in lead.clocks)
    return bool(lead.is_open and owner and owner.active and lead.next_action and is_watched)


WAYS: dict[str, Callable[[World, str], str]] = {
    "mail in its thread": lambda world, lead_id: write(world, lead_id),
    "mail in its thread from a colleague": lambda world, lead_id: write(world, lead_id, email="bo@example.com"),
    "mail": lambda world, _: write(world, None),
    "text": lambda world, _: text(world, source="phone_sms"),
    "WhatsApp": lambda world, _: text(world),
    "form": lambda world, _: world.submit(Submission(source="web_form", body={**ADA, "message": BUY})).lead_id,
    "missed call": lambda world, _: (
        world.submit(Submission(source="missed_call", body={"phone": "+4930123456"}, conversation=True)).lead_id
    ),
    "booking": lambda world, _: (
        world.submit(
            Submission(source="calendly", body=ADA, booking=Booking(starts_at=world.now + timedelta(days=1)))
        ).lead_id
    ),
}


@pytest.mark.proves("A12", "T3")
@pytest.mark.slow
@pytest.mark.parametrize("rule", AnswersToLost)
@pytest.mark.parametrize("outcome", ["lost", "won", "do_not_contact"])
@pytest.mark.parametrize("way", WAYS)
def test_an_answer_to_a_closed_lead_becomes_a_task_with_an_alert(way: str, outcome: str, rule: AnswersToLost) -> None:
    world = World()
    world.govern(replace(world.policy, identity=Identity(answers_to_lost=rule)))
    lead_id = closed(world, outcome)
    sent_before = len(world.mailer.sent)
    task = world.lead(WAYS[way](world, lead_id))
    assert is_an_owned_task(world, task)
    assert task.owner_id in {m.permission.person for m in world.mailer.sent[sent_before:]}
    assert task.next_action is not None
    world.advance(minutes=1 + (task.next_action.due_at - world.now) / timedelta(minutes=1))
    assert Kind.DEADLINE_MISSED in world.kinds(task.id), "its clock runs"


def test_by_default_it_is_a_new_lead_linked_to_the_closed_one_whose_figures_stand() -> None:
    world = World()
    lead_id = closed(world)
    lead_before = world.lead(lead_id)
    again = write(world, lead_id)
    assert again != lead_id
    assert world.lead(lead_id) == lead_before
    lead = world.lead(again)
    assert (lead.earlier_lead_ids, lead.known_owner_id) == ((lead_id,), lead_before.owner_id)
    assert write(world, lead_id, "and one more thing") == again, "what follows in the thread joins the new one"


def test_an_answer_in_a_thread_is_not_acknowledged_to_prevent_mail_loops() -> None:
    world = World()
    again = write(world, closed(world))
    assert world.mails(again, Template.ACKNOWLEDGE) == []


@pytest.mark.proves("T3")
def test_where_the_policy_says_so_the_lost_lead_reopens_with_its_owner_and_answering_is_due() -> None:
    world = World()
    world.govern(reopening(world.policy))
    lead_id = closed(world)
    owner = world.lead(lead_id).owner_id
    assert write(world, lead_id) == lead_id
    lead = world.lead(lead_id)
    assert (lead.stage, lead.owner_id, lead.lost_reason, lead.closed_at) == (Stage.FOLLOW_UP_NEEDED, owner, "", None)
    assert lead.next_action is not None
    assert lead.next_action.what == "Answer Ada Obi, who wrote again"
    assert len(world.mails(lead_id, Template.WROTE_AGAIN)) == 1
    world.advance(days=3)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["won", "never reached", "long ago"])
def test_won_unreached_and_old_leads_stay_closed_even_then(case: str) -> None:
    world = World()
    no_contact = {"lost": replace(world.policy.outcomes["lost"], contact=False)}
    world.govern(replace(reopening(world.policy), outcomes={**world.policy.outcomes, **no_contact}))
    lead_id = closed(world, "won" if case == "won" else "lost", reached=case != "never reached")
    world.advance(days=100 if case == "long ago" else 0)
    lead_before = world.lead(lead_id)
    assert write(world, lead_id) != lead_id
    assert world.lead(lead_id) == lead_before


def without(policy: Policy, person: str, how: str) -> Policy:
    """Return the policy without a person, gone or away."""
    if how == "removed":
        pools = {
            name: replace(pool, members={p: w for p, w in pool.members.items() if p != person})
            for name, pool in policy.pools.items()
        }
        return replace(
            policy, people={p: person_policy for p, person_policy in policy.people.items() if p != person}, pools=pools
        )
    away = (Absence(MONDAY_NINE, MONDAY_NINE + timedelta(days=30)),)
    other = replace(policy.people[person], **({"active": False} if how == "inactive" else {"away": away}))
    return replace(policy, people={**policy.people, person: other})


@pytest.mark.proves("A12")
@pytest.mark.slow
@pytest.mark.parametrize("rule", AnswersToLost)
@pytest.mark.parametrize("how", ["removed", "inactive", "on leave"])
@pytest.mark.parametrize("way", ["mail in its thread", "WhatsApp", "form"])
def test_without_its_owner_an_available_person_has_it_and_is_alerted_within_a_sweep(
    way: str, how: str, rule: AnswersToLost
) -> None:
    world = World()
    world.govern(replace(world.policy, identity=Identity(answers_to_lost=rule)))
    lead_id = closed(world)
    gone = str(world.lead(lead_id).owner_id)
    world.govern(without(world.policy, gone, how))
    sent_before = len(world.mailer.sent)
    task = WAYS[way](world, lead_id)
    if how != "on leave":
        recipients = [
            m.permission.person for m in world.mailer.sent[sent_before:] if m.permission.person in world.policy.people
        ]
        assert recipients
        assert gone not in recipients
    world.advance(minutes=6)
    lead = world.lead(task)
    assert is_an_owned_task(world, lead)
    assert lead.owner_id != gone
    assert lead.owner_id in {m.permission.person for m in world.mailer.sent[sent_before:]}


@pytest.mark.parametrize("rule", AnswersToLost)
def test_without_any_pool_member_the_catch_all_person_has_it(rule: AnswersToLost) -> None:
    world = World()
    world.govern(replace(world.policy, identity=Identity(answers_to_lost=rule)))
    lead_id = closed(world)
    members = set(world.policy.pools["inbound"].members)
    people = {
        p: replace(person, active=person.active and p not in members) for p, person in world.policy.people.items()
    }
    world.govern(replace(world.policy, people=people))
    task = write(world, lead_id)
    world.advance(minutes=6)
    assert world.lead(task).owner_id == world.policy.routing.catch_all
    assert is_an_owned_task(world, world.lead(task))


@pytest.mark.slow
@pytest.mark.parametrize("rule", AnswersToLost)
@pytest.mark.parametrize(
    "words", ["STOP", "Stop SMS please", "please don't contact me again", "Take me off your list", "Ne m'écrivez plus"]
)
def test_an_opt_out_reopens_nothing_and_is_stored(words: str, rule: AnswersToLost) -> None:
    world = World()
    world.govern(replace(world.policy, identity=Identity(answers_to_lost=rule)))
    lead_id = closed(world)
    assert text(world, words) == lead_id
    assert not world.lead(lead_id).is_open
    assert world.lead(lead_id).opted_out == (Channel.SMS,)
    assert world.lead_ids() == [lead_id]


def test_an_automatic_mail_to_a_closed_lead_reopens_nothing() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    _, reply_to = world.sent_to_lead(lead_id)
    world.press(lead_id, "lost", reason="price")
    away = mail(
        "I am out of office.", headers={"To": reply_to, "Message-ID": "<m2@x>", "Auto-Submitted": "auto-replied"}
    )
    assert world.drop(away).status == "noted"
    assert not world.lead(lead_id).is_open
    assert world.lead_ids() == [lead_id]


@pytest.mark.slow
def test_a_mail_in_a_closed_leads_thread_is_a_lead_and_the_next_one_joins_it() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    _, reply_to = world.sent_to_lead(lead_id)
    assert reply_to.endswith(DOMAIN)
    world.press(lead_id, "lost", reason="price")
    world.advance(days=100)
    first = world.drop(mail(BUY, headers={"To": reply_to, "Message-ID": "<m2@example.com>"}))
    second = world.drop(mail("Tuesday?", headers={"To": reply_to, "Message-ID": "<m3@example.com>"}))
    assert (first.status, second.status) == ("created", "merged")
    assert first.id == second.id
    assert world.lead(first.id).earlier_lead_ids == (lead_id,)
    assert is_an_owned_task(world, world.lead(first.id))


def test_a_yes_with_words_on_the_contact_check_page_reopens_a_lost_lead() -> None:
    world = World()
    lead = world.lead(closed(world))
    change = answer(world.policy, lead, ContactAnswer.YES, world.now, "Yes, and now we want to buy")
    assert change is not None
    assert change.after.is_open
    assert is_an_owned_task(world, change.after)


def test_an_alert_for_a_person_who_leaves_meanwhile_reaches_another() -> None:
    world = World()
    lead_id = world.submit(Submission(source="web_form", body={**ADA, "message": "Solar roof"})).lead_id
    owner = str(world.lead(lead_id).owner_id)
    change = answer(world.policy, world.lead(lead_id), ContactAnswer.YES, world.now, "Are you there?")
    assert change is not None
    world.table.commit(change)
    world.govern(without(world.policy, owner, "inactive"))
    sent_before = len(world.mailer.sent)
    world.run_stream()
    recipients = [m.permission.person for m in world.mailer.sent[sent_before:]]
    assert recipients == [world.policy.manager_of(owner)]
    world.advance(minutes=6)
    assert world.lead(lead_id).owner_id != owner

"""Bugs of other systems, through the real use cases.

Capabilities R; some rows live with their subject.

R4 and R12 are in the scenarios of moving and waiting leads, R6 and R8 in rotation, R7, R9 and R13 in capacity, R10 in
contact times.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.model.event import Event, fold
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Channel
from leadtight.domain.model.sla import EXPIRY, FIRST_RESPONSE, NEXT_ACTION, STAGE, UNTOUCHED
from leadtight.domain.outcomes.first_contact import ContactProof, ProofSource
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import EscalationLevel
from leadtight.policy import loader as policies
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World

pytestmark = pytest.mark.slow

SHIPPED = policies.shipped()
NOTICES = (
    *(Kind.OWNER_WARNED, Kind.DEADLINE_MISSED, Kind.LEAD_ESCALATED, Kind.LEAD_REASSIGNED),
    *(Kind.OWNER_REMINDED, Kind.LEAD_STALLED),
)
CONTACTS = tuple(o.id for o in SHIPPED.outcomes.values() if o.contact and not (o.closes or o.needs_time or o.pool))
CLOSINGS = tuple(o.id for o in SHIPPED.outcomes.values() if o.closes)


@pytest.mark.proves("R1")
def test_r1_a_lead_on_friday_afternoon_gets_its_business_hour_on_monday_morning() -> None:
    office = SHIPPED.calendars["office"]
    nine_to_five = Calendar(id="office", zone=office.zone, week=dict.fromkeys(range(5), (Period(time(9), time(17)),)))
    policy = replace(SHIPPED, calendars={**SHIPPED.calendars, "office": nine_to_five})
    friday, monday = datetime(2026, 11, 27, 15, 30, tzinfo=UTC), datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
    world = World(policy=policy, now=friday)  # 16:30 in Berlin
    lead_id = world.receive(message=WARM)
    world.advance(days=4)
    assert world.lead(lead_id).promise.deadline == monday  # 09:30 in Berlin
    steps = [(e.kind, e.at) for e in world.table.history(lead_id) if e.kind in NOTICES][:5]
    assert steps == [
        (Kind.OWNER_WARNED, monday - timedelta(minutes=24)),
        (Kind.OWNER_WARNED, monday - timedelta(minutes=9)),
        (Kind.DEADLINE_MISSED, monday),
        (Kind.LEAD_ESCALATED, monday),
        (Kind.LEAD_REASSIGNED, monday + timedelta(minutes=15)),
    ]


def noisy_policy() -> Policy:
    """Return the shipped policy with texts and a second escalation.

    Texts go to everybody of sales; the second level comes later.
    """
    people = {
        name: replace(person, sms_alerts=True, phone="+4930901820") if person.team == "sales" else person
        for name, person in SHIPPED.people.items()
    }
    later = EscalationLevel(after=timedelta(hours=3), notify="eli")
    targets = {name: replace(t, escalate=(*t.escalate, later)) for name, t in SHIPPED.targets.items()}
    return replace(SHIPPED, people=people, targets=targets)


@pytest.mark.proves("R2")
@pytest.mark.parametrize(("message", "answered"), [(HOT, False), (WARM, False), (HOT, True)])
@pytest.mark.parametrize("hours_after_monday_nine", [0, 12, 104])  # the last: Friday 17:00, an hour after closing
def test_r2_warnings_escalations_reminders_and_their_texts_respect_office_hours(
    message: str, answered: bool, hours_after_monday_nine: float
) -> None:
    world = World(policy=noisy_policy(), now=MONDAY_NINE + timedelta(hours=hours_after_monday_nine))
    lead_id = world.receive(message=message)
    if answered:
        world.press(lead_id, "connected")
    world.advance(days=9)
    history = world.table.history(lead_id)
    notices = [e for e in history if e.kind in NOTICES]
    answer = {Kind.LEAD_STALLED} if answered else {Kind.OWNER_WARNED, Kind.LEAD_REASSIGNED}
    assert {Kind.DEADLINE_MISSED, Kind.LEAD_ESCALATED, Kind.OWNER_REMINDED} | answer <= {e.kind for e in notices}
    sent = [
        e for e in history if e.kind is Kind.MESSAGE_SENT and not e.id.startswith(("acknowledge-1", "alert_owner-2"))
    ]
    assert {Channel.EMAIL, Channel.SMS} == {e.data["channel"] for e in sent}
    assert {"escalate", "remind"} <= {e.data["template"] for e in sent}
    assert {"mia", "eli"} <= {e.data["recipient"] for e in sent}
    office = world.policy.calendars["office"]
    assert [
        e for e in (*notices, *sent) if not office.is_open(e.at - timedelta(seconds=1)) and not office.is_open(e.at)
    ] == []


@pytest.mark.proves("R3")
def test_r3_clocks_are_independent() -> None:
    world = World()
    unanswered, other = world.receive(message=WARM), world.receive(message=WARM)
    promised = world.lead(unanswered).clock(FIRST_RESPONSE)
    world.press(unanswered, "no_answer")  # begins to watch for stalls, and keeps the promise
    assert world.lead(unanswered).clock(FIRST_RESPONSE) == promised
    world.press(other, "connected")
    first = {c.target: c for c in world.lead(other).clocks}
    assert set(first) == {NEXT_ACTION, UNTOUCHED, STAGE, EXPIRY}
    world.advance(hours=2)
    world.press(other, "connected")
    second = {c.target: c for c in world.lead(other).clocks}
    assert second[STAGE].started_at == first[STAGE].started_at  # the days in the stage run on
    assert second[NEXT_ACTION].deadline > first[NEXT_ACTION].deadline
    assert second[UNTOUCHED].deadline > first[UNTOUCHED].deadline
    world.advance(days=4)  # next actions are missed, escalated and reminded of
    third = {c.target: c for c in world.lead(other).clocks}
    assert Kind.OWNER_REMINDED in world.kinds(other)
    assert (third[STAGE], third[UNTOUCHED]) == (second[STAGE], second[UNTOUCHED])
    assert world.lead(unanswered).promise.deadline == MONDAY_NINE + timedelta(hours=1)


def first_response_notices(world: World, lead_id: str) -> list[Event]:
    return [e for e in world.table.history(lead_id) if e.kind in NOTICES and e.data.get("target") == FIRST_RESPONSE]


@pytest.mark.proves("R5")
@pytest.mark.parametrize("outcome", CONTACTS)
def test_r5_every_contact_stops_the_first_response_clock_and_undo_starts_it_again(outcome: str) -> None:
    world = World()
    answered, undone = world.receive(), world.receive()
    clocks = world.lead(undone).clocks
    world.advance(minutes=1)
    world.press(answered, outcome)
    world.press(undone, outcome)
    world.undo(undone)
    assert world.lead(undone).clocks == clocks
    world.advance(days=10)
    assert first_response_notices(world, answered) == []
    assert first_response_notices(world, undone)[0].at == MONDAY_NINE + timedelta(minutes=3)
    assert fold(world.table.history(undone)) == world.lead(undone)


@pytest.mark.proves("R5")
@pytest.mark.parametrize("outcome", CLOSINGS)
def test_r5_every_close_stops_all_clocks(outcome: str) -> None:
    world = World()
    new, in_contact = world.receive(), world.receive()
    world.press(in_contact, "connected")
    for lead_id in (new, in_contact):
        attempt_in_vain(world, lead_id)
        world.press(lead_id, outcome, reason="price")
    world.advance(days=10)
    for lead_id in (new, in_contact):
        lead = world.lead(lead_id)
        assert (lead.wake_at, lead.clocks) == (None, ())
        kinds = world.kinds(lead_id)
        assert kinds
        assert not [kind for kind in kinds if kind in NOTICES]


@pytest.mark.parametrize("outcome", [o for o in CLOSINGS if o != "do_not_contact"])  # that request cannot be undone
def test_r5_undoing_a_close_starts_the_clocks_again(outcome: str) -> None:
    world = World()
    lead_id = world.receive()
    attempt_in_vain(world, lead_id)
    clocks = world.lead(lead_id).clocks
    world.press(lead_id, outcome, reason="price")
    world.undo(lead_id)
    assert world.lead(lead_id).clocks == clocks
    world.advance(days=10)
    assert first_response_notices(world, lead_id)[0].at == MONDAY_NINE + timedelta(minutes=3)


def attempt_in_vain(world: World, lead_id: str) -> None:
    """Record unanswered calls until the lead may be given up."""
    for _ in range(5):
        world.press(lead_id, "no_answer")


@pytest.mark.proves("R5")
def test_r5_proof_of_a_contact_stops_the_first_response_clock() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=1)
    world.proofs.prove(
        lead_id, "connected", "ana", ContactProof(proof=ProofSource.CALL_LOG, ref="1", at=world.now), world.now
    )
    world.advance(days=10)
    assert first_response_notices(world, lead_id) == []


@pytest.mark.proves("R5")
def test_r5_a_reassignment_stops_the_old_owners_clock_and_starts_the_new_owners() -> None:
    world = World()
    lead_id = world.receive()
    stale = world.alarm(lead_id)
    world.advance(minutes=10)
    lead = world.lead(lead_id)
    assert lead.owner_id == "ben"
    [clock] = lead.without_clocks(EXPIRY).clocks
    assert (clock.started_at, clock.deadline) == (world.now, world.now + timedelta(minutes=5))
    ana, sent = world.policy.people["ana"].email, len(world.mailer.sent)
    assert world.sla.on_alarm(stale, world.now + timedelta(hours=1)) is None  # the old state's alarm
    assert world.lead(lead_id) == lead
    world.advance(minutes=9)
    later = [m.permission.address for m in world.mailer.sent[sent:]]
    assert later
    assert ana not in later


@pytest.mark.proves("R11")
@pytest.mark.parametrize("calendar", ["office", "always"])
def test_r11_one_day_and_ten_hours_are_thirty_four_hours(calendar: str) -> None:
    deadlines, steps = set(), set()
    for written in ("1d10h", "34h", "2040m"):
        text = policies.SHIPPED.read_text(encoding="utf-8")
        hot = f'[targets.hot]\nwithin = "{written}"\ncalendar = "{calendar}"'
        assert text.count('[targets.hot]\nwithin = "5m"\ncalendar = "office"') == 1
        text = text.replace('[targets.hot]\nwithin = "5m"\ncalendar = "office"', hot)
        world = World(policy=policies.parse(text.encode()))
        lead = world.lead(world.receive())
        deadlines.add(lead.promise.deadline)
        steps.add(tuple(step.at for clock in lead.clocks for step in clock.steps))
    assert len(deadlines) == len(steps) == 1
    if calendar == "always":
        assert deadlines == {MONDAY_NINE + timedelta(hours=34)}

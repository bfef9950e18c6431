"""Three weeks of a lead, minute by minute.

Deploy, voicemail, call back in another zone, leave, opt-out.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadtight.app.intake.submission import Submission
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Status, Template
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from tests.scenarios.sequences import PLAN, planned_policy, step, steps
from tests.scenarios.world import MONDAY_NINE, World

PACIFIC = ZoneInfo("America/Los_Angeles")
MINUTE = timedelta(minutes=1)
PATIENT = replace(
    PLAN,
    stop_on=frozenset(
        {
            OutcomeMeaning.BOOKING,
            OutcomeMeaning.WON,
            OutcomeMeaning.LOST,
            OutcomeMeaning.OPT_OUT,
            OutcomeMeaning.DISQUALIFIED,
        }
    ),
)
"""The plan of three weeks, which a conversation does not end."""

ADA: dict[str, Any] = {
    "name": "Ada Obi",
    "email": "ada@example.com",
    "phone": "+14155551234",
    "country": "US",
    "consent": {"sms": True, "marketing": ["email", "sms"], "text": "yes"},
}


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LEAVE = Absence(at("2026-12-03 06:00"), at("2026-12-05 06:00"), give_back=True)


def initial_policy() -> Policy:
    policy = planned_policy(PATIENT)
    ana = replace(policy.people["ana"], away=(LEAVE,), delegate="dora")
    return replace(policy, people={**policy.people, "ana": ana})


def after() -> Policy:
    """Return the policy deployed halfway.

    Another plan of the same name, and texts only from ten on.
    """
    policy = initial_policy()
    other = replace(PATIENT, steps=(step("hello", 1, PLAN.steps[0].action, "nurture_1"),))
    messaging = replace(policy.messaging, sms_from=policy.messaging.sms_from.replace(hour=10))
    return replace(policy, version="second", sequences={**policy.sequences, "plan": other}, messaging=messaging)


class Life:
    """The lead's three weeks; `until` looks at it every minute."""

    def __init__(self) -> None:
        self.world = World(policy=initial_policy())
        self.lead_id = self.world.receive(**ADA)
        self.minutes = 0

    def until(self, when: str) -> None:
        """Let time pass, checking invariants every minute."""
        end = at(when)
        while self.world.now < end:
            self.world.advance(minutes=1)
            self.minutes += 1
            self._check(self.world.lead(self.lead_id))

    def press(self, outcome: str, **form: str) -> None:
        self.world.press(self.lead_id, outcome, **form)

    def says(self, words: str) -> None:
        """Receive a text of the lead."""
        body = {"phone": ADA["phone"], "message": words}
        self.world.submit(
            Submission(source="phone_sms", key=words, body=body, conversation=True, answers_by=Channel.SMS)
        )

    def sent(self, channel: Channel) -> list[datetime]:
        """Return when the lead was written to, acknowledgement and all."""
        events = self.world.events(self.lead_id, Kind.MESSAGE_SENT)
        return [e.at for e in events if e.data["recipient"] == LEAD and e.data["channel"] == channel]

    def _check(self, lead: Lead) -> None:
        """Check an open lead's owner, next action and alarm.

        The alarm is not overdue, and no text leaves at night.
        """
        now = self.world.now
        assert lead.owner_id is not None
        assert lead.next_action is not None
        assert lead.wake_at is not None
        assert lead.wake_at > now - 2 * MINUTE
        assert lead.owner_id != "ana" or not LEAVE.start + 5 * MINUTE < now < LEAVE.end or _rests(lead)


def _rests(lead: Lead) -> bool:
    """Return whether nothing is due during the leave."""
    return lead.next_action is not None and lead.next_action.due_at >= LEAVE.end


@pytest.fixture(scope="module")
def life() -> Life:
    lived = Life()
    lived.until("2026-11-28 12:00")
    lived.world.govern(after())
    lived.until("2026-11-30 09:00")
    lived.press("voicemail")
    lived.until("2026-11-30 11:00")
    lived.press("callback", follow_up="2026-12-01T10:00")  # as Ada's wall clock shows it
    lived.until("2026-12-01 18:05")
    lived.press("connected")
    lived.until("2026-12-09 20:00")
    lived.says("STOP")
    lived.until("2026-12-18 08:00")
    return lived


@pytest.mark.slow
def test_invariants_were_checked_every_minute_and_the_history_folds_to_the_lead(life: Life) -> None:
    assert life.minutes == (at("2026-12-18 08:00") - MONDAY_NINE) / MINUTE
    assert fold(life.world.table.history(life.lead_id)) == life.world.lead(life.lead_id)
    assert life.world.repairs() == 0


def test_each_step_of_the_original_plan_ran_once_and_none_after_the_opt_out(life: Life) -> None:
    taken = {name: MONDAY_NINE + after for name, after in steps(life.world, life.lead_id).items()}
    assert taken == {
        "hello": at("2026-11-25 08:00"),
        "call": at("2026-11-30 08:00"),
        "text": at("2026-12-03 08:00"),  # a day after the call back, which came in between
        "write": at("2026-12-07 08:00"),
    }
    [ended] = life.world.events(life.lead_id, Kind.SEQUENCE_ENDED)
    assert (ended.data["reason"], ended.at) == ("opt_out", at("2026-12-09 20:00"))


def test_mails_go_at_once_and_texts_in_adas_hours_under_the_days_policy(life: Life) -> None:
    assert life.sent(Channel.EMAIL) == [MONDAY_NINE, at("2026-11-25 08:00"), at("2026-12-07 08:00")]
    assert [when.astimezone(PACIFIC).strftime("%a %H:%M") for when in life.sent(Channel.SMS)] == [
        "Mon 08:00",
        "Thu 10:00",
    ]
    texts = [e for e in life.world.events(life.lead_id, Kind.MESSAGE_SENT) if e.data["channel"] == "sms"]
    versions = [e.data["decision"]["policy_version"] for e in texts if e.data["recipient"] == LEAD]
    assert versions == [initial_policy().version, "second"]


def test_a_voicemail_is_retried_when_adas_day_begins_and_a_callback_at_her_own_time(life: Life) -> None:
    actions = [
        (change[1]["what"], change[1]["due_at"])
        for event in life.world.table.history(life.lead_id)
        if (change := event.changes.get("next_action")) and change[1] and event.kind is Kind.OUTCOME_RECORDED
    ]
    assert actions[0] == ("Call Ada Obi again", "2026-11-30T16:00:00.000000Z")
    assert actions[1] == ("Call Ada Obi back", "2026-12-01T18:00:00.000000Z")
    [missed] = [
        m for m in life.world.mails(life.lead_id, Template.DEADLINE_MISSED) if "Call Ada Obi back" in m.mail.text
    ]
    assert missed.permission.address == "ana@leadtight.example"


def test_during_anas_leave_dora_has_the_lead_and_then_ana_again(life: Life) -> None:
    moves = life.world.events(life.lead_id, Kind.LEAD_REASSIGNED)
    assert [(e.data["previous"], e.data["owner"]) for e in moves] == [("ana", "dora"), ("dora", "ana")]
    assert LEAVE.start <= moves[0].at <= LEAVE.start + 5 * MINUTE
    assert LEAVE.end <= moves[1].at <= LEAVE.end + 5 * MINUTE
    assert life.world.lead(life.lead_id).first_owner_id == "ana"


def test_an_opted_out_person_is_owed_nothing_and_got_one_acknowledgement(life: Life) -> None:
    lead = life.world.lead(life.lead_id)
    assert lead.opted_out == (Channel.SMS,)
    assert not any(m.is_owed for m in life.world.table.messages(life.lead_id) if m.recipient == LEAD)
    assert len(life.world.mails(life.lead_id, Template.ACKNOWLEDGE)) == 1
    assert max(life.sent(Channel.SMS) + life.sent(Channel.EMAIL)) < at("2026-12-09 20:00")
    assert {m.status for m in life.world.table.messages(life.lead_id) if m.recipient == LEAD} == {Status.SENT}

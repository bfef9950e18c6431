"""The weekly review reaches each reader once (N3).

It arrives on Monday at 08:00 of their own zone.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.app.messaging.review_mail import WeeklyMail
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.errors import SendFailed, SendRefused
from leadtight.domain.model.message import Status
from leadtight.domain.notifications.review_mail import PublishedReview, outbox_key, readers
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.reporting import ReportSettings
from tests.scenarios.world import World

WEEK = Week(2026, 47)
WRITTEN_AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""Monday 00:30 in Berlin."""

TOLD = PublishedReview(
    week=WEEK,
    path=f"weekly/{WEEK}/index.html",
    headline=("31 of 42 new leads answered in time (74 %)", "2 leads of the week still wait for an answer."),
)


def a_world(policy: Policy | None = None) -> World:
    world = World(now=WRITTEN_AT) if policy is None else World(policy=policy, now=WRITTEN_AT)
    owe(world)
    return world


def owe(world: World) -> int:
    mails = WeeklyMail(world.policy, world.table).owe(TOLD, world.now)
    world.run_stream()
    return mails


def lost(world: World) -> int:
    return WeeklyMail(world.policy, world.table).lost(world.now)


def with_readers(*people: str) -> Policy:
    policy = World().policy
    return replace(policy, reports=ReportSettings(readers=people))


@pytest.mark.proves("N3")
def test_each_reader_gets_one_mail_at_eight_of_their_own_zone() -> None:
    policy = with_readers("mia", "ana")
    new_york = replace(policy.calendars["office"], id="west", zone=ZoneInfo("America/New_York"))
    ana = replace(policy.people["ana"], calendar="west")
    policy = replace(policy, calendars={**policy.calendars, "west": new_york}, people={**policy.people, "ana": ana})
    world = a_world(policy)
    world.advance(hours=7, minutes=29)
    assert world.mailer.sent == []
    world.advance(minutes=6)  # 08:05 in Berlin: the sweep comes every five minutes
    assert [m.permission.person for m in world.mailer.sent] == ["mia"]
    world.advance(hours=6)
    assert [m.permission.person for m in world.mailer.sent] == ["mia", "ana"]
    world.advance(days=6)
    assert len(world.mailer.sent) == 2
    assert lost(world) == 0


@pytest.mark.proves("N3")
def test_the_mail_has_the_headline_and_its_link_opens_the_report_for_weeks() -> None:
    world = a_world(with_readers("mia"))
    world.advance(hours=8)
    [sent] = world.mailer.sent
    assert sent.mail.subject.endswith("31 of 42 new leads answered in time (74 %)")
    message = world.table.find(sent.envelope.lead_id, sent.envelope.message_id)
    assert message is not None
    assert message.recipient == "mia"
    for words in (sent.mail.text, sent.mail.html):
        assert "2 leads of the week still wait for an answer." in words
    token = sent.mail.text.split("/reports/")[1].split()[0]
    assert world.desk.report_path(token, world.now + timedelta(days=30)) == f"weekly/{WEEK}/index.html"
    assert sent.envelope.unsubscribe is None


@pytest.mark.proves("N3")
def test_the_job_may_run_at_any_time_and_mails_nobody_twice() -> None:
    world = a_world(with_readers("mia", "ana"))
    assert owe(world) == 0
    world.stream_doubled = True
    world.advance(hours=9)
    assert owe(world) == 0
    world.advance(days=3)
    assert owe(world) == 0
    assert len(world.mailer.sent) == 2


def test_an_old_review_is_not_mailed() -> None:
    world = World(now=WRITTEN_AT + timedelta(days=7))
    assert owe(world) == 0
    world.advance(days=1)
    assert world.mailer.sent == []


def test_a_late_job_on_monday_mails_at_once() -> None:
    world = World(policy=with_readers("mia"), now=WRITTEN_AT + timedelta(hours=12))
    assert owe(world) == 1
    assert len(world.mailer.sent) == 1


@pytest.mark.proves("N3")
def test_a_temporary_provider_failure_is_retried_and_a_lost_mail_alarms() -> None:
    world = a_world(with_readers("mia", "ana"))
    world.mailer.failures = [SendFailed("busy"), SendRefused("no such address")]
    world.advance(hours=8)
    assert sorted(m.status for m in world.table.messages(outbox_key(WEEK))) == [Status.DEAD, Status.SENT]
    assert len(world.mailer.sent) == 1
    assert lost(world) == 1
    world.advance(days=7)
    assert lost(world) == 0  # a new week


def test_an_undelivered_mail_is_missed_after_two_hours() -> None:
    world = a_world(with_readers("mia"))
    world.sweeping = False
    world.advance(hours=9)
    assert lost(world) == 0
    world.advance(hours=1)
    assert lost(world) == 1


def test_by_default_the_readers_are_those_responsible_for_others_leads() -> None:
    policy = World().policy
    answer = readers(policy)
    assert {team.manager for team in policy.teams.values()} | {policy.routing.catch_all} <= set(answer)
    gone = replace(policy.people[answer[0]], active=False)
    assert answer[0] not in readers(replace(policy, people={**policy.people, answer[0]: gone}))
    assert readers(with_readers("ben")) == ("ben",)

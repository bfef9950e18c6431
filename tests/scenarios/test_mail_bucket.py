"""Reconciliation of the mail bucket (A13, Q10).

A mail that was never announced is found in the bucket and settled.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.reconciliation_files import FileReconciliations
from leadtight.app.intake.inbound_mail import Mails
from leadtight.app.intake.mail_bucket import MailBucket
from leadtight.domain.intake.reconciliation import Reconciliation
from leadtight.domain.model.errors import OutOfTime
from leadtight.domain.policy.policy import Policy
from tests.scenarios.test_mail import Inbox
from tests.unit.adapters.email.letters import mail


class Bucket(Inbox):
    """An Inbox whose notices may be lost."""

    def govern(self, policy: Policy) -> None:
        super().govern(policy)
        self.records = FileReconciliations(MemoryFiles())
        self.bucket = MailBucket(self.incoming, self.files, self.table, self.records, self.policy.company.zone)

    def arrive(self, number: int, *, told: bool = True) -> None:
        file, headers = f"ses/{number}", {"From": f"ada{number}@example.com", "Message-ID": f"<{number}@example.com>"}
        self.files.now = self.now
        self.files.keep(file, mail("Call me.", headers=headers), "")
        if told:
            self.bucket.take(file, self.now)

    def result(self) -> Reconciliation:
        return self.bucket.reconcile(self.now)[-1]


def counts(record: Reconciliation) -> tuple[int, int, int, int]:
    return record.listed, record.arrived, len(record.taken), record.outstanding


@pytest.mark.proves("Q10")
def test_one_unannounced_mail_in_a_hundred_is_found_and_the_day_is_complete_again() -> None:
    world = Bucket()
    for number in range(100):
        world.arrive(number, told=number != 50)
    assert len(world.lead_ids()) == 99
    world.advance(hours=3)
    assert counts(world.result()) == (100, 99, 1, 0)
    assert len(world.lead_ids()) == 100
    assert counts(world.result()) == (100, 99, 1, 0), "the second run finds the same"
    assert len(world.lead_ids()) == 100


def test_a_late_notice_of_a_found_mail_changes_nothing() -> None:
    world = Bucket()
    world.arrive(1, told=False)
    world.advance(hours=1)
    world.result()
    assert world.bucket.take("ses/1", world.now).status == "duplicate"
    assert len(world.lead_ids()) == 1


def test_a_mail_settled_before_marks_existed_has_arrived() -> None:
    world = Bucket()
    world.arrive(1, told=False)
    world.incoming.take("ses/1", world.now)
    world.advance(hours=1)
    assert counts(world.result()) == (1, 1, 0, 0)


def test_held_and_set_aside_mails_are_settled() -> None:
    world = Bucket()
    for file, headers in {
        "ses/out": {"Auto-Submitted": "auto-replied"},
        "ses/spam": {"X-SES-Spam-Verdict": "FAIL"},
    }.items():
        world.files.now = world.now
        world.files.keep(file, mail(headers=headers), "")
        world.bucket.take(file, world.now)
    world.advance(hours=1)
    assert counts(world.result()) == (2, 2, 0, 0)


def test_a_very_recent_mail_may_still_be_on_its_way() -> None:
    world = Bucket()
    world.arrive(1, told=False)
    world.advance(minutes=10)
    assert counts(world.result()) == (0, 0, 0, 0)


def test_yesterdays_mails_are_compared_by_local_days() -> None:
    world = Bucket()
    world.now = datetime(2026, 11, 23, 22, 55, tzinfo=UTC)  # 23:55 in Berlin
    world.arrive(1, told=False)
    world.advance(hours=6)
    assert [counts(record) for record in world.bucket.reconcile(world.now)] == [(1, 0, 1, 0), (0, 0, 0, 0)]


def test_a_mail_that_fails_stays_missing_and_the_others_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Bucket()
    for number in range(3):
        world.arrive(number, told=False)
    world.advance(hours=1)
    take = Mails.take

    def failing(mails: Mails, file: str, now: datetime) -> object:
        if file == "ses/1":
            raise ConnectionError("the table is gone")
        return take(mails, file, now)

    with monkeypatch.context() as broken:
        broken.setattr(Mails, "take", failing)
        with pytest.raises(ConnectionError):
            world.result()
    kept = world.records.find("email", world.now.date())
    assert kept is not None
    assert (counts(kept), len(world.lead_ids())) == ((3, 0, 2, 1), 2)
    assert counts(world.result()) == (3, 0, 3, 0)


class TooSlow(AbstractContextManager[None]):
    """A limit that every mail exceeds."""

    def __enter__(self) -> None:
        raise OutOfTime("it took over 30.0 s")

    def __exit__(self, *_: object) -> None:
        """Let errors through."""


def test_a_mail_that_takes_too_long_to_read_is_held() -> None:
    world = Bucket()
    world.arrive(1, told=False)
    world.advance(hours=1)

    def limits(items: int) -> Iterator[AbstractContextManager[None]]:
        return (TooSlow() for _ in range(items))

    [*_, record] = world.bucket.reconcile(world.now, lambda: timedelta(seconds=60), limits)
    assert (counts(record), world.lead_ids()) == ((1, 0, 1, 0), [])
    [held] = world.quarantine.waiting(5)
    assert "takes too long" in held.detail


def test_without_time_left_mails_wait_for_the_next_run() -> None:
    world = Bucket()
    world.arrive(1, told=False)
    world.advance(hours=1)
    with pytest.raises(OutOfTime, match="1 mails wait"):
        world.bucket.reconcile(world.now, timedelta)
    assert world.lead_ids() == []
    assert counts(world.result()) == (1, 0, 1, 0)

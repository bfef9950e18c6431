"""Reconciliation with sources (A13, Q10).

Leads that never arrived are taken, and the day's completeness is reported.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from leadtight.adapters.inbound.webhooks import reader
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.reconciliation_files import FileReconciliations
from leadtight.app.intake.deliveries import Deliveries, Inquiring, PendingDelivery
from leadtight.app.intake.receive import Intake
from leadtight.app.intake.reconcile import Reconcile
from leadtight.app.intake.submission import Submission
from leadtight.domain.calendar.week import Week
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import FetchFailed
from leadtight.domain.policy.sources import LISTERS, Webhook
from leadtight.domain.policy.trust import Submitter
from leadtight.reporting.review.completeness import completeness, completeness_of
from tests.scenarios.listable_sources import MADE_AT, SOURCES, secret, webhook
from tests.scenarios.reports import reports as reports_of
from tests.scenarios.world import World

FORM = Webhook(id="demo", provider="typeform", source="demo_form", reconcile=True)
DAY = date(2026, 11, 23)


class Listed(World):
    """A World with one listable source.

    `had` is what it received, and when.
    """

    def __init__(self) -> None:
        super().__init__()
        self.had: list[tuple[datetime, Inquiring]] = []
        self.files, self.down = MemoryFiles(), False
        self.deliveries = Deliveries(self.intake, self.table, self.new_id, lambda _: None, self.proofs.report)
        self.reconcile = Reconcile(
            self.table, self.deliveries, FileReconciliations(self.files), self.listing, self.policy.company.zone
        )

    def listing(self, webhook: Webhook, since: datetime, until: datetime) -> Iterator[Inquiring]:
        if self.down:
            raise FetchFailed("answered 503")
        yield from (item for at, item in self.had if since <= at < until)

    def happen(self, number: int, *, arrives: bool = True) -> None:
        body = {"name": f"Ada {number}", "email": f"ada{number}@example.com"}
        item = Submission(source=FORM.source, key=f"T{number}", body=body, caller=Submitter.PROVIDER)
        self.had.append((self.now, item))
        if arrives:
            self.deliveries.take_all([item], "webhook:demo", self.now)

    def run(self) -> None:
        self.reconcile.run([FORM], self.now)
        self.run_stream()

    def completeness_on(self, day: date = DAY) -> dict[str, object]:
        rows = completeness(self.files, day, self.policy)
        return next(row for row in rows if row["channel"].startswith("webhook:"))

    def compared_on(self, day: date = DAY) -> list[str]:
        return [row["channel"] for row in completeness(self.files, day, self.policy) if not row["why"]]


@pytest.mark.proves("A13", "Q10")
@pytest.mark.parametrize("name", sorted(LISTERS))
def test_one_percent_of_deliveries_dropped_is_found_in_the_list_of_any_source(name: str) -> None:
    world, hook, source = Listed(), webhook(name), SOURCES[name]
    world.now = MADE_AT
    for number in range(100):
        if number != 57:
            items = reader.read(hook, source.delivery(number), "", "application/json")
            world.deliveries.take_all(items, hook.channel, world.now)
    fetching = Fetching(world.policy, lambda: {name: secret(name)}, source.listing(range(100)))
    reconcile = Reconcile(
        world.table, world.deliveries, FileReconciliations(world.files), fetching.listed, world.policy.company.zone
    )
    world.now += timedelta(hours=3)
    before = len(world.lead_ids())
    for _ in range(2):
        reconcile.run([hook], world.now)
        entry = world.completeness_on()
        counts = [entry[figure] for figure in ("listed", "arrived", "recovered", "outstanding", "completeness")]
        assert counts == [100, 99, 1, 0, 1.0]
        assert len(world.lead_ids()) == before + 1


@pytest.mark.proves("A13", "Q10")
@pytest.mark.slow
def test_one_lost_delivery_in_a_hundred_is_found_and_the_day_is_complete_again() -> None:
    world = Listed()
    for number in range(100):
        world.happen(number, arrives=number != 50)
    world.run_stream()
    world.advance(hours=3)
    world.run()
    assert len(world.lead_ids()) == 100
    assert all(world.lead(lead_id).owner_id for lead_id in world.lead_ids())
    assert world.completeness_on() == {
        "channel": "webhook:demo",
        "listed": 100,
        "arrived": 99,
        "recovered": 1,
        "outstanding": 0,
        "completeness": 1.0,
        "why": None,
    }
    stored = dict(world.files.files)
    world.run()
    assert (len(world.lead_ids()), world.completeness_on()["arrived"]) == (100, 99)
    assert stored.keys() == world.files.files.keys()
    assert b"T50" not in b"".join(stored.values())


def test_a_late_delivery_of_a_taken_lead_changes_nothing() -> None:
    world = Listed()
    world.happen(1, arrives=False)
    world.advance(hours=1)
    world.run()
    [(_, item)] = world.had
    [settled] = world.deliveries.take_all([item], "webhook:demo", world.now)
    assert (settled.status, len(world.lead_ids())) == ("duplicate", 1)


def test_held_and_announced_deliveries_are_not_missing() -> None:
    world = Listed()
    nothing = Submission(source=FORM.source, key="T1", body={"fields": {"x": "y"}})
    announced = PendingDelivery(channel="webhook:demo", source=FORM.source, key="T2", reason=Reason.ANNOUNCED)
    whole = PendingDelivery(channel="webhook:demo", source=FORM.source, key="", reason=Reason.UNMAPPED, content="{}")
    world.had = [(world.now, nothing), (world.now, announced)]
    world.deliveries.take_all([nothing], "webhook:demo", world.now, whole)
    world.deliveries.take_all([announced], "webhook:demo", world.now)
    world.advance(hours=1)
    world.run()
    assert (world.completeness_on()["listed"], world.completeness_on()["arrived"]) == (2, 2)


def test_a_very_recent_lead_may_still_be_on_its_way() -> None:
    world = Listed()
    world.happen(1, arrives=False)
    world.advance(minutes=10)
    world.run()
    assert world.completeness_on()["listed"] == 0
    assert world.completeness_on()["completeness"] is None


def test_yesterday_is_compared_again_by_local_days() -> None:
    world = Listed()
    world.now = datetime(2026, 11, 23, 22, 55, tzinfo=UTC)  # 23:55 in Berlin
    world.happen(1, arrives=False)
    world.advance(hours=6)
    world.run()
    assert (world.completeness_on()["recovered"], world.completeness_on(DAY + timedelta(days=1))["listed"]) == (1, 0)


def test_a_day_that_has_just_begun_is_not_compared() -> None:
    world = Listed()
    world.now = datetime(2026, 11, 23, 23, 2, tzinfo=UTC)  # two minutes past midnight in Berlin
    world.run()
    assert [world.completeness_on()["listed"], world.compared_on(DAY + timedelta(days=1))] == [0, []]


@pytest.mark.proves("A13")
def test_an_unresponsive_source_is_asked_again_and_loses_nothing() -> None:
    world = Listed()
    world.happen(1, arrives=False)
    world.advance(hours=1)
    world.down = True
    with pytest.raises(FetchFailed):
        world.run()
    assert world.compared_on() == []
    world.down = False
    world.run()
    assert world.completeness_on()["recovered"] == 1


@pytest.mark.proves("Q10")
def test_a_lead_that_fails_to_be_taken_stays_missing_until_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Listed()
    for number in range(3):
        world.happen(number, arrives=False)
    world.advance(hours=1)
    receive = Intake.receive

    def failing(intake: Intake, submission: Submission, now: datetime) -> object:
        if submission.key == "T1":
            raise ConnectionError("the table is gone")
        return receive(intake, submission, now)

    with monkeypatch.context() as broken:
        broken.setattr(Intake, "receive", failing)
        with pytest.raises(ConnectionError):
            world.run()
    assert (world.completeness_on()["outstanding"], world.completeness_on()["completeness"]) == (3, 0.0)
    world.run()
    assert (world.completeness_on()["recovered"], world.completeness_on()["completeness"]) == (3, 1.0)
    assert len(world.lead_ids()) == 3


def test_one_failing_source_does_not_block_others() -> None:
    world = Listed()
    world.happen(1, arrives=False)
    world.advance(hours=1)
    other = replace(FORM, id="other")
    listing = world.listing

    def listing_but_one(webhook: Webhook, since: datetime, until: datetime) -> Iterator[Inquiring]:
        if webhook.id == "other":
            raise FetchFailed("answered 500")
        yield from listing(webhook, since, until)

    reconcile = Reconcile(
        world.table, world.deliveries, FileReconciliations(world.files), listing_but_one, world.policy.company.zone
    )
    with pytest.raises(FetchFailed):
        reconcile.run([other, FORM], world.now)
    assert world.completeness_on()["recovered"] == 1


SOURCES_OF_ALL_KINDS = {
    hook.id: hook
    for hook in (
        replace(FORM, reconcile=True),
        Webhook(id="later", provider="typeform"),
        Webhook(id="chat", provider="whatsapp"),
        Webhook(id="inbox", provider="sendgrid"),
    )
}


@pytest.mark.proves("Q10")
def test_every_source_has_figures_or_says_why_not_by_day_and_by_week() -> None:
    world = Listed()
    world.policy = replace(world.policy, webhooks=SOURCES_OF_ALL_KINDS)
    world.happen(1)
    world.happen(2, arrives=False)
    world.advance(hours=3)
    world.run()
    reports = reports_of(world, world.files)
    night = world.now + timedelta(days=1)
    rows = {row["channel"]: row for row in reports.nightly(DAY, night)["day"]["completeness"]}
    whys = {channel: row["why"] for channel, row in rows.items()}
    assert whys == {
        "api": "programs have no list of what they posted, and repeat a post until it is answered",
        "email": "reconciliation did not run, or failed",
        "form:contact": "nothing but the post itself says that a form was sent",
        "webhook:chat": "Meta has no list of the messages that a WhatsApp number received",
        "webhook:demo": None,
        "webhook:inbox": "SendGrid keeps no mails that it has posted",
        "webhook:later": "it can be asked, but its entry in the policy does not say reconcile = true",
    }
    assert {channel for channel, row in rows.items() if row["listed"] is None} == whys.keys() - {"webhook:demo"}
    assert (rows["webhook:demo"]["listed"], rows["webhook:demo"]["recovered"]) == (2, 1)
    review = reports.weekly(DAY, night)
    assert {row["channel"]: row["why"] for row in review["completeness"]} == whys
    page = world.files.files[f"weekly/{Week.of(DAY)}/index.html"].decode()
    assert "Webhook chat</strong> was not compared: Meta has no list" in page
    assert '<bdi>webhook demo</bdi></th><td class="n">2</td><td class="n">1</td>' in page


def test_a_week_sums_its_days() -> None:
    world = Listed()
    for day in range(2):
        world.now = datetime(2026, 11, 23 + day, 9, 0, tzinfo=UTC)
        world.happen(day, arrives=day == 0)
        world.advance(hours=3)
        world.run()
    [row] = [
        row for row in completeness_of(world.files, [DAY, DAY + timedelta(days=1)], world.policy) if not row["why"]
    ]
    assert [row[name] for name in ("listed", "arrived", "recovered", "outstanding")] == [2, 1, 1, 0]

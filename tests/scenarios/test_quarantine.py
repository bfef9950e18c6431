"""Authentic deliveries are never dropped.

What is not a lead is held, seen, and released or discarded by a person.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

import pytest

from leadtight.adapters.inbound.webhooks.reader import read, reread, whole
from leadtight.app.intake.deliveries import Deliveries, SettledItem
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.app.outcomes.call_report import CallReport
from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState, Reason
from leadtight.domain.intake.rate_limits import PostOrigin
from leadtight.domain.model.errors import InvalidInquiry, OutOfTime, StaleSubmission
from leadtight.domain.policy.forms import FormLimits
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World

HOOK = Webhook(id="quotes", provider="standard", source="quote_tool", fields={"mail": "email"})


class Received(World):
    """A World with one webhook."""

    def __init__(self, webhook: Webhook = HOOK) -> None:
        super().__init__()
        self.hook(webhook)

    def hook(self, webhook: Webhook) -> None:
        self.webhook = webhook
        self.govern(replace(self.policy, webhooks={webhook.id: webhook}))
        self.deliveries = Deliveries(self.intake, self.table, self.new_id, lambda _: None, self.proofs.report)
        self.quarantine = Quarantine(self.table, self.intake, partial(reread, self.policy), self.proofs.report)

    def deliver(self, content: Any, key: str = "msg_1") -> SettledItem:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        items = read(self.webhook, body, key, "application/json")
        original = whole(self.webhook, body, key, "application/json", Reason.UNMAPPED, "")
        [settled] = self.deliveries.take_all(items, "webhook:quotes", self.now, original)
        self.run_stream()
        return settled


@pytest.mark.proves("A5")
def test_an_unmapped_delivery_is_held_with_what_it_lacks_and_released_after_the_mapping_is_fixed() -> None:
    world = Received()
    content = {"contact": {"address": "ada@example.com"}}
    assert world.deliver(content).status == "held"
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, json.loads(delivery.content)) == (Reason.UNMAPPED, content)
    assert "email" in delivery.detail
    assert world.lead_ids() == []
    with pytest.raises(InvalidInquiry):
        world.quarantine.release(delivery.id, "mia", world.now)
    world.hook(replace(HOOK, fields={"contact.address": "email"}))
    replayed = world.quarantine.replay("webhook:quotes", "mia", world.now)
    assert (replayed.released, replayed.still_held) == (1, ())
    world.run_stream()
    [lead_id] = world.lead_ids()
    assert world.lead(lead_id).owner_id
    assert world.quarantine.waiting(9) == ()
    settled = world.quarantine.find(delivery.id)
    assert (settled.state, settled.lead_id, settled.settled_by) == (QuarantineState.RELEASED, lead_id, "mia")


@pytest.mark.parametrize("body", [b"not json", b"\xff\xfe", b"[]", b"[" * 50_000, b'{"mail": {"deep": []}}'])
def test_an_unreadable_delivery_is_held_unchanged(body: bytes) -> None:
    world = Received()
    assert world.deliver(body).status == "held"
    [delivery] = world.quarantine.waiting(9)
    assert delivery.channel == "webhook:quotes"
    assert delivery.is_base64 == (body == b"\xff\xfe")
    assert world.lead_ids() == []


@pytest.mark.proves("A11")
@pytest.mark.slow
def test_concurrent_copies_of_a_delivery_are_one_lead_or_one_held_delivery() -> None:
    for content, kept in (({"mail": "ada@example.com"}, (1, 0)), ({"nobody": 1}, (0, 1))):
        world = Received()

        def deliver(_: int, world: Received = world, content: Any = content) -> SettledItem:
            body = json.dumps(content).encode()
            original = whole(HOOK, body, "msg_1", "", Reason.UNMAPPED, "")
            return world.deliveries.take(read(HOOK, body, "msg_1", "")[0], "webhook:quotes", world.now, original)

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(deliver, range(50)))
        assert len({a.id for a in answers}) == 1
        assert sum(a.status == "duplicate" for a in answers) == 49
        assert (len(world.lead_ids()), len(world.quarantine.waiting(99))) == kept


@pytest.mark.proves("A11")
def test_only_created_merged_and_held_are_accepted() -> None:
    world = Received()
    bodies: list[Any] = [
        {"mail": "a@example.com"},
        {"mail": "b@example.com"},
        {"mail": "a@example.com", "message": "again"},
        {"nobody": 1},
        b"broken",
    ]
    statuses = [world.deliver(body, key=f"msg_{n}").status for n, body in enumerate(bodies)]
    assert statuses == ["created", "created", "merged", "held", "held"]
    assert [world.deliver(body, key=f"msg_{n}").status for n, body in enumerate(bodies)] == ["duplicate"] * 5
    assert (len(world.lead_ids()), len(world.quarantine.waiting(9))) == (2, 2)


def test_a_released_delivery_is_one_lead_however_often_it_is_released() -> None:
    world = Received()
    world.deliver(b"broken")
    world.deliver({"nobody": 1}, key="msg_2")
    broken, unmapped = world.quarantine.waiting(9)
    world.quarantine.discard(broken.id, "mia", "nothing in it", world.now)
    assert world.quarantine.find(broken.id).settled_by == "mia"
    with pytest.raises(StaleSubmission):
        world.quarantine.release(broken.id, "mia", world.now)
    world.hook(replace(HOOK, fields={"to_string(nobody)": "name"}))
    [first] = world.quarantine.release(unmapped.id, "mia", world.now)
    with pytest.raises(StaleSubmission):
        world.quarantine.release(unmapped.id, "mia", world.now)
    assert world.lead_ids() == [first.lead_id]


def test_discarding_requires_a_reason() -> None:
    world = Received()
    world.deliver(b"broken")
    [delivery] = world.quarantine.waiting(9)
    with pytest.raises(InvalidInquiry) as caught:
        world.quarantine.discard(delivery.id, "mia", "  ", world.now)
    assert caught.value.problems[0].field == "reason"


@pytest.mark.proves("A11")
def test_a_delivery_being_released_cannot_be_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Received()
    world.deliver({"nobody": "Ada"})
    [delivery] = world.quarantine.waiting(9)
    world.hook(replace(HOOK, fields={"nobody": "name"}))
    receive, refused = world.intake.receive, list[StaleSubmission]()

    def discarded_meanwhile(submission: Submission, now: datetime) -> IntakeResult:
        with pytest.raises(StaleSubmission, match="is being released") as caught:
            world.quarantine.discard(delivery.id, "ana", "an advert", now)
        refused.append(caught.value)
        return receive(submission, now)

    monkeypatch.setattr(world.intake, "receive", discarded_meanwhile)
    [accepted] = world.quarantine.release(delivery.id, "mia", world.now)
    assert refused
    assert world.lead_ids() == [accepted.lead_id]
    assert world.quarantine.find(delivery.id).state is QuarantineState.RELEASED


def test_an_interrupted_release_is_repeated_and_not_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Received()
    world.deliver({"nobody": "Ada"})
    [delivery] = world.quarantine.waiting(9)
    world.hook(replace(HOOK, fields={"nobody": "name"}))
    settle = world.table.settle

    def dies(after: QuarantinedDelivery) -> None:
        if after.state is QuarantineState.RELEASED:
            raise KeyboardInterrupt
        settle(after)

    with monkeypatch.context() as patch:
        patch.setattr(world.table, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            world.quarantine.release(delivery.id, "mia", world.now)
    with pytest.raises(StaleSubmission, match="release it again"):
        world.quarantine.discard(delivery.id, "ana", "an advert", world.now)
    [accepted] = world.quarantine.release(delivery.id, "ana", world.now)
    assert world.lead_ids() == [accepted.lead_id]


def test_a_delivery_that_failed_to_release_may_be_discarded() -> None:
    world = Received()
    world.deliver({"nobody": 1})
    [delivery] = world.quarantine.waiting(9)
    with pytest.raises(InvalidInquiry):
        world.quarantine.release(delivery.id, "mia", world.now)
    world.quarantine.discard(delivery.id, "mia", "nothing in it", world.now)
    assert world.quarantine.find(delivery.id).state is QuarantineState.DISCARDED


def test_a_rate_limited_post_is_held_whole_even_if_no_encoding_can_write_it() -> None:
    world = Received()
    door = PostOrigin(name="api", rates=FormLimits(per_address=1), address="203.0.113.9")
    body = {"name": "A\ud800da Ö", "email": "ada@example.com", "message": "A roof \udcff"}
    taken, over_rate = (
        world.deliveries.take(Submission(source="api", body=body | {"region": region}, door=door), "api", world.now)
        for region in ("Bavaria", "Saxony")
    )
    assert (taken.status, over_rate.status) == ("created", "held")
    [waiting] = world.quarantine.waiting(9)
    assert (waiting.id, waiting.reason, waiting.content_type) == (over_rate.id, Reason.TOO_MANY, "application/json")
    assert "the rate limit for its address is exceeded" in waiting.detail
    assert waiting.content.encode()
    assert "Ö" in waiting.content
    assert json.loads(waiting.content) == body | {"region": "Saxony"}


def test_a_reaction_without_an_open_lead_is_set_aside_with_its_reason() -> None:
    world = Received()
    reaction = Submission(source="chat", body={"handle": "whatsapp:ada", "message": "+1"}, joins_only=True)
    settled = world.deliveries.take(reaction, "webhook:chat", world.now)
    assert (settled.status, world.quarantine.waiting(9), world.lead_ids()) == ("set_aside", (), [])
    [aside] = world.quarantine.set_aside(world.now, 9)
    assert (aside.id, aside.reason) == (settled.id, Reason.AUTOMATIC)
    assert "its sender has no open lead" in aside.detail


class Over(AbstractContextManager[None]):
    """A limit of time that is over at once."""

    def __enter__(self) -> NoReturn:
        raise OutOfTime("over 2 s")

    def __exit__(self, *failure: object) -> None:
        raise AssertionError("nothing was entered")


def test_a_lead_that_times_out_is_taken_later_and_a_report_is_held() -> None:
    world = Received()
    body = b'{"mail": "ada@example.com"}'
    original = whole(HOOK, body, "msg_1", "application/json", Reason.UNMAPPED, "")
    lead = Submission(source="quote_tool", key="lead-1", body={"email": "ada@example.com"})
    report = CallReport(ref="call-1", at=world.now, outcome="connected")
    other = Submission(source="quote_tool", key="lead-2", body={"email": "bo@example.com"})
    settled = world.deliveries.take_each(
        [(lead, original), (report, original), (other, original)],
        "webhook:quotes",
        world.now,
        lambda _: iter([Over(), Over(), nullcontext()]),
    )
    assert [item.status for item in settled] == ["announced", "held", "created"]
    postponed, waiting = (world.quarantine.find(item.id) for item in settled[:2])
    assert (postponed.reason, postponed.key, postponed.detail) == (Reason.ANNOUNCED, "lead-1", "over 2 s")
    assert (waiting.reason, waiting.key) == (Reason.UNREADABLE, "msg_1")
    assert waiting.detail == "reading it takes too long: over 2 s"
    assert postponed.content == waiting.content == body.decode()

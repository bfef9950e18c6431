"""Announced leads: fetched at once or retried, never forgotten."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.reader import read, reread
from leadtight.app.intake.deliveries import Deliveries
from leadtight.app.intake.fetch_announced import FetchAnnounced
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import GIVEN_UP_AFTER, QuarantineState, Reason
from leadtight.domain.model.errors import FetchFailed, FetchRefused
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter
from tests.scenarios.world import World

HOOK = Webhook(id="ads", provider="facebook", source="facebook")
ADA = {"field_data": [{"name": "full_name", "values": ["Ada Obi"]}, {"name": "email", "values": ["ada@example.com"]}]}


class Announced(World):
    """A World whose ad platform announces leads.

    `answers` are its next responses; the last one stays.
    """

    def __init__(self, *answers: object) -> None:
        super().__init__()
        self.answers, self.hinted = list(answers), list[str]()
        self.hook(HOOK)

    def hook(self, webhook: Webhook) -> None:
        self.webhook = webhook
        self.govern(replace(self.policy, webhooks={webhook.id: webhook}))
        fetching = Fetching(self.policy, lambda: {"ads": WebhookSecrets(signing=("s",))}, lambda *_: self.answer())
        self.deliveries = Deliveries(self.intake, self.table, self.new_id, self.hinted.append, self.proofs.report)
        self.collect = FetchAnnounced(self.table, self.intake, fetching.fetch, fetching.read)
        self.quarantine = Quarantine(self.table, self.intake, partial(reread, self.policy), self.proofs.report)

    def answer(self) -> bytes:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(answer).encode()

    def announce(self, lead: int = 1) -> str:
        change = {"field": "leadgen", "value": {"leadgen_id": lead}}
        body = json.dumps({"entry": [{"changes": [change]}]}).encode()
        [settled] = self.deliveries.take_all(read(self.webhook, body, "", ""), "webhook:ads", self.now)
        return settled.id


@pytest.mark.proves("A3")
def test_an_announced_lead_is_hinted_fetched_once_and_assigned() -> None:
    world = Announced(ADA)
    held_id = world.announce()
    assert world.announce() == held_id
    assert world.hinted == [held_id]
    for _ in range(2):
        world.collect.collect(held_id, world.now)
    world.run_stream()
    [lead_id] = world.lead_ids()
    lead = world.lead(lead_id)
    assert (lead.inquiry.email, lead.source) == ("ada@example.com", "facebook")
    assert lead.owner_id
    assert world.table.find_held(held_id).state is QuarantineState.RELEASED  # type: ignore[union-attr]  # it was announced above


def test_a_lost_hint_is_found_by_the_sweep() -> None:
    world = Announced(ADA)
    world.announce()
    collected = world.collect.sweep(world.now)
    assert (collected.fetched, collected.waiting_for_a_person) == (1, 0)
    assert len(world.lead_ids()) == 1


@pytest.mark.proves("A3")
def test_a_provider_outage_delays_the_lead_and_loses_none() -> None:
    world = Announced(*[FetchFailed("answered 503")] * 9, ADA)
    for number in range(3):
        world.announce(number)
    for _ in range(12 * 12):
        world.now += timedelta(minutes=5)
        world.collect.sweep(world.now)
    assert len(world.lead_ids()) == 1  # the three answers are the same person
    assert world.table.waiting(world.now + timedelta(days=9), 9) == ()


def test_a_lead_that_cannot_be_fetched_for_a_day_and_a_half_is_held() -> None:
    world = Announced(FetchFailed("answered 403"))
    held_id = world.announce()
    while world.now < world.table.find_held(held_id).received_at + GIVEN_UP_AFTER:  # type: ignore[union-attr]  # announced above
        world.now += timedelta(minutes=30)
        world.collect.sweep(world.now)
    world.now += timedelta(hours=1)
    assert world.collect.sweep(world.now).waiting_for_a_person == 1
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, delivery.detail) == (Reason.NOT_FETCHED, "answered 403")


def test_a_lead_refused_permanently_by_the_provider_is_held_at_once() -> None:
    world = Announced(FetchRefused("answered 404"))
    world.announce()
    assert world.collect.sweep(world.now).waiting_for_a_person == 1
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, delivery.detail) == (Reason.NOT_FETCHED, "answered 404")


def test_a_sweep_without_time_fetches_nothing_and_reports_the_remainder() -> None:
    world = Announced(ADA)
    world.announce(1)
    world.announce(2)
    swept = world.collect.sweep(world.now, lambda: timedelta())
    assert (swept.fetched, swept.put_off, swept.unfinished, world.lead_ids()) == (0, 0, 2, [])
    time_left = iter([timedelta(seconds=1), timedelta()])
    swept = world.collect.sweep(world.now, lambda: next(time_left))
    assert (swept.fetched, swept.unfinished, len(world.lead_ids())) == (1, 1, 1)


def test_a_fetched_form_without_a_contact_is_held_and_released_once_mapped() -> None:
    answer = {"field_data": [{"name": "how can we reach you", "values": ["ada@example.com"]}]}
    world = Announced(answer)
    held_id = world.announce()
    world.collect.sweep(world.now)
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, json.loads(delivery.content)) == (Reason.UNMAPPED, answer)
    world.hook(replace(HOOK, fields={"how can we reach you": "email"}))
    [accepted] = world.quarantine.release(held_id, "mia", world.now)
    assert world.lead(accepted.lead_id).inquiry.email == "ada@example.com"


def test_a_crash_after_receiving_leaves_one_lead_after_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Announced(ADA)
    held_id = world.announce()

    def crash(delivery: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(world.table, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            world.collect.collect(held_id, world.now)
    assert len(world.lead_ids()) == 1
    world.now += timedelta(minutes=5)
    assert world.collect.sweep(world.now).fetched == 1
    assert len(world.lead_ids()) == 1


def test_an_unexpectedly_failing_delivery_is_postponed_and_the_others_are_fetched() -> None:
    world = Announced(ZeroDivisionError("in its reader"), ADA)
    failed, _ = world.announce(1), world.announce(2)
    swept = world.collect.sweep(world.now)
    assert (swept.fetched, [str(fault) for fault in swept.faults]) == (1, ["in its reader"])
    delivery = world.quarantine.find(failed)
    assert (delivery.state, delivery.tries, delivery.detail) == (
        QuarantineState.WAITING,
        1,
        "ZeroDivisionError: in its reader",
    )
    assert delivery.next_try_at is not None
    assert delivery.next_try_at > world.now


def test_a_fetched_reaction_without_a_lead_is_set_aside() -> None:
    world = Announced(ADA)
    held_id = world.announce()
    reaction = Submission(
        source="facebook", body={"handle": "facebook:ada", "message": "+1"}, joins_only=True, caller=Submitter.PROVIDER
    )
    collect = FetchAnnounced(world.table, world.intake, lambda delivery: b"{}", lambda delivery, content: [reaction])
    delivery = collect.collect(held_id, world.now)
    assert delivery is not None
    assert (delivery.is_set_aside, world.lead_ids()) == (True, [])
    assert world.collect.sweep(world.now).waiting_for_a_person == 0
    assert [aside.id for aside in world.quarantine.set_aside(world.now, 9)] == [held_id]

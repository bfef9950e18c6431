"""Settling all deliveries held for one reason at once.

One person's decision settles each delivery once, and none that came since.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadtight.app.intake import bulk_settlement
from leadtight.app.intake.bulk_settlement import BulkSettlement, BulkSettlementResult, SettlementSelection
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.receive import IntakeResult
from leadtight.domain.intake.quarantine import QuarantineState, Reason
from leadtight.domain.model.errors import Conflict, InvalidInquiry
from tests.scenarios.test_quarantine import HOOK, Received


def always() -> bool:
    return True


class Flooded(Received):
    """A world where people hold and settle many deliveries."""

    def __init__(self) -> None:
        super().__init__(replace(HOOK, fields={"name": "name"}))
        self.settlement = BulkSettlement(self.quarantine)

    def held(self, *names: str, reason: Reason = Reason.TOO_MANY) -> list[str]:
        """Hold a delivery of each name; return their ids.

        They are a second apart.
        """
        return [self._held(name, reason) for name in names]

    def _held(self, name: str, reason: Reason) -> str:
        self.now += timedelta(seconds=1)
        content = json.dumps({"name": name} if name else {})
        item = PendingDelivery(
            channel="webhook:quotes",
            source="quote_tool",
            key=f"{name}{self.now}",
            reason=reason,
            content=content,
            content_type="application/json",
        )
        return self.deliveries.hold(item, self.now).id

    def chosen(self, reason: Reason = Reason.TOO_MANY) -> SettlementSelection:
        return SettlementSelection(reason=reason, until=self.now)

    def release(self, go_on: Callable[[], bool] = always, reason: Reason = Reason.TOO_MANY) -> BulkSettlementResult:
        result = self.settlement.release(self.chosen(reason), "mia", self.now, go_on)
        self.run_stream()
        return result

    def discard(self, reason: str = "adverts") -> BulkSettlementResult:
        return self.settlement.discard(self.chosen(), "mia", reason, self.now, always)

    def reopen(self) -> BulkSettlementResult:
        return self.settlement.reopen(Reason.TOO_MANY, self.now, always)

    def names(self) -> list[str]:
        return [self.lead(lead_id).inquiry.name for lead_id in self.lead_ids()]

    def states(self, held_ids: list[str]) -> set[QuarantineState]:
        return {self.quarantine.find(held_id).state for held_id in held_ids}


def test_deliveries_of_one_reason_become_leads_oldest_first_and_others_wait() -> None:
    world = Flooded()
    flood = world.held("Ada", "Bo", "Cy")
    [other] = world.held("Dee", reason=Reason.UNMAPPED)
    assert world.release() == BulkSettlementResult(done=3)
    assert world.names() == ["Ada", "Bo", "Cy"]
    assert world.states(flood) == {QuarantineState.RELEASED}
    assert {world.quarantine.find(held_id).settled_by for held_id in flood} == {"mia"}
    assert world.states([other]) == {QuarantineState.HELD}


def test_suspected_spam_is_settled_together_too() -> None:
    world = Flooded()
    spam = world.held("Ada", "Bo", reason=Reason.SPAM)
    assert world.settlement.held_for(Reason.SPAM, 9) == world.quarantine.suspected(9)
    assert world.release(reason=Reason.SPAM).done == 2
    assert world.states(spam) == {QuarantineState.RELEASED}


def test_deliveries_newer_than_the_page_are_left() -> None:
    world = Flooded()
    world.held("Ada")
    chosen = world.chosen()
    [later] = world.held("Bo")
    assert world.settlement.release(chosen, "mia", world.now, always).done == 1
    assert world.states([later]) == {QuarantineState.HELD}


def test_a_delivery_that_is_still_not_a_lead_is_refused_by_name_and_the_others_are_settled() -> None:
    world = Flooded()
    _, broken, _ = world.held("Ada", "", "Bo")
    result = world.release()
    assert (result.done, [held_id for held_id, _ in result.refused], result.is_complete) == (2, [broken], True)
    assert "give a name" in result.refused[0][1]
    assert world.states([broken]) == {QuarantineState.HELD}


def test_a_delivery_with_contention_is_refused_and_the_others_are_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Flooded()
    busy, _ = world.held("Ada", "Bo")
    release = world.quarantine.release

    def busy_once(held_id: str, by: str, now: datetime) -> tuple[IntakeResult, ...]:
        if held_id == busy:
            raise Conflict("somebody else was faster")
        return release(held_id, by, now)

    monkeypatch.setattr(world.quarantine, "release", busy_once)
    assert world.release() == BulkSettlementResult(done=1, refused=((busy, "somebody else was faster"),))


def test_a_delivery_settled_meanwhile_by_another_person_is_theirs_and_the_others_are_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Flooded()
    first, _, _ = world.held("Ada", "Bo", "Cy")
    release = world.quarantine.release

    def after_another(held_id: str, by: str, now: datetime) -> tuple[IntakeResult, ...]:
        if held_id == first:
            release(held_id, "lea", now)
        return release(held_id, by, now)

    monkeypatch.setattr(world.quarantine, "release", after_another)
    assert world.release() == BulkSettlementResult(done=2)
    assert world.quarantine.find(first).settled_by == "lea"


def test_deliveries_left_after_the_time_limit_are_reported() -> None:
    world = Flooded()
    flood = world.held("Ada", "", "Bo", "Cy")
    time_left: Iterator[bool] = iter([True, True, True, False])
    result = world.release(lambda: next(time_left))
    assert (result.done, len(result.refused), result.is_complete) == (2, 1, False)
    assert world.states(flood[3:]) == {QuarantineState.HELD}
    assert world.release() == BulkSettlementResult(done=1, refused=result.refused)


def test_deliveries_behind_many_of_another_reason_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (bulk_settlement.AT_ONCE, bulk_settlement.MOST_LOOKED_THROUGH) == (200, 12_800)
    monkeypatch.setattr(bulk_settlement, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_settlement, "MOST_LOOKED_THROUGH", 8)
    world = Flooded()
    world.held(*"abcde", reason=Reason.UNMAPPED)
    world.held(*"fghij")
    assert world.release().done == 5


def test_deliveries_are_discarded_with_a_reason_and_reopened_by_another_press() -> None:
    world = Flooded()
    flood = world.held("Ada", "Bo")
    with pytest.raises(InvalidInquiry) as refused:
        world.discard("  ")
    assert [(p.field, p.detail) for p in refused.value.problems] == [("reason", "say why these are not leads")]
    assert world.discard() == BulkSettlementResult(done=2)
    discarded = [world.quarantine.find(held_id) for held_id in flood]
    assert {(delivery.state, delivery.note) for delivery in discarded} == {(QuarantineState.DISCARDED, "adverts")}
    assert world.lead_ids() == []
    assert world.reopen() == BulkSettlementResult(done=2)
    assert world.states(flood) == {QuarantineState.HELD}


@pytest.mark.parametrize(("days", "reopened"), [(0, 1), (6, 1), (7, 0)])
def test_a_press_can_be_undone_within_a_week(days: int, reopened: int) -> None:
    world = Flooded()
    world.held("Ada")
    world.discard()
    world.now += timedelta(days=days)
    assert world.reopen().done == reopened


def test_deliveries_discarded_alone_or_for_another_reason_stay_discarded() -> None:
    world = Flooded()
    [alone] = world.held("Ada")
    world.quarantine.discard(alone, "mia", "advert", world.now)
    [unmapped] = world.held("Bo", reason=Reason.UNMAPPED)
    world.quarantine.discard(unmapped, "mia", "advert", world.now, together=True)
    assert world.reopen() == BulkSettlementResult(done=0)
    assert world.states([alone, unmapped]) == {QuarantineState.DISCARDED}

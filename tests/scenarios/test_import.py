"""Imported rows (A9, R6).

Live ones are ordinary leads, closed ones records, and the same file again adds nothing.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadtight.app.intake.file_import import Import, ImportResult, ImportRow
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.stage import Stage
from tests.scenarios.test_capacity import knows_its_owner
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World, with_pool, without_caps

pytestmark = pytest.mark.slow


def take(world: World, *rows: ImportRow) -> tuple[ImportResult, ...]:
    taken = Import(world.policy, world.intake).take("old_crm", rows, world.now)
    world.run_stream()
    return taken


def live(number: int, **body: Any) -> ImportRow:
    defaults = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": WARM}
    return ImportRow(number=number + 1, key=f"id-{number}", body=defaults | body)


def over(number: int, stage: str = "won", closed_at: str | None = "2026-03-04", **body: Any) -> ImportRow:
    past = {"stage": stage, "closed_at": closed_at, "lost_reason": "price" if stage == "lost" else ""}
    return replace(live(number, received_at="2026-02-03T10:00:00", **body), past=past)


def test_a_live_row_is_routed_and_timed_as_any_lead_without_a_late_acknowledgement() -> None:
    imported, sent = World(), World()
    [result] = take(imported, live(1))
    theirs = sent.submit(Submission(source="old_crm", body={**live(1).body, "acknowledge": False})).lead_id
    for world in (imported, sent):
        world.advance(hours=3)
    assert imported.lead(result.lead_id) == replace(sent.lead(theirs), id=result.lead_id)
    assert imported.kinds(result.lead_id) == sent.kinds(theirs)
    assert not imported.mails(result.lead_id, Template.ACKNOWLEDGE)


def test_an_unknown_owner_is_named() -> None:
    [result] = take(World(), live(1, owner="Nobody Known"))
    assert [(p.field, p.detail) for p in result.problems] == [
        ("owner", "no team member is called 'Nobody Known'; kept as written")
    ]


def test_a_field_that_cannot_be_read_is_named_and_kept() -> None:
    world = World()
    [row] = take(world, live(1, value="much"))
    assert [(p.field, p.detail) for p in row.problems] == [("value", "could not be read; kept as written")]
    assert world.lead(row.lead_id).inquiry.fields["value"] == "much"


def test_a_closed_row_needs_neither_its_day_nor_a_reason() -> None:
    world = World()
    [row] = take(world, replace(live(1), past={"stage": "lost"}))
    lead = world.lead(row.lead_id)
    assert (lead.stage, lead.lost_reason, lead.closed_at is not None) == (Stage.LOST, "", True)


@pytest.mark.proves("R6")
def test_r6_a_thousand_concurrent_rows_are_shared_within_one() -> None:
    world = World(policy=without_caps(with_pool(World().policy, dict.fromkeys(("ana", "ben", "cem"), 1))))
    world.respond.deliver = lambda *_: None  # type: ignore[method-assign]  # a thousand mails prove nothing here
    results = take(world, *(live(number) for number in range(1_000)))
    assert Counter(result.result for result in results) == {"created": 1_000}
    shares = Counter(world.lead(result.lead_id).owner_id for result in results)
    assert set(shares) == {"ana", "ben", "cem"}
    assert max(shares.values()) - min(shares.values()) <= 1


def test_the_same_file_again_creates_nothing_even_years_later_or_changed() -> None:
    world = World()
    rows = (live(1), over(2), live(3, email=None))
    first = take(world, *rows)
    world.now += timedelta(days=3 * 365)
    again = take(world, *(replace(row, body={**row.body, "message": "changed"}) for row in rows))
    assert [(result.result, result.lead_id) for result in again] == [("duplicate", result.lead_id) for result in first]
    assert len(world.lead_ids()) == 3


@pytest.mark.proves("A9")
def test_a_closed_row_keeps_its_stage_and_dates_without_notifications() -> None:
    world = World()
    won, lost = take(world, over(1), over(2, "lost", phone="+49 30 901820", consent={"sms": True}))
    world.advance(days=60)
    lead = world.lead(won.lead_id)
    assert (lead.stage, lead.received_at) == (Stage.WON, datetime.fromisoformat("2026-02-03T09:00Z"))
    assert lead.closed_at == datetime.fromisoformat("2026-03-03T23:00Z"), "midnight in the company's zone"
    assert (world.lead(lost.lead_id).stage, world.lead(lost.lead_id).lost_reason) == (Stage.LOST, "price")
    for result in (won, lost):
        assert world.kinds(result.lead_id) == [EventKind.LEAD_RECEIVED, EventKind.LEAD_EXCLUDED]
        assert fold(world.table.history(result.lead_id)) == world.lead(result.lead_id)
        assert not world.lead(result.lead_id).is_breached(world.now)
    assert not world.mailer.sent
    assert not world.texter.sent
    assert world.repairs() == 0


def test_a_thousand_records_arm_no_alarm_and_take_no_turn() -> None:
    world = World()
    take(world, *(over(number) for number in range(1_000)))
    assert world.alarms.next_at() is None
    assert world.lead(world.receive()).owner_id == "ana"


def test_an_old_open_row_is_due_from_now_on_without_a_late_reply() -> None:
    world = World()
    [result] = take(world, live(1, message=HOT, received_at="2026-02-03T10:00:00"))
    lead = world.lead(result.lead_id)
    assert lead.received_at == datetime.fromisoformat("2026-02-03T09:00Z")
    assert lead.promise.deadline == MONDAY_NINE + timedelta(minutes=5)
    assert lead.owner_id == "ana"
    assert not world.mails(lead.id, Template.ACKNOWLEDGE)
    assert world.mails(lead.id, Template.ALERT_OWNER)


def test_an_old_row_joining_an_open_lead_gets_no_late_reply_either() -> None:
    world = World()
    open_id = world.receive(email="ada1@example.com")
    [result] = take(world, live(1, received_at="2026-02-03T10:00:00"))
    assert (result.result, result.lead_id) == ("merged", open_id)
    assert len(world.mails(open_id, Template.ACKNOWLEDGE)) == 1


def test_a_row_of_a_person_with_an_open_lead_joins_it_and_a_record_never_replaces_it() -> None:
    world = World()
    open_id = world.receive(email="ada1@example.com")
    merged, record = take(world, live(1), over(2, email="ada1@example.com"))
    assert (merged.result, merged.lead_id) == ("merged", open_id)
    assert (record.result, world.lead(record.lead_id).earlier_lead_ids) == ("created", (open_id,))
    again = world.submit(Submission(source="web", body={"email": "ada1@example.com", "message": "hello again"}))
    assert (again.status, again.lead_id) == ("merged", open_id), "the open lead is still found"


def test_a12_a_person_known_from_a_record_goes_to_their_former_owner() -> None:
    world = World(policy=knows_its_owner(World().policy))
    [record] = take(world, over(1, owner="Cem Yilmaz"))
    lead = world.lead(world.receive(email="ada1@example.com"))
    assert (lead.earlier_lead_ids, lead.owner_id) == ((record.lead_id,), "cem")


def test_r14_rows_without_address_and_number_are_separate_people() -> None:
    world = World()
    blank = {"email": "", "phone": " ", "company": "", "name": "Ada Obi"}
    results = take(world, *(live(number, **blank) for number in range(5)), over(9, **blank))
    assert [result.result for result in results] == ["created"] * 6
    assert all(not world.lead(result.lead_id).earlier_lead_ids for result in results)


def test_an_unidentified_row_is_rejected_by_field_and_an_odd_one_is_kept_and_named() -> None:
    world = World()
    nobody, odd = take(
        world, ImportRow(number=2, key="1", body={"message": "x"}), live(2, phone="12", received_at="9999-12-31")
    )
    assert (nobody.result, [p.field for p in nobody.problems]) == ("rejected", ["name", "email", "phone"])
    assert (odd.result, [p.field for p in odd.problems]) == ("created", ["phone", "received_at"])
    assert {p.detail for p in odd.problems} == {"could not be read; kept as written"}
    assert len(world.lead_ids()) == 1


@pytest.mark.parametrize("past", [None, {"stage": "won", "closed_at": "nonsense", "lost_reason": ""}])
def test_an_invalid_date_does_not_lose_the_row(past: dict[str, Any] | None) -> None:
    world = World()
    [result] = take(world, replace(live(1, received_at="nonsense"), past=past))
    assert result.result == "created"
    assert world.lead(result.lead_id).inquiry.fields["received_at"] == "nonsense"

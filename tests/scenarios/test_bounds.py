"""Leads, events and people stay bounded, and nothing is lost."""

import json
from itertools import count

import pytest

from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.intake import receive as intake
from leadtight.app.intake.submission import Submission
from leadtight.app.outcomes import desk
from leadtight.domain.model import bounds
from leadtight.domain.model.bounds import LONGEST_ADDED, MOST_FIELD_BYTES, MOST_FIELDS, MOST_SOURCES, fields_within
from leadtight.domain.model.codec import to_document
from leadtight.domain.model.errors import NotStorable
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.stage import Stage
from leadtight.domain.views.call_brief import brief
from tests.scenarios.world import World

ITEM = 400 * 1024
"""Bytes of a row: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""

ADA = "ada@example.com"


def size(value: object) -> int:
    """Return how many bytes a document has in its row."""
    return len(json.dumps(to_document(value), ensure_ascii=False).encode())


@pytest.mark.proves("U6")
def test_many_joining_inquiries_with_new_fields_keep_every_row_within_its_limit() -> None:
    world, words = World(), count()
    lead_id = world.receive(email=ADA)
    for number in range(60):
        fields = {f"field {next(words)}": f"é{number} " + "x" * 6_000 for _ in range(9)}
        joined = world.receive(email=ADA, message=f"and {number} " + "y" * 8_000, source=f"site {number}", **fields)
        assert joined == lead_id, number
    lead, history = world.lead(lead_id), world.table.history(lead_id)
    assert size(lead) < ITEM / 2
    assert max(map(size, history)) < ITEM / 2
    assert len(lead.also_from) == MOST_SOURCES
    joins = [event for event in history if event.kind is EventKind.INQUIRY_JOINED]
    assert len(joins) == 60
    all_fields = {name: value for event in joins for name, value in event.data["inquiry"]["fields"].items()}
    assert len(all_fields) == 60 * 9, "fields beyond the lead's limit are whole in its event"
    assert fold(history) == lead


def test_join_events_store_only_differences_and_still_fold_to_the_lead() -> None:
    world = World()
    lead_id = world.receive(email=ADA, message="m" * 5_000, fields={"a": "1", "b": "2"})
    world.receive(email=ADA, phone="+49 30 1234567", message="again", fields={"b": "3", "c": "4"})
    lead, [joined] = world.lead(lead_id), world.events(lead_id, EventKind.INQUIRY_JOINED)
    old, new = joined.changes["inquiry"]
    assert (new["phone"], new["value"], new["added_fields"]) == ("+49301234567", None, {"c": "4"})
    assert not {"message", "fields", "email", "name"} & (old.keys() | new.keys())
    assert lead.inquiry.fields == {"a": "1", "b": "2", "c": "4"}
    assert fold(world.table.history(lead_id)) == lead
    assert len(lead.inquiry.message) == 5_000


@pytest.mark.parametrize(
    "new",
    [
        {f"n{number}": "" for number in range(10_000)},
        {f"n{number}": "é" * 8_000 for number in range(50)},
        {"n" * 70_000: "", "m": "x"},
        {f"{number}": "x" * LONGEST_ADDED for number in range(9)},
    ],
    ids=["many", "long", "a long name", "one too long"],
)
def test_a_lead_adds_fields_up_to_its_limit_and_keeps_existing_ones(new: dict[str, str]) -> None:
    stored = {"first": "kept", "n0": "kept, too"}
    fields = fields_within(stored, new)
    assert fields.items() >= stored.items()
    assert len(fields) <= MOST_FIELDS
    assert sum(len(f"{name}{value}".encode()) for name, value in fields.items()) <= MOST_FIELD_BYTES
    assert fields_within(fields, stored) == fields


def test_a_first_inquiry_with_more_fields_than_a_merge_adds_keeps_them_and_a_second_adds_none() -> None:
    stored = {f"n{number}": "x" * 500 for number in range(300)}
    assert fields_within(stored, {"one": "more"}) == stored


def test_a_person_with_the_maximum_of_leads_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "CROWD", 3)
    monkeypatch.setattr(intake, "MOST_LEADS", 5)
    world = World()
    for number in range(5):
        lead_id = world.receive(email=ADA, message=f"{number}")
        world.press(lead_id, "lost", reason="not now")
        assert world.lead(lead_id).stage is Stage.LOST
    with pytest.raises(NotStorable, match="leads already"):
        world.submit(Submission(source="api", body={"name": "Ada", "email": ADA, "message": "once more"}))
    assert len(world.table.leads_of([person_key(ADA)])) == 5
    assert bounds.MOST_LEADS * (26 + 5) < ITEM / 2


def test_a_page_reads_a_bounded_part_of_a_long_history_with_the_essentials() -> None:
    world = World()
    lead_id = world.receive(email=ADA)
    world.press(lead_id, "voicemail")
    link = world.link(lead_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "MOST_EVENTS", 5)
        for number in range(8):
            world.advance(seconds=1)
            world.receive(email=ADA, message=f"and {number}")
        view = world.desk.show(link, world.now)
    assert len(view.history) == 5
    assert view.before is not None
    page = Pages(world.policy).outcome(view, world.now)
    assert "Only the latest entries are shown" in page
    assert "Touches so far: 1" in page
    assert "and 7" in page
    whole = world.desk.show(link, world.now)
    assert whole.before is None
    assert "Only the latest entries are shown" not in Pages(world.policy).outcome(whole, world.now)


def test_a_brief_of_the_latest_events_tolerates_an_undo_of_earlier_ones() -> None:
    world = World()
    lead_id = world.receive(email=ADA)
    world.press(lead_id, "voicemail")
    world.undo(lead_id)
    [undone] = world.events(lead_id, EventKind.OUTCOME_UNDONE)
    assert brief([undone]).touches == 0

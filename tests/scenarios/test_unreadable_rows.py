"""An unreadable row costs only itself.

It may meet the sweep, pages, reports, exports and erasures.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.memory.files import MemoryFiles
from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.adapters.presentation.timeline import UNREADABLE, timeline
from leadtight.app.compliance.export_person import Export, SubjectExport
from leadtight.app.intake.quick_add import AddForm
from leadtight.app.views.board import Boards
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Template
from leadtight.reporting.review.service import ReportService
from tests.contracts.changes import guard
from tests.contracts.test_held import quarantined
from tests.scenarios.test_erase import ADA, NUMBER, Office
from tests.scenarios.test_queue import queue
from tests.scenarios.world import MONDAY_NINE, WARM, World, with_pool


def acknowledgement(world: World, lead_id: str) -> str:
    [message] = [m for m in world.table.messages(lead_id) if m.template is Template.ACKNOWLEDGE]
    return message.id


@pytest.mark.proves("U1")
def test_one_unreadable_message_blocks_no_other_in_the_sweep() -> None:
    world = World(stream_down=True)
    leads = [world.receive() for _ in range(6)]
    poison = f"{leads[0]} {acknowledgement(world, leads[0])}"
    world.table.spoiled.add(("message", poison))
    world.advance(minutes=10)
    sent = {mail.envelope.lead_id for mail in world.mailer.sent if mail.envelope.message_id.startswith("acknowledge")}
    assert sent == set(leads[1:])
    world.table.spoiled.clear()
    world.advance(minutes=5)
    assert leads[0] in {mail.envelope.lead_id for mail in world.mailer.sent}


@pytest.mark.proves("U1")
def test_one_unreadable_lead_keeps_no_other_from_owner_and_alarm() -> None:
    world = World(stream_down=True)
    leads = [world.receive() for _ in range(3)]
    world.table.spoiled.add(("lead", leads[0]))
    world.advance(minutes=10)
    owners = [lead.owner_id for lead in world.table.load_all(leads)]
    assert len(owners) == 2
    assert all(owners)
    with pytest.raises(UnreadableRow):
        world.table.load(leads[0])


def test_a_person_with_an_unreadable_lead_gets_a_new_lead_when_they_write_again() -> None:
    world = World()
    first = world.receive(email=ADA)
    world.table.spoiled.add(("lead", first))
    again = world.receive(email=ADA, message=WARM)
    assert again != first
    assert world.lead(again).owner_id is not None
    assert set(world.table.leads_of([person_key(ADA)])) == {first, again}


def test_pages_show_how_many_entries_they_lack() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 1}))
    first, second = world.receive(), world.receive()
    pages = Pages(world.policy)

    def shown() -> dict[str, str]:
        now = world.now
        boards = Boards(world.policy, world.table, world.call_lists, world.links)
        board = boards.show(world.links.board("mia", now).rpartition("/")[2], now)
        return {
            "lead": pages.outcome(world.desk.show(world.link(first), now), now),
            "queue": pages.queue(queue(world), now, AddForm(submission="1")),
            "board": pages_board.board(world.policy, board, now),
        }

    assert not [name for name, page in shown().items() if "could not be read" in page]
    world.table.spoiled |= {("event", f"{first} 000001.00"), ("lead", second), ("board", second)}
    for name, page in shown().items():
        assert "1 entry could not be read" in page, name
        assert page.count("could not be read") == 1


def test_an_indescribable_event_is_listed_as_unreadable_among_the_others() -> None:
    world = World()
    lead_id = world.receive()
    first, *others = world.table.history(lead_id)
    odd = replace(first, kind=EventKind.LEAD_HANDED_OVER, data={"new_deadline": "tomorrow"})
    texts = [entry.text for entry in timeline(world.policy, (odd, *others))]
    assert UNREADABLE in texts
    assert len(texts) > 1


@pytest.mark.slow
def test_reports_count_readable_rows_and_name_the_rest() -> None:
    world = World()
    first, _ = world.receive(), world.receive()
    world.table.spoiled |= {("event", f"{first} 000001.00")}
    night = MONDAY_NINE.date()
    report = reports(world).nightly(night, MONDAY_NINE + timedelta(days=1))
    assert report["day"]["events"]["received"] == 1
    rows = [problem["row"] for problem in report["problems"]]
    assert f"{first} 000001.00" in rows
    assert reports(world).weekly(night, MONDAY_NINE + timedelta(days=1))["problems"]
    world.table.spoiled.clear()
    report = reports(world).nightly(night, MONDAY_NINE + timedelta(days=1))
    assert (report["day"]["events"]["received"], report["problems"]) == (2, [])


def test_an_unfoldable_lead_is_a_problem_and_the_others_are_counted() -> None:
    world = World()
    first, second = world.receive(), world.receive()
    for key, event in world.table._events.items():
        if key[0] == first and event.changes:
            world.table._events[key] = replace(event, changes={"version": 5, "promise": "tomorrow"})
    report = reports(world).nightly(MONDAY_NINE.date(), MONDAY_NINE + timedelta(days=1))
    assert report["rows"]["leads"]["read"] == 1
    assert {problem["row"] for problem in report["problems"]} == {first}
    assert second


@pytest.mark.slow
def test_unreadable_earlier_files_cost_no_report() -> None:
    world = World()
    world.receive()
    files, night = MemoryFiles(), MONDAY_NINE.date()
    for day in range(3):
        files.put(f"metrics/dt={night - timedelta(days=day)}/metrics.json", b"{", "application/json")
    files.put("weekly/latest.json", b"[]", "application/json")
    for name, content in (("demo", b'{"channel": 5}'), ("other", b"\xff")):
        files.put(f"reconciliation/dt={night}/{name}.json", content, "application/json")
    made = reports(world, files)
    report = made.nightly(night, MONDAY_NINE + timedelta(days=1))
    assert report["day"]["events"]["received"] == 1
    assert [p["row"] for p in report["problems"]] == [f"reconciliation/dt={night}/{n}.json" for n in ("demo", "other")]
    assert made.weekly(night, MONDAY_NINE + timedelta(days=1))["week"] == "2026-W48"


def test_an_erasure_reports_unreadable_rows_and_another_run_finishes_it() -> None:
    office = Office()
    lead_id = office.receive(name="Ada Kanari", email=ADA)
    message = acknowledgement(office, lead_id)
    spoiled = {("event", f"{lead_id} 000001.00"), ("message", f"{lead_id} {message}")}
    office.table.spoiled |= spoiled
    report = office.erase(ADA)
    assert {(row.kind, row.key) for row in report.unreadable} == spoiled
    [record] = office.kept._records.values()
    assert record.finished_at is None
    assert "kanari" in office.everything(), "unreadable rows are unchanged"
    office.table.spoiled.clear()
    assert office.erase(ADA).unreadable == ()
    assert "kanari" not in office.everything()
    [record] = office.kept._records.values()
    assert record.finished_at is not None


@pytest.mark.parametrize("kind", ["held", "lead", "person"])
def test_an_erasure_is_incomplete_where_an_unreadable_row_may_be_theirs(kind: str) -> None:
    office = Office()
    lead_id = office.receive(name="Ada Kanari", email=ADA)
    office.receive(name="Ada Kanari", email=ADA, phone=NUMBER, message=WARM)
    office.kept.hold(quarantined("H1"), guard("h1"), office.now)
    office.table.spoiled.add((kind, {"held": "H1", "lead": lead_id, "person": person_key(ADA)}[kind]))
    assert [row.kind for row in office.erase(ADA).unreadable] == [kind]


def test_an_export_reports_unreadable_rows() -> None:
    world = World()
    lead_id = world.receive(email=ADA, phone=NUMBER, consent={"sms": True})

    def dossier() -> SubjectExport:
        return Export(world.table, world.table, world.call_lists, PhoneEmailNormalizer()).of(ADA, "DE", world.now)

    whole = dossier()
    assert whole.unreadable == ()
    spoiled = {
        ("event", f"{lead_id} 000001.00"),
        ("consent", whole.consents[0].id),
        ("message", f"{lead_id} {world.table.messages(lead_id)[0].id}"),
    }
    world.table.spoiled |= spoiled
    subject = dossier()
    assert {(row.kind, row.key) for row in subject.unreadable} == spoiled
    assert [file.lead.id for file in subject.leads] == [lead_id]


def reports(world: World, files: MemoryFiles | None = None) -> ReportService:
    return ReportService(
        world.policy,
        world.table,
        files or MemoryFiles(),
        lambda lead_id: lead_id,
        lambda _: None,
        lambda *_: "https://x.example",
        lambda _: "",
    )

"""Stalls, attempts and automatic messages of the own leads.

Nightly and weekly, against a naive count of the same events.
"""

import json
import re
import statistics
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import Template
from tests.scenarios.reports import reports
from tests.scenarios.world import WARM, World

pytestmark = pytest.mark.slow

TRIED = ("no_answer",)
PRESSED = (
    *(TRIED, TRIED * 2, ("connected",), (*TRIED * 4, "connected"), TRIED * 6, ("proposal_sent",)),
    *(("connected", "lost"), ("interested",), ()),
)
"""The outcomes of each lead, a day apart."""

SENT = {
    "sent": EventKind.MESSAGE_SENT,
    "refused": EventKind.MESSAGE_REFUSED,
    "failed": EventKind.MESSAGE_FAILED,
    "bounced": EventKind.MESSAGE_BOUNCED,
    "confirmed": EventKind.MESSAGE_CONFIRMED,
    "put_off": EventKind.MESSAGE_PUT_OFF,
}


def run(world: World) -> tuple[Any, Any, str]:
    """Return today's metrics, review and words of the page."""
    files, day = MemoryFiles(), world.now.date()
    service = reports(world, files)
    service.nightly(day, world.now)
    service.weekly(day, world.now)
    [page] = [key for key in files.files if key.endswith("index.html")]
    metrics, review = (
        next(json.loads(text) for key, text in files.files.items() if key.endswith(name))
        for name in ("metrics.json", "review.json")
    )
    return metrics, review, files.files[page].decode()


def every_event(world: World) -> list[Event]:
    return [event for lead_id in world.lead_ids() for event in world.table.history(lead_id)]


def table_of(page: str, name: str) -> list[list[str]]:
    body = page.split(f'aria-labelledby="{name}" tabindex')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = (re.sub(r"<[^>]+>", "|", row) for row in body.split("</tr>"))
    return [re.findall(r"[^|\n]+", row) for row in rows if row.strip()]


@pytest.fixture
def world() -> World:
    """Return a company with up to six tries per lead."""
    world = World()
    for outcomes in PRESSED:
        lead_id = world.receive(message=WARM)
        for outcome in outcomes:
            world.press(lead_id, outcome, **({"reason": "too dear"} if outcome == "lost" else {}))
            world.advance(minutes=7)
        if outcomes[-1:] == ("interested",):
            world.press(lead_id, "connected")
            world.undo(lead_id)
        world.advance(days=1, hours=3)
    world.advance(days=4)
    return world


@pytest.mark.proves("J7")
def test_attempts_of_the_own_leads_equal_a_count_of_their_outcomes(world: World) -> None:
    metrics, review, page = run(world)
    kinds = [EventKind.OUTCOME_RECORDED, EventKind.OUTCOME_PROVEN, EventKind.OUTCOME_UNDONE]
    counts: Counter[str] = Counter()
    for event in every_event(world):
        counts[event.lead_id] += (1, 1, -1)[kinds.index(event.kind)] if event.kind in kinds else 0
    tries = [counts[lead_id] for lead_id in world.lead_ids()]
    attempts = metrics["attempts"]
    assert attempts == review["window"]["attempts"]
    assert [row["leads"] for row in attempts["distribution"]] == [tries.count(n) for n in range(12)]
    assert (attempts["five_or_more"], attempts["five_or_more_rate"]) == (2, 2 / 9)
    assert [row for row in table_of(page, "attempts") if row[1] != "0"] == [
        [str(n), str(tries.count(n))] for n in sorted(set(tries))
    ]
    assert "22\u202f% of the leads had five attempts or more (2 of 9)" in page


@pytest.mark.proves("J6")
def test_stalls_of_the_own_leads_equal_a_naive_count(world: World) -> None:
    metrics, review, page = run(world)
    as_of = datetime.fromisoformat(review["period"]["as_of"])
    opened = [lead for lead in map(world.lead, world.lead_ids()) if lead.is_open]
    since = {lead.id: stage_since(world, lead.id) for lead in opened}
    touched = {lead.id: lead.last_outcome.at if lead.last_outcome else lead.received_at for lead in opened}
    stuck = sorted((at, lead_id) for lead_id, at in touched.items() if at < as_of - timedelta(days=7))
    by_stage = {row["stage"]: row for row in metrics["stalls"]["stages"]}
    for stage in ("new", "contacted", "proposal_sent"):
        mine = [lead.id for lead in opened if lead.stage == stage]
        days = [(as_of - since[lead_id]) / timedelta(days=1) for lead_id in mine]
        assert (by_stage[stage]["open"], by_stage[stage]["median_days"]) == (
            len(mine),
            round(statistics.median(days), 2),
        )
        assert by_stage[stage]["stuck"] == sum(lead_id in mine for _, lead_id in stuck)
    assert metrics["stalls"]["stuck"]["total"] == len(stuck) > 3
    assert [row["lead_id"] for row in metrics["stalls"]["stuck"]["leads"]] == [lead_id for _, lead_id in stuck]
    assert metrics["stalls"] == review["stalls"]
    rows = {row[0]: row[1:] for row in table_of(page, "stalls")}
    assert rows["New"] == [
        str(by_stage["new"]["open"]),
        f"{by_stage['new']['median_days']:.1f}",
        str(by_stage["new"]["stuck"]),
    ]
    longest = page.split('id="longest"')[1].split("</ol>")[0]
    assert re.findall(r"<bdi>(\w+)</bdi>", longest) == sorted(since, key=lambda lead_id: (since[lead_id], lead_id))


def test_an_open_lead_older_than_the_window_still_stalls() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    world.press(lead_id, "connected")
    world.advance(days=40)
    metrics, _, _ = run(world)
    assert (metrics["leads"], metrics["stalls"]["stuck"]["leads"][0]["lead_id"]) == (0, lead_id)


@pytest.mark.proves("E5")
def test_automatic_messages_are_reported_apart_from_contacts_by_people() -> None:
    world = World()
    silent, reached, unwanted = (world.receive(message=WARM) for _ in range(3))
    world.press(reached, "interested")
    world.advance(minutes=3)
    refused = Event(
        id="ack.refused",
        lead_id=unwanted,
        at=world.now,
        kind=EventKind.MESSAGE_REFUSED,
        actor="system:respond",
        data={"template": str(Template.ACKNOWLEDGE), "channel": "sms", "recipient": "lead"},
    )
    world.table._events[unwanted, refused.id] = refused
    world.advance(minutes=1)
    metrics, review, page = run(world)
    rows = metrics["day"]["automatic_messages"]
    to_leads = [e for e in every_event(world) if e.data.get("recipient") == "lead"]
    for row in rows:
        mine = [e for e in to_leads if (e.data["template"], e.data["channel"]) == (row["purpose"], row["channel"])]
        assert {name: row[name] for name in SENT} == {name: sum(e.kind is k for e in mine) for name, k in SENT.items()}
    assert sum(row["sent"] for row in rows) == sum(e.kind is EventKind.MESSAGE_SENT for e in to_leads) >= 4
    assert {row["purpose"] for row in rows} >= {"acknowledge", "booking_link"}
    assert not any(row["purpose"].startswith("alert") for row in rows), "messages to the team are no automatic contact"
    people = metrics["day"]["contacts_by_people"]
    assert people == {"first_contacts": 1, "outcomes": {"recorded": 1, "proven": 0}}
    assert (metrics["contacted"], world.lead(silent).first_contact_at) == (1, None)
    assert (review["automatic_messages"], review["contacts_by_people"]) == (rows, people)
    assert ["Acknowledgement", "mail", "3", "0", "0", "0", "0"] in table_of(page, "automatic")
    assert ["Acknowledgement", "text", "0", "0", "1", "0", "0"] in table_of(page, "automatic")
    assert "People reached 1 lead for the first time and recorded 1 outcome" in page


def stage_since(world: World, lead_id: str) -> datetime:
    return max(event.at for event in world.table.history(lead_id) if "stage" in event.changes)


@pytest.mark.proves("I3", "Q4")
def test_a_silent_lead_without_its_task_is_stale_until_the_sweep_raises_it() -> None:
    world = World(sweeping=False)
    silent, planned = world.receive(message=WARM), world.receive(message=WARM)
    world.press(silent, "connected")
    world.press(planned, "not_interested")  # the next step is due in 90 days
    world.alarms.lost = True
    world.alarms.armed.clear()
    world.advance(days=7, minutes=-1)
    counts = run(world)[0]["invariants"]
    assert (counts["ownerless"], counts["without_next_action"], counts["stale"]) == (0, 0, 0)
    assert counts["days_at_zero"] == counts["days"] == 7
    world.advance(days=3)
    metrics, review, page = run(world)
    assert (metrics["invariants"]["stale"], metrics["invariants"]["days_at_zero"]) == (1, 0)
    assert silent in [row["lead_id"] for row in review["questions"]["untouched"]["leads"]]
    assert "0 without a next action, 1 stale" in page
    world.sweeping = True
    world.advance(minutes=6)
    assert [event.data["task"][:12] for event in world.events(silent, EventKind.LEAD_STALLED)] != []
    assert run(world)[0]["invariants"]["stale"] == 0


@pytest.mark.proves("Q4")
def test_leads_that_no_one_works_on_are_never_stale_while_the_sweep_runs() -> None:
    world = World()
    for outcome in ("connected", "no_answer", "proposal_sent", "not_now", "not_interested"):
        world.press(world.receive(message=WARM), outcome)
        world.advance(hours=5)
    for _ in range(4):
        world.advance(days=6, hours=7)
        assert run(world)[0]["invariants"]["stale"] == 0

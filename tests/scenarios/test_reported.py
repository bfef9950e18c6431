"""Leads of real use cases in the reports."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.adapters.memory.files import MemoryFiles
from tests.scenarios.reports import reports
from tests.scenarios.world import WARM, World

pytestmark = pytest.mark.slow

PAGE = "weekly/2026-W48/index.html"


def section(files: MemoryFiles, name: str) -> str:
    """Return one section of the week's page."""
    page = files.files[PAGE].decode()
    return page.split(f'<section aria-labelledby="{name}">')[1].split("</section>")[0]


@pytest.mark.proves("I5")
def test_the_week_counts_the_reasons_of_losses_in_the_words_that_were_typed() -> None:
    world, files = World(), MemoryFiles()
    for reason in ("Too expensive", "moved away", "too  expensive"):
        world.press(world.receive(message=WARM), "lost", reason=reason)
    world.press(world.receive(message=WARM), "do_not_contact")
    world.advance(minutes=1)
    review = reports(world, files).weekly(world.now.date(), world.now)
    assert review["lost"] == {"total": 4, "without_reason": 1}
    rows = re.findall(r'<bdi>(.*?)</bdi></th><td class="n">(\d+)</td>', section(files, "lost"))
    assert dict(rows) == {"Too expensive": "2", "moved away": "1", "no reason": "1"}
    assert [key for key, body in files.files.items() if b"expensive" in body] == [PAGE]


@pytest.mark.proves("J9")
def test_the_night_lists_losses_without_a_reason_and_leads_that_idle_people_could_have_had() -> None:
    world = World(stream_down=True, sweeping=False)
    waiting = world.receive(message=WARM)
    world.stream_down = False
    lost, explained = world.receive(message=WARM), world.receive(message=WARM)
    world.press(lost, "do_not_contact")
    world.press(explained, "lost", reason="price")
    world.advance(hours=1)
    last = world.receive(message=WARM)  # a running day is reported until its latest event
    world.advance(seconds=1)
    day = reports(world).nightly(world.now.date(), world.now)["day"]
    assert day["lost_without_reason"] == {"total": 1, "leads": [lost]}
    [idle] = day["unassigned_while_idle"]["leads"]
    assert (idle["lead_id"], idle["had_room"]) == (waiting, ["ana", "ben", "cem"])
    assert world.lead(last).owner_id


@pytest.mark.proves("L3")
@pytest.mark.parametrize(("leads", "expected"), [(10, "coach"), (9, "structural")])
def test_the_verdict_of_a_night_needs_more_than_a_tenth_without_contact(leads: int, expected: str) -> None:
    world = World()
    for number in range(leads):
        lead_id = world.receive(message=WARM)
        if number:
            world.press(lead_id, "connected")
    world.advance(days=1)
    assert reports(world).nightly(world.now.date(), world.now)["diagnosis"]["verdict"] == expected


@pytest.mark.proves("N2")
def test_each_list_of_the_week_shows_ten_leads_with_their_links_and_the_total() -> None:
    world, files = World(), MemoryFiles()
    for _ in range(12):
        world.receive(message=WARM)
    world.advance(hours=1, minutes=1)
    review: dict[str, Any] = reports(world, files).weekly(world.now.date(), world.now)
    uncontacted = files.files[PAGE].decode().split('id="not_contacted"')[1].split("</article>")[0]
    assert review["questions"]["not_contacted"]["total"] == 12
    assert uncontacted.count('href="https://x.example"') == 10
    assert "and 2 more leads" in uncontacted


@pytest.mark.proves("M1", "M2")
def test_the_night_compares_arrivals_with_the_people_at_work() -> None:
    policy = World().policy
    world = World(policy=replace(policy, capacity=replace(policy.capacity, handling=timedelta(hours=4))))
    for _ in range(15):
        world.receive(message=WARM)
    world.advance(days=1)
    world.receive(message=WARM)
    world.advance(days=1)
    capacity = reports(world).nightly(world.now.date() - timedelta(days=1), world.now)["capacity"]
    monday, tuesday = capacity["weekdays"][:2]
    assert (monday["capacity"], monday["overflow"], monday["idle"]) == (10.0, 5.0, 0.0)  # five people for eight hours
    assert (tuesday["overflow"], tuesday["idle"]) == (0.0, 9.0)
    nine = capacity["cells"][9]
    assert (len(capacity["cells"]), nine["leads_a_week"], nine["gap"]) == (168, 15.0, True)


@pytest.mark.proves("J7")
def test_five_attempts_are_persistent_and_four_are_not() -> None:
    world = World()
    for attempts in (4, 5):
        lead_id = world.receive(message=WARM)
        for _ in range(attempts):
            world.press(lead_id, "no_answer")
    world.advance(days=1)
    tried = reports(world).nightly(world.now.date() - timedelta(days=1), world.now)["attempts"]
    assert (tried["five_or_more"], tried["five_or_more_rate"], tried["persistence"]) == (1, 0.5, 0.5)


@pytest.mark.proves("L8")
def test_the_four_readiness_shares_of_a_night() -> None:
    world = World()
    reached, late, tried, forgotten = (world.receive(message=WARM) for _ in range(4))
    world.press(reached, "connected")
    for _ in range(5):
        world.press(tried, "no_answer")
    world.advance(hours=1, minutes=1)
    world.press(late, "connected")
    world.advance(days=1)
    readiness = reports(world).nightly(world.now.date() - timedelta(days=1), world.now)["readiness"]
    assert world.lead(forgotten).first_contact_at is None
    assert readiness == {"speed": 0.25, "persistence": 0.5, "crm_continuity": 1.0, "context_retention": 1.0}


@pytest.mark.proves("J10")
def test_a_day_reported_again_weeks_later_has_the_same_bytes() -> None:
    world, files, again = World(), MemoryFiles(), MemoryFiles()
    reached = world.receive(message=WARM)
    world.press(reached, "connected")
    world.receive(message=WARM)
    monday = world.now.date()
    world.advance(days=1)
    reports(world, files).nightly(monday, world.now)
    world.press(reached, "lost", reason="price")
    world.advance(days=14)
    for _ in range(2):
        reports(world, again).nightly(monday, world.now)
    assert again.files == files.files

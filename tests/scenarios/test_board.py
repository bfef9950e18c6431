"""The manager's board: all open leads and their state (J5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadtight.adapters.memory.ports import KEYRING
from leadtight.adapters.presentation.pages import board as pages_board
from leadtight.app.views import board as use_case
from leadtight.app.views.board import SHOWN, Boards, TeamBoard
from leadtight.domain.access.signed_links import Claims, LinkPurpose, sign
from leadtight.domain.model.errors import InvalidLink, LinkExpired, NotFound
from leadtight.domain.model.message import Template
from leadtight.domain.policy.people import Team
from tests.scenarios.test_do_not_call import imported
from tests.scenarios.world import HOT, WARM, World

TESTER = "eve@test.leadtight.example"


def boards(world: World) -> Boards:
    return Boards(world.policy, world.table, world.call_lists, world.links)


def board(world: World, person: str = "mia") -> TeamBoard:
    return boards(world).show(boards(world).link(person, world.now).rpartition("/")[2], world.now)


def ids(leads: object) -> list[str]:
    return [lead.lead_id for lead in leads]  # type: ignore[attr-defined]  # any list of the board


@pytest.mark.proves("J5")
def test_each_open_lead_is_listed_in_its_current_state() -> None:
    world = World()
    close, far = world.receive(message=HOT), world.receive(message=WARM)
    answered = world.receive(message=WARM)
    world.press(answered, "connected")
    closed = world.receive(message=WARM)
    world.press(closed, "won")
    view = board(world)
    assert (view.open, ids(view.standing.about_to_breach)) == (3, [close])
    assert ids(view.standing.breached) == ids(view.standing.overdue) == []
    world.advance(minutes=6)
    assert ids(board(world).standing.breached) == [close]
    world.advance(minutes=50)
    assert far in ids(board(world).standing.about_to_breach)
    world.advance(days=3)
    later = board(world)
    assert ids(later.standing.overdue) == [answered]
    assert closed not in ids(later.standing.breached)


@pytest.mark.proves("J5")
def test_unassigned_excluded_and_held_leads_are_counted() -> None:
    world = World(stream_down=True, sweeping=False)
    lead_id = world.receive()
    world.receive(email=TESTER)
    view = board(world)
    assert ids(view.standing.unassigned) == [lead_id]
    assert (view.excluded_today, view.held.waiting, view.held.suspected) == (1, 0, 0)
    world.sweep()
    world.advance(minutes=1)
    world.sweep()
    assert board(world).standing.unassigned == ()


def test_excluded_leads_are_counted_by_the_companys_own_day() -> None:
    world = World(now=datetime(2026, 11, 22, 22, 30, tzinfo=UTC))
    world.receive(email=TESTER)
    assert board(world).excluded_today == 1
    world.advance(hours=1)
    assert board(world).excluded_today == 0, "in Berlin it is Monday"
    world.receive(email=TESTER)
    assert board(world).excluded_today == 1


@pytest.mark.proves("J5")
def test_a_board_says_when_it_is_cut_off_and_how_many_rows_are_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use_case.MOST_READ == 20_000
    monkeypatch.setattr(use_case, "MOST_READ", 3)
    world = World()
    world.receive()
    spoiled = world.receive()
    whole = board(world)
    assert (whole.is_cut, whole.open, whole.unreadable) == (False, 2, 0)
    world.receive()
    assert board(world).is_cut
    world.table.spoiled.add(("board", spoiled))
    assert (board(world).open, board(world).unreadable) == (2, 1)


def test_a_board_links_to_the_quarantine_of_its_viewer() -> None:
    world = World()
    token = board(world).quarantine.rpartition("/")[2]
    assert world.links.open(token, LinkPurpose.QUARANTINE, world.now).person == "mia"


@pytest.mark.proves("J5")
def test_owners_are_sorted_by_most_overdue_with_todays_breaches_and_unreached_leads() -> None:
    world = World()
    late, never = world.receive(message=HOT), world.receive(message=HOT)
    world.receive(message=WARM)
    world.advance(minutes=6)
    world.press(late, "connected")
    board_view = board(world).standing
    assert (board_view.leak.promised, board_view.leak.broken, board_view.leak.never_reached) == (3, 2, 1)
    first = board_view.owners[0]
    assert (first.owner_id, first.open, first.unanswered, first.overdue) == ("ben", 1, 1, 1)
    assert ids(board_view.breached) == [never]


@pytest.mark.proves("J5")
def test_a_manager_sees_their_own_teams_and_the_catch_all_person_sees_all() -> None:
    world = World()
    policy = world.policy
    projects = Team(id="projects", name="Projects", manager="dora", calendar="office")
    world.govern(replace(policy, teams={**policy.teams, "projects": projects}))
    lead_id = world.receive(message=HOT)
    assert board(world, "dora").open == 0
    view = board(world, "mia")
    assert view.open == 1
    token = view.links[lead_id].rpartition("/")[2]
    assert world.desk.look(token, world.now).lead.id == lead_id


def test_only_managers_have_a_board_and_its_link_expires() -> None:
    world = World()
    with pytest.raises(NotFound, match="'ana' is neither a manager"):
        boards(world).link("ana", world.now)
    token = boards(world).link("mia", world.now).rpartition("/")[2]
    with pytest.raises(LinkExpired):
        boards(world).show(token, world.now + timedelta(days=14))
    queue = world.links.queue("mia", world.now).rpartition("/")[2]
    with pytest.raises(InvalidLink):
        boards(world).show(queue, world.now)
    was = Claims(purpose=LinkPurpose.BOARD, subject="ana", person="ana", expires_at=world.now + timedelta(days=1))
    with pytest.raises(LinkExpired):
        boards(world).show(sign(was, KEYRING), world.now)


@pytest.mark.proves("J5")
def test_an_escalation_to_a_manager_links_to_the_board() -> None:
    world = World()
    lead_id = world.receive(message=HOT)
    world.advance(minutes=5)
    [mail] = world.mails(lead_id, Template.ESCALATE)
    token = mail.mail.text.split("/board/")[1].split()[0]
    assert boards(world).show(token, world.now).person == "mia"
    assert "/board/" in mail.mail.html


def test_the_page_is_under_60_kb_for_any_number_of_leads_and_states_what_it_omits() -> None:
    world = World(sweeping=False, stream_down=True)
    for number in range(2 * SHOWN):
        world.receive(name=f"<b>Zoë & Sons</b> {'x' * 200} {number}", message="x" * 3_000)
    page = pages_board.board(world.policy, board(world), world.now)
    assert len(page.encode()) < 60 * 1024
    assert "<b>Zoë" not in page
    assert f"{SHOWN} more are not shown" in page
    assert "&lt;b&gt;Zoë" in page


@pytest.mark.proves("H2")
def test_the_board_warns_of_stale_and_missing_do_not_call_lists() -> None:
    world = World()

    def shown() -> str:
        return pages_board.board(world.policy, board(world), world.now)

    assert "Do-not-call list" not in shown(), "there is none, and none is required"
    imported(world, "+4930901820", age=31)
    assert "<dd>31 days</dd>" in shown()
    assert "No texts" not in shown()
    world.advance(days=1)
    assert "No texts or automatic calls" in shown()
    assert "the do-not-call list “national” is 32 days old" in shown()
    imported(world, "+4930901820", age=1)
    assert "No texts" not in shown()
    needed = replace(world.policy.messaging, do_not_call_lists=("national", "state"))
    world.govern(replace(world.policy, messaging=needed))
    assert "the do-not-call list “state” was never imported" in shown()

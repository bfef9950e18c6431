"""The board as a page, most urgent leads first.

A script refreshes it where scripts run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation import formatting
from leadtight.adapters.presentation.jinja import render
from leadtight.app.ports.board import MOST_COUNTED
from leadtight.app.views.board import MOST_READ, SHOWN, TeamBoard
from leadtight.domain.compliance.do_not_call import INTERNAL_LIST, MAX_AGE, DncStatus
from leadtight.domain.policy.policy import Policy
from leadtight.domain.views.board import BoardLead
from leadtight.domain.views.board_summary import ABOUT_TO_BREACH

REFRESHED_EVERY_SECONDS = 30
_SCRIPT = Path(__file__).parents[1] / "templates" / "pages" / "board.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A lead of the board in words.

    `kind` is ok or late.
    """

    lead_id: str
    name: str
    link: str
    kind: str
    left: str
    next_step: str
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardList:
    """A list of the board, up to a limit.

    It has its rows, how many leads there are, and how many are left out.
    """

    rows: Sequence[BoardRow]
    total: int

    @property
    def left_out(self) -> int:
        """Return the number of leads not shown."""
        return self.total - len(self.rows)


@cache
def script() -> str:
    """Return the exact script of the page."""
    return _SCRIPT.read_text(encoding="utf-8")


def board(policy: Policy, team: TeamBoard, now: datetime) -> str:
    """Return the page of a board."""
    standing, zone = team.standing, policy.company.zone

    def listed(leads: Sequence[BoardLead]) -> BoardList:
        rows = [_row(policy, lead, team.links[lead.lead_id], now) for lead in leads[:SHOWN]]
        return BoardList(rows=rows, total=len(leads))

    return render(
        "pages/board.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "script": script(),
            "person": policy.person_name(team.person),
            "open": formatting.counted(team.open, "open lead"),
            "as_of": f"{now.astimezone(zone):%H:%M:%S}",
            "every": REFRESHED_EVERY_SECONDS,
            "is_cut": team.is_cut,
            "unreadable": formatting.entries(team.unreadable),
            "most": f"{MOST_READ:,}",
            "close_minutes": ABOUT_TO_BREACH.seconds // 60,
            "figures": (*_figures(team), *_ages(team, now)),
            "forbidden": DncStatus(lists=team.call_lists).forbids(policy.messaging.do_not_call_lists, now),
            "quarantine": team.quarantine if team.held.waiting or team.held.suspected else "",
            "unassigned": listed(standing.unassigned),
            "breached": listed(standing.breached),
            "about": listed(standing.about_to_breach),
            "overdue": listed(standing.overdue),
            "owners": [
                {
                    "name": policy.person_name(row.owner_id),
                    "open": row.open,
                    "unanswered": row.unanswered,
                    "overdue": row.overdue,
                    "next_due": formatting.moment(row.next_due_at, zone),
                }
                for row in standing.owners
            ],
        },
    )


def _figures(team: TeamBoard) -> tuple[tuple[str, str, str], ...]:
    """Return each figure with its meaning."""
    leak = team.standing.leak
    return (
        ("Leaking today", str(leak.never_reached), "promised for today, overdue and never reached"),
        (
            "Late today",
            str(leak.broken),
            f"of {leak.promised} open leads promised for today",
        ),
        ("Held", _counted(team.held.waiting), "messages waiting for review"),
        ("Suspected spam", _counted(team.held.suspected), "kept separately"),
        ("Not counted today", _counted(team.excluded_today), "leads that a policy rule excludes"),
    )


def _ages(team: TeamBoard, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield the age of the oldest imported do-not-call list.

    The internal list has no age.
    """
    ages = {dnc_list.age(now): dnc_list for dnc_list in team.call_lists if dnc_list.name != INTERNAL_LIST}
    if ages:
        age = max(ages)
        name = ages[age].name
        meaning = f"of “{name}”, the oldest; over {MAX_AGE.days} days, no texts are sent and no automatic calls made"
        yield "Do-not-call list", formatting.counted(age, "day"), meaning


def _counted(number: int) -> str:
    return f"{number:,} or more" if number >= MOST_COUNTED else f"{number:,}"


def _row(policy: Policy, lead: BoardLead, link: str, now: datetime) -> BoardRow:
    is_late = now > lead.due_at
    left = formatting.duration(lead.due_at - now)
    owner = policy.person_name(lead.owner_id) if lead.owner_id else "no owner yet"
    due = formatting.moment(lead.due_at, policy.company.zone)
    next_step = f"{owner}: {formatting.one_line(lead.what) or 'answer'} by {due}"
    return BoardRow(
        lead_id=lead.lead_id,
        name=formatting.one_line(lead.name),
        link=link,
        kind="late" if is_late else "ok",
        left=f"Overdue by {left}" if is_late else f"{left} left",
        next_step=formatting.sentence(next_step),
        warning="Mail bounces" if lead.mail_comes_back else "",
    )

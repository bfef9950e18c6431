"""The managers' board: the present state of open leads (J5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.policy.policy import Policy
from leadtight.domain.views.board import BoardLead

ABOUT_TO_BREACH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersRow:
    """Open, unanswered and overdue leads of one owner."""

    owner_id: str
    open: int
    unanswered: int
    overdue: int
    next_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyBreaches:
    """Promises due on a day among open leads, and breaches.

    `never_reached` are the broken ones still without a contact.
    """

    promised: int
    broken: int
    never_reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSummary:
    """Open leads by need, each group by due time.

    `breached` leads wait for their first answer; `overdue` ones had it, and their next action is late.
    """

    unassigned: tuple[BoardLead, ...]
    breached: tuple[BoardLead, ...]
    about_to_breach: tuple[BoardLead, ...]
    overdue: tuple[BoardLead, ...]
    owners: tuple[OwnersRow, ...]
    leak: DailyBreaches


def visible_to(policy: Policy, person: str, leads: Iterable[BoardLead]) -> tuple[BoardLead, ...]:
    """Return the leads that a person answers for.

    Those are their teams' and the unassigned, all for the catch-all person. A delegate sees what their delegator sees.
    """
    people = {*policy.people, policy.routing.catch_all}
    answers_as = {p for p in people if person in (p, *policy.delegates_of(p))}
    if policy.routing.catch_all in answers_as:
        return tuple(leads)
    return tuple(lead for lead in leads if lead.owner_id is None or policy.manager_of(lead.owner_id) in answers_as)


def summarize_board(leads: Iterable[BoardLead], zone: ZoneInfo, now: datetime) -> BoardSummary:
    """Summarize leads at `now`; days are those of `zone`."""
    ordered = sorted(leads, key=lambda lead: (lead.due_at, lead.lead_id))
    owned = [lead for lead in ordered if lead.owner_id is not None]
    today = now.astimezone(zone).date()
    return BoardSummary(
        unassigned=tuple(lead for lead in ordered if lead.owner_id is None),
        breached=tuple(lead for lead in owned if lead.is_breached(now)),
        about_to_breach=tuple(lead for lead in owned if _is_about_to_breach(lead, now)),
        overdue=tuple(lead for lead in owned if lead.reached_at is not None and lead.due_at < now),
        owners=tuple(_by_owner(owned, now)),
        leak=_leak(ordered, zone, today, now),
    )


def _is_about_to_breach(lead: BoardLead, now: datetime) -> bool:
    return lead.reached_at is None and now <= lead.promised_at <= now + ABOUT_TO_BREACH


def _by_owner(owned: Sequence[BoardLead], now: datetime) -> Iterable[OwnersRow]:
    """Return a row per owner, the most overdue first."""
    theirs: dict[str, list[BoardLead]] = {}
    for lead in owned:
        theirs.setdefault(str(lead.owner_id), []).append(lead)
    rows = [
        OwnersRow(
            owner_id=owner,
            open=len(leads),
            unanswered=sum(lead.reached_at is None for lead in leads),
            overdue=sum(lead.due_at < now for lead in leads),
            next_due_at=leads[0].due_at,
        )
        for owner, leads in theirs.items()
    ]
    return sorted(rows, key=lambda row: (-row.overdue, row.next_due_at, row.owner_id))


def _leak(leads: Iterable[BoardLead], zone: ZoneInfo, today: date, now: datetime) -> DailyBreaches:
    promised = [lead for lead in leads if lead.promised_at.astimezone(zone).date() == today]
    broken = [lead for lead in promised if (lead.reached_at or now) > lead.promised_at]
    return DailyBreaches(
        promised=len(promised), broken=len(broken), never_reached=sum(lead.reached_at is None for lead in broken)
    )

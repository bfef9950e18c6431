"""The manager's board behind a signed link. Looking changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtight.app.messaging.links import Links
from leadtight.app.ports.board import BoardStore, QuarantineCounts
from leadtight.app.ports.compliance import DncLists
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.calendar.timestamps import midnight
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.model.errors import LinkExpired, NotFound
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.policy.policy import Policy
from leadtight.domain.views.board import BoardLead
from leadtight.domain.views.board_summary import BoardSummary, summarize_board, visible_to

MOST_READ = 20_000
LISTS_KNOWN_FOR = timedelta(minutes=5)
"""How long the do-not-call lists are cached.

Their ages change by the day: a board that refreshes itself does not read them each time.
"""

SHOWN = 25
"""Leads in each list of the page; others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamBoard:
    """The board of a manager or the catch-all person.

    `links` open the shown leads, by id. `is_cut` says that there are more open leads than are read: those due latest
    are missing. `quarantine` is the link to held deliveries. `call_lists` are the existing do-not-call lists.
    `unreadable` rows of leads are not counted anywhere else.
    """

    person: str
    standing: BoardSummary
    open: int
    is_cut: bool
    held: QuarantineCounts
    excluded_today: int
    quarantine: str
    call_lists: tuple[DncList, ...]
    links: Mapping[str, str]
    unreadable: int = 0


class Boards:
    """Shows managers and the catch-all person their teams' leads."""

    def __init__(self, policy: Policy, store: BoardStore, call_lists: DncLists, links: Links) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._call_lists = call_lists
        self._known: tuple[datetime, tuple[DncList, ...]] | None = None
        self._links = links

    def link(self, person: str, now: datetime) -> str:
        """Return a manager's or the catch-all person's board link.

        Raises NotFound for anyone else.
        """
        if not self._policy.answers_for_leads(person):
            raise NotFound(f"{person!r} is neither a manager nor the catch-all person in the policy")
        return self._links.board(person, now)

    def show(self, token: str, now: datetime) -> TeamBoard:
        """Return the board of a link, from the index.

        It may be a moment behind. Raises InvalidLink when we did not sign the link, LinkExpired when its time is over
        or its person no longer manages anyone.
        """
        person = self._links.open(token, LinkPurpose.BOARD, now).person
        if not self._policy.answers_for_leads(person):
            raise LinkExpired("You no longer manage any leads.")
        zone = self._policy.company.zone
        read = self._store.open_on_board(MOST_READ)
        theirs = visible_to(self._policy, person, read)
        board = summarize_board(theirs, zone, now)
        shown = (board.unassigned, board.breached, board.about_to_breach, board.overdue)
        return TeamBoard(
            person=person,
            standing=board,
            open=len(theirs),
            is_cut=len(read) == MOST_READ,
            held=self._store.held_counts(),
            excluded_today=self._excluded_today(now),
            quarantine=self._links.quarantine(person, now),
            call_lists=self._lists(now),
            links={lead.lead_id: self._link(lead, person, now) for leads in shown for lead in leads[:SHOWN]},
            unreadable=len(unreadable_in(read)),
        )

    def _excluded_today(self, now: datetime) -> int:
        """Count the excluded leads of the company's local day."""
        zone = self._policy.company.zone
        today = now.astimezone(zone).date()
        return self._store.excluded_between(midnight(today, zone), midnight(today + timedelta(days=1), zone))

    def _lists(self, now: datetime) -> tuple[DncList, ...]:
        if self._known is None or now - self._known[0] > LISTS_KNOWN_FOR:
            self._known = now, self._call_lists.lists()
        return self._known[1]

    def _link(self, lead: BoardLead, person: str, now: datetime) -> str:
        return self._links.outcome_of(lead.lead_id, lead.generation, person, now)

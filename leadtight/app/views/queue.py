"""Show a person their next actions and due times.

Looking changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtight.app.messaging.links import Links
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.model.errors import LinkExpired
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.policy.policy import Policy
from leadtight.domain.views.queue import due_at, in_order

MOST_READ = 1_000
SHOWN = 50
FAR = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedLead:
    """A lead in a queue: next action, due time, link."""

    lead: Lead
    what: str
    due_at: datetime
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyQueue:
    """An owner's open leads, the best first.

    `left_out` more of them are not shown, and `unreadable` cannot be.
    """

    person: str
    rows: tuple[QueuedLead, ...]
    left_out: int
    unreadable: int = 0


class LeadQueue:
    """Shows people their open leads in working order."""

    def __init__(self, policy: Policy, store: LeadStore, links: Links) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._links = links

    def show(self, token: str, now: datetime) -> MyQueue:
        """Return the queue of a link, from the index.

        It may be a moment behind. Raises InvalidLink when we did not sign the link, LinkExpired when it has expired or
        its person has left the policy.
        """
        person = self._links.open(token, LinkPurpose.QUEUE, now).person
        if person not in self._policy.people:
            raise LinkExpired("You are no longer assigned any leads.")
        due = self._store.due_leads(person, now + FAR, MOST_READ)
        leads = in_order(self._policy, due, now)
        rows = tuple(self._row(lead, person, now) for lead in leads[:SHOWN])
        return MyQueue(person=person, rows=rows, left_out=len(leads) - len(rows), unreadable=len(unreadable_in(due)))

    def _row(self, lead: Lead, person: str, now: datetime) -> QueuedLead:
        task = lead.next_action.what if lead.next_action else "Record what happened"
        return QueuedLead(lead=lead, what=task, due_at=due_at(lead), link=self._links.outcome(lead, person, now))

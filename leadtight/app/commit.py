"""Store decisions while other writers change the same records."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead

T = TypeVar("T")
State = TypeVar("State")

TRIES = 12
"""Attempts before a writer gives up.

Busy pools and people cost a few lost races in a row, hardly ever this many.
"""

TRIES_OF_ONE_LEAD = 5
"""Attempts where only one lead is written.

Few others write to it at the same time.
"""


def retry_on_conflict(attempt: Callable[[], T], subject: str, tries: int = TRIES) -> T:
    """Return the result of the first attempt without a conflict.

    Each attempt reads and decides anew. Raises Conflict when all of them lost.
    """
    for _ in range(tries):
        try:
            return attempt()
        except Conflict:
            continue
    raise Conflict(f"lost {tries} races for {subject}")


def commit_with_retry(
    store: LeadStore,
    alarms: Alarms,
    read: Callable[[], State],
    decide: Callable[[State], Change | None],
    now: datetime,
    *,
    subject: str,
    tries: int = TRIES,
) -> Change | None:
    """Store the change decided on the latest state; arm it.

    Returns None when there is nothing to change. Raises Conflict when all tries lost.
    """

    def attempt() -> Change | None:
        change = decide(read())
        if change:
            store.commit(change)
        return change

    change = retry_on_conflict(attempt, subject, tries)
    if change:
        alarms.arm(change.after, now)
    return change


def change_lead(
    store: LeadStore, alarms: Alarms, lead: Lead, decide: Callable[[Lead], Change | None], now: datetime
) -> Lead:
    """Change a lead with retries, and return its latest state.

    It is returned as last read when there is nothing to change. Raises Conflict when all tries lost.
    """
    read = first_read(lead, lambda: store.load(lead.id) or lead)

    def attempt() -> Lead:
        current = read()
        change = decide(current)
        if change is None:
            return current
        store.commit(change)
        alarms.arm(change.after, now)
        return change.after

    return retry_on_conflict(attempt, f"lead {lead.id}")


def first_read(state: State | None, read: Callable[[], State]) -> Callable[[], State]:
    """Return a reader that starts with a state at hand.

    It saves the first read; None means that there is no such state.
    """
    states = iter(() if state is None else (state,))
    return lambda: next(states, None) or read()

"""The six questions of the weekly review (N1), each one query over the facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadtight.reporting import definitions
from leadtight.reporting.periods import Period
from leadtight.reporting.table import FactTable, Row, instant

TOP = 10
"""Rows a page shows of each list: six lists fit a review of half an hour (N2)."""

LONGEST = 1000
"""Rows a file holds of each list; `total` counts all."""

MANY_ATTEMPTS = 6
"""Attempts without a contact after which a lead may be given up: sales practice says 6 to 12 (G6)."""

LONG_UNTOUCHED = timedelta(days=30)
LAST_TOUCHED = "last touched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: how it is asked, what exactly is counted, and the condition and order in SQL.

    `due` is the column that makes the lead urgent; the list is ordered by it, the most urgent first. It is a deadline
    that can be overdue, or else (`since`) the moment a state began.
    """

    id: str
    title: str
    definition: str
    where: str
    due: str
    due_label: str
    since: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One lead in an answer. `due_at` is what the question's `due_label` names."""

    lead_id: str
    generation: int
    owner: str | None
    source: str
    stage: str
    attempts: int
    received_at: datetime
    first_contact_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with how many leads it finds and the most urgent of them."""

    question: Question
    total: int
    rows: tuple[Listed, ...]


def ask(table: FactTable, as_of: datetime, week_end: datetime, untouched_after: timedelta) -> tuple[Answer, ...]:
    """Return the answers at `as_of`, in the order of the review; follow-ups are those due before `week_end`."""
    parameters = {
        "as_of": as_of,
        "week_end": week_end,
        "untouched_after": untouched_after,
        "long_untouched": LONG_UNTOUCHED,
        "many_attempts": MANY_ATTEMPTS,
    }
    return tuple(_answer(table, "closed_at is null", question, parameters) for question in questions(untouched_after))


def missed_promises(table: FactTable, period: Period) -> Answer:
    """Return the first-response promises that fell due in `period` and were not kept, open leads or not."""
    return _answer(table, "true", MISSED, {"start": period.start, "as_of": period.as_of})


MISSED = Question(
    id="missed_promises",
    title="Which promises did we break?",
    definition=definitions.PROMISES["missed"],
    where="deadline >= $start and deadline < $as_of and coalesce(first_contact_at, closed_at, $as_of) > deadline",
    due="deadline",
    due_label="promised by",
)


def questions(untouched_after: timedelta) -> tuple[Question, ...]:
    """Return the six questions in the order of the review."""
    idle = f"{untouched_after.days} days" if untouched_after.days else str(untouched_after)
    return (
        Question(
            id="not_contacted",
            title="Who has not been contacted?",
            definition="Open leads that nobody has reached yet; the longest overdue first.",
            where="first_contact_at is null",
            due="deadline",
            due_label="first answer promised by",
        ),
        Question(
            id="no_owner",
            title="Which leads have no owner?",
            definition="Open leads that belong to nobody; the oldest first.",
            where="owner is null",
            due="received_at",
            due_label="waiting since",
            since=True,
        ),
        Question(
            id="proposals_without_next_step",
            title="Which proposals have no next step?",
            definition=(
                "Open leads in the stage “Proposal sent” with nothing scheduled, or whose next action has passed "
                "undone with nothing after it."
            ),
            where="stage = 'proposal_sent' and coalesce(next_action_due_at <= $as_of, true)",
            due="next_action_due_at",
            due_label="next step was due",
        ),
        Question(
            id="untouched",
            title=f"Which leads has nobody touched for {idle}?",
            definition=(
                f"Open leads with no outcome recorded for more than {idle}, counted from the inquiry when there has "
                "been none; the longest untouched first."
            ),
            where="coalesce(last_touch_at, received_at) < $as_of - $untouched_after",
            due="coalesce(last_touch_at, received_at)",
            due_label=LAST_TOUCHED,
            since=True,
        ),
        Question(
            id="should_close",
            title="Which leads should be closed as lost?",
            definition=(
                f"Open leads with {MANY_ATTEMPTS} or more attempts and no contact, or untouched for more than "
                f"{LONG_UNTOUCHED.days} days. A suggestion: only a person closes a lead, with a reason."
            ),
            where=(
                "(attempts >= $many_attempts and first_contact_at is null)"
                " or coalesce(last_touch_at, received_at) < $as_of - $long_untouched"
            ),
            due="coalesce(last_touch_at, received_at)",
            due_label=LAST_TOUCHED,
            since=True,
        ),
        Question(
            id="due_this_week",
            title="Which follow-ups are due this week?",
            definition=(
                "Open leads already in contact whose next action falls before the end of the calendar week in which "
                "this report stands; overdue ones first."
            ),
            where="first_contact_at is not null and next_action_due_at < $week_end",
            due="next_action_due_at",
            due_label="due",
        ),
    )


_COLUMNS = """
    lead_id, generation, owner, source, stage, attempts, epoch_us(received_at) as received_at,
    epoch_us(first_contact_at) as first_contact_at, epoch_us(closed_at) as closed_at
"""


def _answer(table: FactTable, scope: str, question: Question, parameters: dict[str, Any]) -> Answer:
    chosen = f"from facts where {scope} and ({question.where})"
    found = table.rows(
        f"select {_COLUMNS}, epoch_us({question.due}) as due_at {chosen}"
        f" order by {question.due} nulls first, lead_id limit {LONGEST}",
        parameters,
    )
    total = table.rows(f"select count(*) as total {chosen}", parameters)[0]["total"]
    return Answer(question, total, tuple(_listed(row) for row in found))


def _listed(found: Row) -> Listed:
    instants = {name: instant(value) for name, value in found.items() if name.endswith("_at")}
    return Listed(**(found | instants))

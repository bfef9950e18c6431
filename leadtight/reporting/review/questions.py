"""The six questions of the weekly review (N1).

With their wording, definition and SQL condition.
"""

from dataclasses import dataclass
from datetime import timedelta

from leadtight.reporting import formatting, glossary
from leadtight.reporting.facts.table import ANSWERED_AT

MANY_ATTEMPTS = 6
"""Attempts without a contact before giving up (G6).

Sales practice is 6 to 12.
"""

LONG_UNTOUCHED = timedelta(days=30)
LAST_TOUCHED = "last touched"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQuestion:
    """A question with its definition and SQL.

    `due` is the column that makes a lead urgent; the list is sorted by it, the most urgent first. It is a deadline that
    can be overdue, or (`since`) the moment when a state began. `of_closed`: the leads are closed, and yet something is
    left to record.
    """

    id: str
    title: str
    definition: str
    where: str
    due: str
    due_label: str
    since: bool = False
    of_closed: bool = False


MISSED = ReviewQuestion(
    id="missed_promises",
    title="Which promises did we break?",
    definition=glossary.PROMISES["missed"],
    where=f"deadline >= $start and deadline < $as_of and {ANSWERED_AT} > deadline",
    due="deadline",
    due_label="promised by",
)


RECORDED_LATE = ReviewQuestion(
    id="recorded_late",
    title="Which leads were not recorded on the day they arrived?",
    definition=glossary.RECORDED_LATE,
    where="list_contains($late, lead_id)",
    due="received_at",
    due_label="arrived",
    since=True,
)


LONGEST_IN_STAGE = ReviewQuestion(
    id="longest_in_stage",
    title="Longest in their stage",
    definition="Open leads by the time they have been in their present stage; the longest first.",
    where="true",
    due="stage_since",
    due_label="in this stage since",
    since=True,
)


LOST_WITHOUT_REASON = ReviewQuestion(
    id="lost_without_reason",
    title="Lost deals without a reason",
    definition=glossary.LOST_WITHOUT_REASON,
    where="stage = 'lost' and not lost_reason_given and closed_at >= $start and closed_at < $as_of",
    due="closed_at",
    due_label="closed",
    since=True,
    of_closed=True,
)


UNASSIGNED_WHILE_IDLE = ReviewQuestion(
    id="unassigned_while_idle",
    title="Unassigned leads while people are idle",
    definition=glossary.UNASSIGNED_WHILE_IDLE,
    where="list_contains($with_room, lead_id)",
    due="recorded_at",
    due_label="without an owner since",
    since=True,
)


def questions(untouched_after: timedelta) -> tuple[ReviewQuestion, ...]:
    """Return the six questions in the order of the review."""
    idle = formatting.counted(untouched_after.days, "day") if untouched_after.days else str(untouched_after)
    return (
        ReviewQuestion(
            id="not_contacted",
            title="Who has not been contacted?",
            definition="Open leads that have not been reached yet; the longest overdue first.",
            where="first_contact_at is null",
            due="deadline",
            due_label="first answer promised by",
        ),
        ReviewQuestion(
            id="no_owner",
            title="Which leads have no owner?",
            definition="Open leads without an owner; the oldest first.",
            where="owner is null",
            due="received_at",
            due_label="waiting since",
            since=True,
        ),
        ReviewQuestion(
            id="proposals_without_next_step",
            title="Which proposals have no next step?",
            definition=(
                "Open leads in the stage “Proposal sent” with nothing scheduled, or with an overdue next action and "
                "nothing after it."
            ),
            where="stage = 'proposal_sent' and coalesce(next_action_due_at <= $as_of, true)",
            due="next_action_due_at",
            due_label="next step was due",
        ),
        ReviewQuestion(
            id="untouched",
            title=f"Which leads have been untouched for {idle}?",
            definition=(
                f"Open leads with no outcome recorded for more than {idle}, counted from the inquiry if there is none; "
                "the longest untouched first."
            ),
            where="coalesce(last_touch_at, received_at) < $as_of - $untouched_after",
            due="coalesce(last_touch_at, received_at)",
            due_label=LAST_TOUCHED,
            since=True,
        ),
        ReviewQuestion(
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
        ReviewQuestion(
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

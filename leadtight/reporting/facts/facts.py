"""One row per lead, the basis of every metric.

Questions and audits are computed from it, too.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

SCHEMA = "leadtight.facts/4"
LARGEST_VALUE = Decimal(10) ** 15
"""Values from here on do not fit the column.

No real deal is worth that much.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFact:
    """The facts of one lead at one moment.

    It has ids, times and counts, but no names, addresses or free text. `owner` is the present owner, `first_owner` the
    one the promise was first assigned to. `last_touch_at` is the latest recorded outcome, a contact or not;
    `previous_touch_at` is what undo restores. `owner_answered_at` is the first contact since the present owner got the
    lead. `is_qualified` is whether the lead has ever reached a stage of qualified leads; `was_qualified` is what undo
    restores. `waited_<stage>_us` are the microseconds spent in a stage that the lead has left, over all its stays.
    `excluded` is the reason of the rule that keeps the lead out of every rate.
    """

    lead_id: str
    version: int
    generation: int = 0
    source: str | None
    form: str | None = None
    tier: str
    target: str
    policy_version: str
    stage: str
    excluded: str | None = None
    stage_since: datetime
    owner: str | None = None
    first_owner: str | None = None
    pool: str | None = None
    received_at: datetime
    recorded_at: datetime
    first_assigned_at: datetime | None = None
    deadline: datetime
    first_contact_at: datetime | None = None
    first_contact_by: str | None = None
    last_contact_at: datetime | None = None
    last_touch_at: datetime | None = None
    previous_touch_at: datetime | None = None
    next_action_due_at: datetime | None = None
    closed_at: datetime | None = None
    lost_reason_given: bool = False
    value: Decimal | None = None
    attempts: int = 0
    hops: int = 0
    owner_since: datetime | None = None
    owner_answered_at: datetime | None = None
    is_qualified: bool = False
    was_qualified: bool = False
    waited_new_us: int | None = None
    waited_contacted_us: int | None = None
    waited_qualified_us: int | None = None
    waited_call_booked_us: int | None = None
    waited_proposal_sent_us: int | None = None
    waited_follow_up_needed_us: int | None = None


_SQL_TYPES: dict[object, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    bool: "BOOLEAN",
    datetime: "TIMESTAMPTZ",
    Decimal: "DECIMAL(18,2)",
}


def columns() -> dict[str, str]:
    """Return the columns of the facts with their SQL types.

    In order; the dataclass is the schema.
    """
    hints = typing.get_type_hints(LeadFact)
    return {f.name: _SQL_TYPES[_plain(hints[f.name])] for f in dataclasses.fields(LeadFact)}


def _plain(hint: object) -> object:
    if isinstance(hint, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not types.NoneType)
    return hint

"""Why leads were lost (I5).

Facts count them; the words stay in the table until a page is written.
"""

from collections import Counter
from dataclasses import dataclass

from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.ports import LostReasons

ASKED = 200
"""Lost leads whose reason is read, latest first."""


@dataclass(frozen=True, slots=True)
class LostLeads:
    """The leads lost in a period.

    With the number without a reason, and the ids of the latest.
    """

    total: int
    without_reason: int
    lead_ids: tuple[str, ...]


def lost(table: FactTable, period: ReportPeriod) -> LostLeads:
    """Return the leads closed as lost in a period."""
    rows = table.rows(
        "select lead_id, lost_reason_given as given from counted where stage = 'lost'"
        " and closed_at >= $start and closed_at < $as_of order by closed_at desc, lead_id",
        {"start": period.start, "as_of": period.as_of},
    )
    without = sum(not row["given"] for row in rows)
    return LostLeads(len(rows), without, tuple(row["lead_id"] for row in rows[:ASKED]))


def reasons(lost: LostLeads, reason_of: LostReasons) -> tuple[tuple[str, int], ...]:
    """Return the recorded reasons with counts, most frequent first.

    Case and spaces do not make a difference; "" is no reason, or a deleted lead.
    """
    words = [" ".join((reason_of(lead_id) or "").split()) for lead_id in lost.lead_ids]
    spelt = {text.casefold(): text for text in reversed(words)}
    counted = Counter(text.casefold() for text in words)
    return tuple((spelt[key], count) for key, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])))

"""Why leads were lost (I5): facts count them, and the words stay in the table until a page is written."""

from collections import Counter
from dataclasses import dataclass

from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.ports import LostReasons

ASKED = 200
"""So many lost leads are asked for their reason, the latest first."""


@dataclass(frozen=True, slots=True)
class LostLeads:
    """The leads that a period lost: how many, how many of them without a reason, and the ids of the latest."""

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
    """Return the reasons in the words that people gave and how many leads each has, the most frequent first.

    Case and spaces do not make two reasons of one; "" is no reason, or a lead that is gone.
    """
    words = [" ".join((reason_of(lead_id) or "").split()) for lead_id in lost.lead_ids]
    spelt = {text.casefold(): text for text in reversed(words)}
    counted = Counter(text.casefold() for text in words)
    return tuple((spelt[key], count) for key, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])))

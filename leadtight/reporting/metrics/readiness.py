"""Readiness of the follow-up, as far as facts show it.

Four indexes (L8) and the signs of a passive CRM (L9).
"""

import duckdb

from leadtight.reporting.facts.table import Row, rows_of
from leadtight.reporting.metrics.aggregates import Figures, rate
from leadtight.reporting.metrics.confidence import SMALL, wilson
from leadtight.reporting.metrics.query import MetricsQuery

DAY_US, MINUTE_US = 86_400_000_000, 60_000_000

_COUNTS = f"""
    select count(*) as leads, count(response_us) as contacted, count(*) filter (kept) as kept,
        count(*) filter (not unowned) as owned, count(unowned) as owned_known,
        count(*) filter (owner is not null) as with_owner, count(*) filter (source is not null) as with_source,
        count(*) filter (stage is not null) as with_stage,
        count(*) filter (owner is not null and source is not null and stage is not null) as whole,
        count(*) filter (stage = 'lost') as lost, count(*) filter (stage = 'lost' and lost_reason_given) as with_reason,
        count(by_owner) filter (response_us is not null) as by_known,
        count(*) filter (by_owner and response_us is not null) as by_owner,
        count(*) filter (response_us > {DAY_US}) as later,
        count(*) filter (response_us is not null and contact_us % (5 * {MINUTE_US}) = 0) as on_five_minutes,
        count(*) filter (response_us > {DAY_US}
            and abs((response_us + {DAY_US} // 2) % {DAY_US} - {DAY_US} // 2) <= 15 * {MINUTE_US}) as at_the_hour
    from placed
"""


_STEPS = """
    select count(*) as open, count(next_action_due_at) as with_next_step,
        count(*) filter (epoch_us(next_action_due_at) <= {as_of_us}) as overdue
    from {facts} where excluded is null and closed_at is null
"""


def readiness_counts(connection: duckdb.DuckDBPyConnection, facts: str, query: MetricsQuery, as_of_us: int) -> Row:
    """Return the counts behind readiness and self-audit.

    Includes the weekday of most late answers, and the next steps of every open lead, whenever it arrived.
    """
    zone = "'" + query.calendar.zone.key + "'"
    by_day = rows_of(
        connection,
        f"select isodow(timezone({zone}, make_timestamptz(contact_us))) as weekday, count(*) as n from placed"
        f" where response_us > {DAY_US} group by 1 order by n desc, weekday limit 1",
    )
    steps = rows_of(connection, _STEPS.format(facts=facts, as_of_us=as_of_us))[0]
    return rows_of(connection, _COUNTS)[0] | steps | {"most": by_day[0] if by_day else {"weekday": None, "n": 0}}


def index(row: Row, figures: Figures, query: MetricsQuery) -> Figures:
    """Return the four readiness indexes (L8).

    Speed, persistence, CRM continuity and context retention, each from 0 to 1 or None.
    """
    gaps = query.gaps
    whole = None if gaps.owners or gaps.sources or gaps.stages else rate(row["whole"], row["leads"])
    kept_by = None if gaps.contact_persons or gaps.contacts else rate(row["by_owner"], row["by_known"])
    return {
        "speed": figures["follow_up_rate"],
        "persistence": figures["attempts"] and figures["attempts"]["persistence"],
        "crm_continuity": whole,
        "context_retention": kept_by,
    }


def passive_crm(row: Row, query: MetricsQuery) -> list[Figures]:
    """Return three signs of a passive CRM (L9).

    Each is yes, no or unknown, with its evidence.
    """
    is_timed = not query.gaps.untimed
    later, contacted = (row["later"], row["contacted"]) if is_timed else (0, 0)
    most = row["most"]["n"] if is_timed else 0
    return [
        _sign(
            "manual_outcome_logging",
            "first contacts are at multiples of five minutes, as people enter them; by chance at most one in five is",
            row["on_five_minutes"] if is_timed else 0,
            contacted,
            (0.3, 0.5),
        ),
        _sign(
            "calendar_reminders",
            "answers after more than a day come within 15 minutes of the hour of arrival; by chance one in 48 does",
            row["at_the_hour"] if is_timed else 0,
            later,
            (0.05, 0.1),
        ),
        _sign(
            "weekly_only_review",
            "answers after more than a day fall on one weekday; by chance one in five working days does",
            most,
            later,
            (0.4, 0.5),
        ),
    ]


def _sign(name: str, finding: str, part: int, whole: int, limits: tuple[float, float]) -> Figures:
    """Return a sign as yes, no or unknown.

    Yes when the interval is above the second limit, no when it is below that and the share is below the first.
    """
    interval = wilson(part, whole)
    if interval is None or whole < SMALL:
        return {"signal": name, "found": "unknown", "evidence": f"only {whole} leads to examine: {finding}"}
    low, high = interval
    answer = "yes" if low > limits[1] else "no" if high < limits[1] and part / whole < limits[0] else "unknown"
    return {"signal": name, "found": answer, "evidence": f"{part} of {whole}: {finding}"}

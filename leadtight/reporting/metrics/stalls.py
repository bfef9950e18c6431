"""Where the own open leads stall (J6), whenever they arrived."""

from datetime import datetime, timedelta

from leadtight.domain.model.stage import Stage
from leadtight.reporting.facts.table import FactTable, Row
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.stage_durations import MOST_STUCK

TOUCHED_AT = "coalesce(last_touch_at, received_at)"
"""When a lead was last touched, in SQL: the latest outcome, else its arrival."""

_OPEN = f"""
    select lead_id, owner, stage, {TOUCHED_AT} < $as_of - $untouched_after as is_stuck,
        (epoch_us($as_of) - epoch_us(stage_since)) / 86400e6 as days_in_stage,
        (epoch_us($as_of) - epoch_us({TOUCHED_AT})) / 86400e6 as days_untouched
    from counted where closed_at is null
"""


def stalls(table: FactTable, as_of: datetime, untouched_after: timedelta) -> Figures:
    """Return open leads by stage, and the stuck ones.

    Stuck leads are untouched for longer than `untouched_after`; the longest untouched come first.
    """
    scope = {"as_of": as_of, "untouched_after": untouched_after}
    counts = "count(*) as open, median(days_in_stage) as days, count(*) filter (is_stuck) as stuck"
    rows = {row["stage"]: row for row in table.rows(f"select stage, {counts} from ({_OPEN}) group by 1", scope)}
    order = f"order by days_untouched desc, lead_id limit {MOST_STUCK}"
    stuck = table.rows(f"select * exclude (is_stuck) from ({_OPEN}) where is_stuck {order}", scope)
    return {
        "untouched_after_seconds": untouched_after.total_seconds(),
        "stages": [_stage(stage, rows.get(stage)) for stage in Stage if not stage.is_closed],
        "stuck": {"total": sum(row["stuck"] for row in rows.values()), "leads": [_rounded(row) for row in stuck]},
    }


def _stage(stage: Stage, row: Row | None) -> Figures:
    counts = {"open": row["open"], "stuck": row["stuck"]} if row else {"open": 0, "stuck": 0}
    return {"stage": str(stage), **counts, "median_days": round(row["days"], 2) if row else None}


def _rounded(row: Row) -> Figures:
    return row | {name: round(row[name], 2) for name in ("days_in_stage", "days_untouched")}

"""When leads are missed: by hour and weekday, by kind of time, and what of it the diagnosis looks at."""

from typing import Any

from leadtight.reporting.audit.loading import Loaded
from leadtight.reporting.diagnosis import Counts, Group
from leadtight.reporting.intervals import SMALL, wilson
from leadtight.reporting.metrics import Figures, rate

KINDS = ("business_hours", "after_hours", "weekend")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = """
    count(*) as leads, count(first_contact_at) as contacted,
    count(*) filter (coalesce(first_contact_at <= deadline, false)) as contacted_in_window
"""


def heat(loaded: Loaded) -> list[Figures] | None:
    """Return 168 cells from Monday 00:00 on, local time: 95 % intervals of the share contacted in the window."""
    if loaded.untimed or loaded.no_contacts:
        return None
    rows = loaded.table.rows(f"select weekday, hour, {_COUNTS} from counted group by 1, 2", {})
    found = {(row["weekday"], row["hour"]): row for row in rows}
    return [_cell(day, hour, found.get((day, hour))) for day in range(1, 8) for hour in range(24)]


def _cell(day: int, hour: int, row: Figures | None) -> Figures:
    leads, kept = (row["leads"], row["contacted_in_window"]) if row else (0, 0)
    low, high = wilson(kept, leads) or (None, None)
    cell = {"weekday": WEEKDAYS[day - 1], "hour": hour, "leads": leads, "contacted_in_window": kept}
    return cell | {"low": low, "high": high, "small": leads < SMALL}


def segments(loaded: Loaded) -> Figures:
    """Return the same leads by the kind of time they came at, and each day with a surge."""
    if loaded.untimed:
        return dict.fromkeys((*KINDS, "surge_days"))
    rows = loaded.table.rows(f"select kind, {_COUNTS} from counted group by 1", {})
    found = {row.pop("kind"): row for row in rows}
    none = {"leads": 0, "contacted": 0, "contacted_in_window": 0}
    days = loaded.table.rows(
        f"select day::varchar as date, {_COUNTS} from counted where surge group by day order by day", {}
    )
    by_kind = {kind: _segment(loaded, found.get(kind, none)) for kind in KINDS}
    return by_kind | {"surge_days": [{"date": row.pop("date")} | _segment(loaded, row) for row in days]}


def _segment(loaded: Loaded, row: Figures) -> Figures:
    if loaded.no_contacts:
        row = row | {"contacted": None, "contacted_in_window": None}
    leads, contacted, kept = row["leads"], row["contacted"], row["contacted_in_window"]
    return {
        "leads": leads,
        "contacted": contacted,
        "contacted_in_window": kept,
        "contact_rate": None if contacted is None else rate(contacted, leads),
        "in_window_rate": None if kept is None else rate(kept, leads),
    }


def pattern(loaded: Loaded, total: dict[str, Any]) -> Counts:
    """Return what the diagnosis looks at: leads with an owner by the kind of time they came at."""
    rows = loaded.table.rows(
        f"select case when kind <> 'business_hours' then 'off_hours' when surge then 'surge' else 'in_hours' end as g,"
        f" {_COUNTS}, count(*) filter (first_contact_at is not null and business_us > epoch_us(deadline) -"
        " epoch_us(received_at)) as late from counted where not coalesce(unowned, false) group by 1",
        {},
    )
    groups = {
        row["g"]: Group(row["leads"], row["contacted"], row["late"], row["leads"] - row["contacted_in_window"])
        for row in rows
    }
    if loaded.untimed:
        groups = {"in_hours": sum(groups.values(), Group())}
    unowned = loaded.table.rows("select count(*) filter (unowned) as n, count(unowned) as known from counted", {})[0]
    return Counts(
        leads=total["leads"],
        contacted=total["contacted"],
        unowned=unowned["n"] if unowned["known"] else None,
        timed=not loaded.untimed,
        unknown_because=loaded.no_contacts,
        **groups,
    )

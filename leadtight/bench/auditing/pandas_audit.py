"""The audit as most people would write it: plain pandas.

It has the audit's figures in its shape. `python -m leadtight.bench.auditing.pandas_audit FOLDER` prints them as JSON.
Only developers have pandas.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from leadtight.bench.auditing import pandas_metrics

TIME = "%Y-%m-%d %H:%M:%S"
MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - the files have no zone
WINDOW_S = 300
STAGES = {"Closed Won": "won", "Closed Lost": "lost"}


def figures(folder: Path) -> dict[str, Any]:
    """Return an audit's figures, without its words.

    They are those of `leads.csv` and `calls.csv`.
    """
    import pandas as pd

    leads = pd.read_csv(folder / "leads.csv", dtype=str)
    calls = pd.read_csv(folder / "calls.csv", dtype=str)
    leads["created"] = pd.to_datetime(leads["Created Time"], format=TIME)
    calls["called"] = pd.to_datetime(calls["Call Start Time"], format=TIME)
    rows = _rows(leads, calls)
    _join(leads, calls)
    _judge(leads)
    return {"rows": rows, **pandas_metrics.figures(leads)}


def _rows(leads: Any, calls: Any) -> dict[str, Any]:
    counts = (calls["Call Type"] == "Outbound") & (calls["Call Status"] == "Attended Dialled")
    return {
        "leads": {"read": len(leads), "accepted": int(leads["created"].notna().sum())},
        "activities": {
            "read": len(calls),
            "accepted": int(counts.sum()),
            "joined": int(calls["CONTACTID"].isin(leads["Contact Id"]).sum()),
        },
    }


def _join(leads: Any, calls: Any) -> None:
    """Add first contact, its person and attempts to each lead."""
    calls = calls[calls["Call Type"] == "Outbound"]
    both = leads[["Record Id", "Contact Id", "created"]].merge(calls, left_on="Contact Id", right_on="CONTACTID")
    both = both[both["called"] >= both["created"]]
    leads["attempts"] = leads["Record Id"].map(both.groupby("Record Id").size()).fillna(0).astype(int)
    reached = both[both["Call Status"] == "Attended Dialled"].sort_values(["called", "Call Owner Name"])
    first = reached.drop_duplicates("Record Id").set_index("Record Id")
    leads["contact"] = leads["Record Id"].map(first["called"])
    leads["by"] = leads["Record Id"].map(first["Call Owner Name"])


def _judge(leads: Any) -> None:
    """Add each lead's waits and its kind of arrival time.

    Waits are in clock time and in working time.
    """
    created = leads["created"]
    leads["stage"] = leads["Stage"].replace(STAGES)
    leads["wait"] = (leads["contact"] - created).dt.total_seconds()
    leads["worked"] = _worked(leads["contact"]) - _worked(created)
    leads["kept"] = leads["wait"] <= WINDOW_S
    leads["late"] = (leads["wait"] > WINDOW_S) & (leads["worked"] > WINDOW_S)
    leads["day"], leads["weekday"], leads["hour"] = created.dt.normalize(), created.dt.weekday, created.dt.hour
    kind = leads["hour"].between(9, 16).map({True: "business_hours", False: "after_hours"})
    leads["kind"] = kind.where(leads["weekday"] < 5, "weekend")
    leads["surge"] = leads["day"].isin(_surges(leads["day"].value_counts().sort_index()))


def _worked(at: Any) -> Any:
    """Return the working time before an instant.

    Working hours are Monday to Friday, 09:00 to 17:00, the audit's default.
    """
    days = (at.dt.normalize() - MONDAY).dt.days
    earlier = (days // 7 * 5 + (days % 7).clip(upper=5)) * 8 * 3600
    today = ((at - at.dt.normalize()).dt.total_seconds() - 9 * 3600).clip(0, 8 * 3600)
    return earlier + today.where(days % 7 < 5, 0)


def _surges(days: Any) -> list[Any]:
    """Return the days with unusually many leads.

    They exceed 1.5 times the median of their kind of day in the two weeks before and after.
    """
    surges: list[Any] = []
    for _, alike in days.groupby(days.index.weekday >= 5):
        usual = alike.rolling("29D", center=True).median()
        surges += list(alike.index[(alike > 1.5 * usual) & (alike >= 10)])
    return surges


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))

"""What most people would write instead of an audit: pandas, straight on, with the same numbers.

`python -m leadtight.cli.bench.auditing.plain FOLDER` prints them as JSON. pandas is there for developers only.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

WINDOW_S = 300
TIME = "%Y-%m-%d %H:%M:%S"
MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - the files have no zone


def figures(folder: Path) -> dict[str, Any]:
    """Return what an audit says of leads: in all, by owner and source, by the hour, by kind of time, and attempts."""
    import pandas as pd

    leads = pd.read_csv(folder / "leads.csv", dtype=str)
    calls = pd.read_csv(folder / "calls.csv", dtype=str)
    leads["created"] = pd.to_datetime(leads["Created Time"], format=TIME)
    calls["called"] = pd.to_datetime(calls["Call Start Time"], format=TIME)
    calls = calls[calls["Call Type"] == "Outbound"]
    both = leads[["Record Id", "Contact Id", "created"]].merge(calls, left_on="Contact Id", right_on="CONTACTID")
    both = both[both["called"] >= both["created"]]
    attempts = leads["Record Id"].map(both.groupby("Record Id").size()).fillna(0)
    reached = both[both["Call Status"] == "Attended Dialled"].sort_values("called", kind="stable")
    first = reached.drop_duplicates("Record Id").set_index("Record Id")
    leads["contact"] = leads["Record Id"].map(first["called"])
    leads["by"] = leads["Record Id"].map(first["Call Owner Name"])
    leads["wait"] = (leads["contact"] - leads["created"]).dt.total_seconds()
    leads["worked"] = _worked(leads["contact"]) - _worked(leads["created"])
    leads["kind"] = _kind(leads["created"])
    cells = leads.groupby([leads["created"].dt.weekday, leads["created"].dt.hour])
    known = leads[leads["by"].notna() & leads["Deal Owner Name"].notna()]
    return {
        **_spread(leads),
        "buckets": _buckets(leads["wait"]),
        "owners": {key: _spread(group) for key, group in leads.groupby("Deal Owner Name")},
        "sources": {key: _spread(group) for key, group in leads.groupby("Lead Source")},
        "segments": {key: _spread(group) for key, group in leads.groupby("kind")},
        "heat": [[*map(int, cell), len(group), int((group["wait"] <= WINDOW_S).sum())] for cell, group in cells],
        "five_or_more": int((attempts >= 5).sum()),
        "context_retention": float((known["by"] == known["Deal Owner Name"]).mean()),
    }


def _worked(at: Any) -> Any:
    """Return the working time before an instant: Monday to Friday, 09:00 to 17:00, as the audit has it unless told."""
    days = (at.dt.normalize() - MONDAY).dt.days
    before = (days // 7 * 5 + (days % 7).clip(upper=5)) * 8 * 3600
    today = ((at - at.dt.normalize()).dt.total_seconds() - 9 * 3600).clip(0, 8 * 3600)
    return before + today.where(days % 7 < 5, 0)


def _kind(at: Any) -> Any:
    kind = at.dt.hour.between(9, 16).map({True: "business_hours", False: "after_hours"})
    return kind.where(at.dt.weekday < 5, "weekend")


def _buckets(wait: Any) -> dict[str, int]:
    return {
        "under_5m": int((wait < 300).sum()),
        "5m_to_30m": int(((wait >= 300) & (wait < 1800)).sum()),
        "30m_to_2h": int(((wait >= 1800) & (wait < 7200)).sum()),
        "2h_to_24h": int(((wait >= 7200) & (wait <= 86400)).sum()),
        "over_24h": int((wait > 86400).sum()),
        "never": int(wait.isna().sum()),
    }


def _spread(leads: Any) -> dict[str, Any]:
    wait, worked = leads["wait"], leads["worked"]
    return {
        "leads": len(leads),
        "contacted": int(wait.notna().sum()),
        "in_window": int((wait <= WINDOW_S).sum()),
        "median": float(wait.median()),
        "mean": float(wait.mean()),
        "p90": float(wait.quantile(0.9)),
        "business_response": {
            "median": float(worked.median()),
            "mean": float(worked.mean()),
            "p90": float(worked.quantile(0.9)),
        },
    }


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))

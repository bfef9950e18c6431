"""Run the reports: read events, write files. Running one again writes the same bytes."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from leadtight.domain.instants import to_text
from leadtight.domain.policy import Policy
from leadtight.reporting import nightly, page, weekly
from leadtight.reporting.completeness import completeness
from leadtight.reporting.periods import Week, days, local_day, window_ending
from leadtight.reporting.ports import EventLog, Files, Names, OutcomeLinks
from leadtight.reporting.snapshots import Snapshots
from leadtight.reporting.table import FactTable

LATEST = "weekly/latest.json"
JSON = "application/json"
HTML = "text/html; charset=utf-8"


class Reports:
    """The nightly metrics and the weekly review of one company."""

    def __init__(self, policy: Policy, log: EventLog, files: Files, names: Names, links: OutcomeLinks) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._zone = policy.company.zone
        self._files = files
        self._snapshots = Snapshots(log, files)
        self._names = names
        self._links = links

    def last_day(self, now: datetime) -> date:
        """Return the latest whole day: the company's yesterday."""
        return local_day(now, self._zone) - timedelta(days=1)

    def review_day(self, now: datetime) -> date:
        """Return the day a review asked for without a date is about: today, but on a Monday the week just ended."""
        today = local_day(now, self._zone)
        return today if today.weekday() else today - timedelta(days=1)

    def nightly(self, day: date, now: datetime) -> dict[str, Any]:
        """Write the metrics and the facts of a local day and return the metrics.

        A day that still runs is reported as of its latest event, or of the latest promise that ran out since. Raises
        ValueError for a day that has not begun.
        """
        today = self._snapshots.settled(day, days(day, day, self._zone, now))
        window = window_ending(day, self._zone, today.as_of)
        snapshot = self._snapshots.at(day, window)
        night = nightly.Night(
            day=day,
            today=today,
            window=window,
            zone=self._zone,
            events=self._snapshots.events_in(today),
            troubles=snapshot.troubles,
            completeness=completeness(self._files, day),
        )
        with FactTable.of(snapshot.facts) as table:
            told = nightly.document(table, night)
            self._snapshots.keep(day, table, snapshot.as_of)
        self._files.put(f"metrics/dt={day.isoformat()}/metrics.json", _json(told), JSON)
        return told

    def weekly(self, day: date, now: datetime) -> dict[str, Any]:
        """Write the review of the ISO week that `day` falls in, and return it.

        It stands at the end of the week; in a week that still runs, at the end of `day`, or at the latest event of a
        day that still runs. Raises ValueError for a day that has not begun.
        """
        week = Week.of(day)
        period = days(week.monday, week.sunday, self._zone, now)
        if period.is_complete:
            day = week.sunday
        else:
            period = replace(period, as_of=self._snapshots.settled(day, days(day, day, self._zone, now)).as_of)
        snapshot = self._snapshots.at(day, window_ending(day, self._zone, period.as_of))
        review = weekly.review(week, period, self._zone, snapshot, self._policy.untouched_after)
        told = weekly.document(review)
        folder = f"weekly/{week}"
        self._files.put(f"{folder}/index.html", page.render(review, self._policy, self._names, self._links), HTML)
        self._files.put(f"{folder}/review.json", _json(told), JSON)
        self._point_to(week, period.as_of)
        return told

    def _point_to(self, week: Week, as_of: datetime) -> None:
        """Let `latest.json` name this week, unless it names a later one: recomputing the past moves nothing."""
        stored = self._files.get(LATEST)
        if stored and json.loads(stored)["week"] > str(week):
            return
        latest = {
            "schema": "leadtight.latest/1",
            "week": str(week),
            "as_of": to_text(as_of),
            "html": f"weekly/{week}/index.html",
            "review": f"weekly/{week}/review.json",
        }
        self._files.put(LATEST, _json(latest), JSON)


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()

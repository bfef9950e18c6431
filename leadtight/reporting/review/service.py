"""The report service: reads events, writes files.

Running a report again writes the same bytes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from leadtight.domain.calendar.timestamps import format_timestamp, midnight
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.event import Event
from leadtight.domain.policy.policy import Policy
from leadtight.reporting.facts.facts import SCHEMA
from leadtight.reporting.facts.periods import WINDOW_DAYS, ReportPeriod, days, local_day, utc_days, window_ending
from leadtight.reporting.facts.snapshots import Snapshots, unreadable_problem
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics import ledger
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.event_counts import without_leads
from leadtight.reporting.metrics.period_metrics import MetricTerms, figures
from leadtight.reporting.metrics.report import money_json
from leadtight.reporting.ports import EventHistory, LeadNames, LostReasons, OutcomeLinks, ReportFiles, Sentences
from leadtight.reporting.review import nightly, page, weekly
from leadtight.reporting.review.completeness import completeness, completeness_of
from leadtight.reporting.review.leak_rows import History, of_events
from leadtight.reporting.review.unassigned_leads import FreeCapacity, room_for_unassigned

LATEST = "weekly/latest.json"
JSON = "application/json"
CSV = "text/csv; charset=utf-8"
HTML = "text/html; charset=utf-8"


RECHECKED = 2
"""Nights that are checked again for late events.

Every writer has given up long before.
"""

CAUGHT_UP = 14
"""Most missing nights that the next one writes."""


class ReportService:
    """The nightly metrics and the weekly review of one company."""

    def __init__(
        self,
        policy: Policy,
        log: EventHistory,
        files: ReportFiles,
        names: LeadNames,
        reasons: LostReasons,
        links: OutcomeLinks,
        sentences: Sentences,
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._zone = policy.company.zone
        self._terms = MetricTerms.of(policy)
        self._log = log
        self._files = files
        self._names = names
        self._reasons = reasons
        self._links = links
        self._sentences = sentences

    def last_day(self, now: datetime) -> date:
        """Return the latest whole day: the company's yesterday."""
        return local_day(now, self._zone) - timedelta(days=1)

    def review_day(self, now: datetime) -> date:
        """Return the default day of a review.

        Today, but on a Monday the week that has just ended.
        """
        today = local_day(now, self._zone)
        return today if today.weekday() else today - timedelta(days=1)

    def first_missing(self, day: date) -> date:
        """Return the first of the nights missing just before `day`.

        `day` itself where none is missing, and where none of the last nights was ever written: the stage is new.
        """
        for ago in range(1, CAUGHT_UP + 1):
            if self._files.get(_metrics_key(day - timedelta(days=ago))):
                return day - timedelta(days=ago - 1)
        return day

    def nightly(self, day: date, now: datetime) -> dict[str, Any]:
        """Write the metrics and facts of a local day.

        Returns the metrics with `restated`. Earlier nights with late events are written again first, then every later
        night that this changes, and the reviews of their weeks: `restated` names them. A day that still runs is
        reported as of its latest event, or of the latest promise broken since. Raises ValueError for a day that has not
        begun.
        """
        snapshots = Snapshots(self._log, self._files, self._policy.test_tiers)
        result: dict[str, Any] = {}
        restated: list[date] = []
        night, changed = self._first_to_write(snapshots, day, now), False
        while night <= day or (changed and self._files.get(_metrics_key(night))):
            written, changed = self._night(snapshots, night, now)
            if night == day:
                result = written
            elif changed:
                restated.append(night)
            night += timedelta(days=1)
        return result | {"restated": [*map(str, restated), *self._review_again(restated, now)]}

    def _first_to_write(self, snapshots: Snapshots, day: date, now: datetime) -> date:
        """Return the earliest recent night with changed events.

        Among the last nights before `day`; `day` if there is none.
        """
        for ago in range(RECHECKED, 0, -1):
            night = day - timedelta(days=ago)
            if self._files.get(_metrics_key(night)) is None:
                continue
            written = self._stored(_metrics_key(night)).get("rows")
            events = snapshots.events_belonging_to(days(night, night, self._zone, now))
            if not isinstance(written, dict) or written.get("events") != nightly.events_read(events):
                return night
        return day

    def _night(self, snapshots: Snapshots, day: date, now: datetime) -> tuple[dict[str, Any], bool]:
        """Write one night, and return whether it changed."""
        today = snapshots.as_of_latest_change(day, days(day, day, self._zone, now))
        window = window_ending(day, self._zone, today.as_of)
        snapshot = snapshots.at(day, window)
        channels = completeness(self._files, day, self._policy)
        night = nightly.Night(
            day=day,
            today=today,
            window=window,
            zone=self._zone,
            terms=self._terms,
            events=snapshots.events_belonging_to(today),
            problems=(*snapshot.problems, *map(unreadable_problem, channels.unreadable)),
            completeness=channels,
        )
        with snapshot.table as table:
            tests = table.leads_of_tiers(self._policy.test_tiers)
            document = nightly.document(table, replace(night, with_room=self._with_room(table, today), tests=tests))
            posted = ledger.as_csv(table.connection)
            facts = table.parquet({"schema": SCHEMA, "as_of": format_timestamp(snapshot.as_of)})
        metrics = _json(document)
        changed = (self._files.get(_metrics_key(day)), snapshots.stored(day)) != (metrics, facts)
        snapshots.store(day, facts)
        self._files.put(f"ledger/dt={day.isoformat()}/ledger.csv", posted, CSV)
        self._files.put(_metrics_key(day), metrics, JSON)
        return document, changed

    def _review_again(self, restated: list[date], now: datetime) -> Iterator[str]:
        """Rewrite the reviews of these days, yielding their weeks."""
        for week in dict.fromkeys(Week.of(day) for day in restated):
            if self._files.get(_review_of(week)):
                self.weekly(week.sunday if now >= midnight(week.sunday, self._zone) else max(restated), now)
                yield str(week)

    def weekly(self, day: date, now: datetime) -> dict[str, Any]:
        """Write the review of the ISO week of `day`.

        It shows the end of the week; in a running week the end of `day`, or the latest event of a running day. Raises
        ValueError for a day that has not begun.
        """
        snapshots = Snapshots(self._log, self._files, self._policy.test_tiers)
        week = Week.of(day)
        period = days(week.monday, week.sunday, self._zone, now)
        if period.is_complete:
            day = week.sunday
        else:
            period = replace(period, as_of=snapshots.as_of_latest_change(day, days(day, day, self._zone, now)).as_of)
        snapshot = snapshots.at(day, window_ending(day, self._zone, period.as_of))
        with snapshot.table:
            previous_week = self._week_before(snapshots, week)
            idle = self._policy.untouched_after
            kinds = (e for e in self._events_in(period) if e.kind in weekly.COUNTED_EVENTS)
            happened = without_leads(kinds, snapshot.table.leads_of_tiers(self._policy.test_tiers))
            with_room = self._with_room(snapshot.table, period)
            earlier = self._metrics(day - timedelta(days=WINDOW_DAYS))
            review = weekly.review(
                week, period, self._zone, snapshot, previous_week, self._terms, idle, happened, with_room, earlier
            )
        review = replace(review, completeness=self._completeness(week, period))
        document = weekly.document(review)
        shown = page.render(review, self._policy, self._names, self._reasons, self._links, self._history_of)
        self._files.put(page_of(week), shown, HTML)
        self._files.put(_review_of(week), _json(document), JSON)
        self._point_to(week, period.as_of)
        return document

    def _completeness(self, week: Week, period: ReportPeriod) -> tuple[dict[str, Any], ...]:
        last = local_day(period.as_of - timedelta(microseconds=1), self._zone)
        of_week = (week.monday + timedelta(days=number) for number in range(7))
        return completeness_of(self._files, (day for day in of_week if day <= last), self._policy)

    def _metrics(self, day: date) -> Figures | None:
        """Return the stored metrics of a night.

        None when this version cannot read them.
        """
        figures: Figures = self._stored(_metrics_key(day))
        return figures if figures.keys() >= set(weekly.OF_BOTH) else None

    def _stored(self, key: str) -> dict[str, Any]:
        """Return a stored document.

        Empty when there is none that can be read.
        """
        stored = self._files.get(key)
        try:
            document = json.loads(stored) if stored else {}
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    def _with_room(self, table: FactTable, period: ReportPeriod) -> Mapping[str, FreeCapacity]:
        return room_for_unassigned(table, period, self._policy, self._terms.ownerless_after, self._log.history)

    def _events_in(self, period: ReportPeriod) -> Iterator[Event]:
        """Yield the events of a week, day by day.

        So that memory never holds all of them.
        """
        happened = (e for day in utc_days(period.start, period.as_of) for e in self._log.events_on(day))
        return (e for e in happened if period.start <= e.at < period.as_of)

    def _history_of(self, lead_id: str, as_of: datetime) -> History:
        """Return a leaked lead's history until `as_of`, in words."""
        events = (e for e in self._log.history(lead_id) if e.at < as_of)
        return of_events(events, self._sentences, self._zone)

    def _week_before(self, snapshots: Snapshots, week: Week) -> Figures:
        """Return the previous week's figures as of its end."""
        last, end = week.before, midnight(week.monday, self._zone)
        with snapshots.at(last.sunday, window_ending(last.sunday, self._zone, end)).table as table:
            return figures(table, days(last.monday, last.sunday, self._zone, end), self._terms)

    def _point_to(self, week: Week, as_of: datetime) -> None:
        """Point `latest.json` to this week.

        Unless it names a later one: recomputing the past changes nothing.
        """
        if str(self._stored(LATEST).get("week", "")) > str(week):
            return
        latest = {
            "schema": "leadtight.latest/1",
            "week": str(week),
            "as_of": format_timestamp(as_of),
            "html": page_of(week),
            "review": _review_of(week),
        }
        self._files.put(LATEST, _json(latest), JSON)


def page_of(week: Week) -> str:
    """Return the key of a week's page.

    In the reports bucket.
    """
    return f"weekly/{week}/index.html"


def _review_of(week: Week) -> str:
    return f"weekly/{week}/review.json"


def _metrics_key(day: date) -> str:
    return f"metrics/dt={day.isoformat()}/metrics.json"


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False, default=money_json) + "\n").encode()

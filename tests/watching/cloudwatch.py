"""A model of CloudWatch: metrics, and how alarms evaluate them.

Written from AWS's documentation of missing data, not from the stage's code. What the documentation leaves open is a
`Reading`: a claim holds only if it holds for every reading.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
Dimensions = frozenset[tuple[str, str]]
MetricKey = tuple[str, str, Dimensions]
LATENCY = 2
"""Minutes until a datapoint can be read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What AWS does not say exactly.

    `spare` datapoints are retrieved beyond the evaluated ones: the documentation's example has two. A window either
    slides every minute or begins at full periods.
    """

    spare: int
    slides: bool


READINGS = tuple(Reading(spare, slides) for spare in (0, 2) for slides in (False, True))


@dataclass(frozen=True, slots=True)
class WatchedMetric:
    """One metric of an alarm, with its statistic."""

    key: MetricKey
    statistic: str
    zero: bool = False
    """Counts as zero: only whether there is a datapoint matters."""


class Metrics:
    """Samples of metrics by minute."""

    def __init__(self) -> None:
        self.samples: dict[MetricKey, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._periods: dict[tuple[object, int, int], float | None] = {}

    def put(self, namespace: str, name: str, minute: int, value: float, **dimensions: str) -> None:
        """Add one sample."""
        self.samples[namespace, name, frozenset(dimensions.items())][minute].append(value)

    def sum_of(self, watched: tuple[WatchedMetric, ...], start: int, minutes: int) -> float | None:
        """Return the sum of those metrics that have a datapoint.

        Periods are evaluated again and again, so each is kept: nothing may be added to one that was read.
        """
        period = watched, start, minutes
        if period not in self._periods:
            values = [self.statistic(m.key, m.statistic, start, minutes) for m in watched]
            present = [0 if m.zero else v for m, v in zip(watched, values, strict=True) if v is not None]
            self._periods[period] = sum(present) if present else None
        return self._periods[period]

    def statistic(self, key: MetricKey, statistic: str, start: int, minutes: int) -> float | None:
        """Return a period's statistic; None without a sample."""
        by_minute = self.samples.get(key)
        if not by_minute:
            return None
        values = [value for minute in range(start, start + minutes) for value in by_minute.get(minute, ())]
        return _STATISTICS[statistic](values) if values else None


_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
}


@dataclass(slots=True)
class Alarm:
    """An alarm of a template, with its states."""

    name: str
    metrics: tuple[WatchedMetric, ...]
    minutes: int
    of: int
    at_least: int
    threshold: float
    comparison: str
    missing: str
    tells: dict[str, list[Any]]
    state: str = UNKNOWN
    history: list[tuple[int, str]] = field(default_factory=list)

    def evaluate(self, metrics: Metrics, now: int, reading: Reading) -> None:
        """Evaluate as of a minute, and note a changed state."""
        if self.history and not reading.slides and (now - LATENCY) % self.minutes:
            return  # the same periods as a minute ago
        state = self._state(self._datapoints(metrics, now, reading))
        if state != self.state:
            self.state = state
            self.history.append((now, state))

    def _datapoints(self, metrics: Metrics, now: int, reading: Reading) -> list[float | None]:
        """Return the retrieved datapoints, newest first."""
        end = now - LATENCY
        if not reading.slides:
            end -= end % self.minutes
        count = self.of + reading.spare
        starts = (end - self.minutes * number for number in range(1, count + 1))
        return [metrics.sum_of(self.metrics, start, self.minutes) for start in starts]

    def _state(self, datapoints: list[float | None]) -> str:
        """Return the state, as the documentation's table has it.

        With enough real datapoints the newest count, and how missing data is treated does not matter. Else the lacking
        ones are filled in.
        """
        real = [value for value in datapoints if value is not None][: self.of]
        lacking = self.of - len(real)
        breaching = sum(self._breaches(value) for value in real)
        if lacking and self.missing == "breaching":
            breaching += lacking
        elif self.missing not in ("breaching", "notBreaching"):
            raise NotImplementedError(self.missing)
        return ALARM if breaching >= self.at_least else OK

    def _breaches(self, value: float) -> bool:
        return value > self.threshold if self.comparison == "GreaterThanThreshold" else value < self.threshold


def alarms_of(template: dict[str, Any]) -> dict[str, Alarm]:
    """Return a template's alarms by name."""
    resources = template["Resources"].values()
    alarms = [_alarm(r["Properties"]) for r in resources if r["Type"] == "AWS::CloudWatch::Alarm"]
    return {alarm.name: alarm for alarm in alarms}


def _alarm(alarm: dict[str, Any]) -> Alarm:
    metrics, seconds = _watched(alarm)
    return Alarm(
        name=alarm["AlarmName"],
        metrics=metrics,
        minutes=seconds // 60,
        of=alarm["EvaluationPeriods"],
        at_least=alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]),
        threshold=alarm["Threshold"],
        comparison=alarm["ComparisonOperator"],
        missing=alarm["TreatMissingData"],
        tells={ALARM: alarm.get("AlarmActions", []), OK: alarm.get("OKActions", [])},
    )


def _watched(alarm: dict[str, Any]) -> tuple[tuple[WatchedMetric, ...], int]:
    """Return an alarm's metrics, and their period in seconds."""
    if "MetricName" in alarm:
        return (WatchedMetric(_key(alarm), alarm["Statistic"]),), alarm["Period"]
    [expression] = [m["Expression"] for m in alarm["Metrics"] if "Expression" in m]
    stats = {m["Id"]: m["MetricStat"] for m in alarm["Metrics"] if "MetricStat" in m}
    [seconds] = {stat["Period"] for stat in stats.values()}
    terms = stats if expression == "SUM(METRICS())" else _terms(expression)
    return tuple(
        WatchedMetric(_key(stats[term]["Metric"]), stats[term]["Stat"], zero=term in _zeros(expression))
        for term in terms
    ), seconds


def _terms(expression: str) -> list[str]:
    """Return the metrics of `SUM([a, b * 0])`."""
    summed = re.fullmatch(r"SUM\(\[(.+)\]\)", expression)
    if not summed:
        raise NotImplementedError(expression)
    return [term.partition(" ")[0] for term in summed[1].split(", ")]


def _zeros(expression: str) -> list[str]:
    """Return the metrics that count as zero."""
    return re.findall(r"(\w+) \* 0", expression)


def _key(metric: dict[str, Any]) -> MetricKey:
    dimensions = frozenset((d["Name"], resource_id(d["Value"])) for d in metric.get("Dimensions", ()))
    return metric["Namespace"], metric["MetricName"], dimensions


def resource_id(value: Any) -> str:
    """Return the logical id that a value refers to."""
    if isinstance(value, str):
        return value
    [reference] = value.values()
    named = reference[0] if isinstance(reference, list) else reference
    return named if isinstance(named, str) else json.dumps(value)

"""Metrics of leads: time to owner and reply, promises.

Written where a change is stored, for the dashboard.
"""

from __future__ import annotations

from collections.abc import Iterable

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from leadtight.domain.change import Change
from leadtight.domain.promises.timings import SECONDS_TO_OWNER, SECONDS_TO_REPLY, timings

SERVICE = {"service": "leads"}
UNITS = {SECONDS_TO_OWNER: MetricUnit.Seconds, SECONDS_TO_REPLY: MetricUnit.Seconds}


def write(changes: Iterable[Change]) -> None:
    """Write what changes say about their leads' promises."""
    for name, value in (timing for change in changes for timing in timings(change)):
        with single_metric(name=name, unit=UNITS.get(name, MetricUnit.Count), value=value, default_dimensions=SERVICE):
            pass

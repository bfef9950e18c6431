"""The cost model counts what the template has."""

from __future__ import annotations

import copy

import pytest

from leadtight.capacity.data import STAGE
from scripts.costs import counted, stage_text
from tests.capacity.test_month import STALE
from tests.infra.synth import Synthesised


def test_the_model_has_the_templates_own_counts(prod: Synthesised) -> None:
    assert stage_text(counted(prod.body)) == STAGE.read_text(encoding="utf-8"), STALE


def test_an_added_resource_is_counted(prod: Synthesised) -> None:
    before, body = counted(prod.body), copy.deepcopy(prod.body)
    metric = {"MetricStat": {"Metric": {"MetricName": "M", "Namespace": "N"}}}
    sums = {"Metrics": [metric, metric, {"Expression": "SUM(METRICS())"}]}
    body["Resources"] |= {
        "Two": {"Type": "AWS::CloudWatch::Alarm", "Properties": sums},
        "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{}"}},
        "Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"ReplicaRegions": [{"Region": "us-east-1"}]}},
        "Unbounded": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": "q"}},
        "Stream": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"StartingPosition": "LATEST"}},
    }
    added = {name: count - before[name] for name, count in counted(body).items() if name != "runs"}
    assert {name: count for name, count in added.items() if count} == {
        "alarms": 2,
        "dashboards": 1,
        "secrets": 2,
        "pollers": 2,
    }


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(5 minutes)", 8640),
        ("rate(1 hour)", 720),
        ("cron(15 0 * * ? *)", 30),
        ("cron(2 0/6 * * ? *)", 120),
        ("cron(30 0 ? * MON *)", 4),
    ],
)
def test_a_schedule_runs_so_often_a_month(prod: Synthesised, expression: str, times: int) -> None:
    body = copy.deepcopy(prod.body)
    schedules = [r for r in body["Resources"].values() if r["Type"] == "AWS::Scheduler::Schedule"]
    target = schedules[0]["Properties"]["Target"]
    for each in schedules:
        each["Type"] = "AWS::Other"
    body["Resources"]["Only"] = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {"ScheduleExpression": expression, "Target": target},
    }
    assert list(counted(body)["runs"].values()) == [times]

"""Count a stage's resources for the cost model.

It writes leadtight/capacity/stage.toml and the table of docs/guides/deploy.md.
"""

from __future__ import annotations

import ast
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ |= {"POWERTOOLS_SERVICE_NAME": "costs", "POWERTOOLS_METRICS_NAMESPACE": "Leadtight"}

from functions.sla.handler import WATCHED
from leadtight.adapters.aws import message_metrics
from leadtight.capacity.data import STAGE, stage_resources
from leadtight.capacity.month import DAYS
from leadtight.cli.capacity import month_markdown
from leadtight.domain.model.message import TO_LEADS, Status

ROOT = Path(__file__).resolve().parent.parent
PAGE, FUNCTIONS = ROOT / "docs" / "guides" / "deploy.md", ROOT / "functions"
TABLE = re.compile(r"(<!-- month -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = """# What a stage has whether or not leads come, counted in its template: one with backups, without a front door.
# Written by `PYTHONPATH=. .venv/bin/python scripts/costs.py`.
"""
POLLERS, POLLERS_WHEN_BOUNDED = 2, 5
"""Lambda's pollers of an idle queue; the fewer where its concurrency has no maximum.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

FAMILIES: dict[str, tuple[str, ...]] = {
    "BudgetUsed": tuple(channel.title() for channel in TO_LEADS),
    "Backlog": tuple(kind.title() for kind in WATCHED),
    "BacklogAge": tuple(kind.title() for kind in WATCHED),
    "SweepFaults": (),  # only a failure writes one
}
"""The metrics that a handler names by kind."""

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
MINUTES = {"minute": 1, "hour": 60, "day": 1440}
Resource = dict[str, Any]


def counted(template: dict[str, Any]) -> dict[str, Any]:
    """Return what a template has, as `StageResources` names it."""
    resources = template["Resources"]
    return {
        "alarms": sum(_metrics_of(alarm) for alarm in _of(resources, "CloudWatch::Alarm")),
        "metrics": len(written_metrics()) + len([*_of(resources, "Logs::MetricFilter")]),
        "dashboards": len([*_of(resources, "CloudWatch::Dashboard")]),
        "secrets": sum(1 + len(s.get("ReplicaRegions", ())) for s in _of(resources, "SecretsManager::Secret")),
        "pollers": sum(map(_pollers, _of(resources, "Lambda::EventSourceMapping"))),
        "traced": sum(f.get("TracingConfig", {}).get("Mode") == "Active" for f in _of(resources, "Lambda::Function")),
        "backups": sum(map(_kept, _of(resources, "Backup::BackupPlan"))),
        "runs": _runs(resources),
    }


def _of(resources: dict[str, Resource], kind: str) -> Iterator[Resource]:
    yield from (each["Properties"] for each in resources.values() if each["Type"] == f"AWS::{kind}")


def _metrics_of(alarm: Resource) -> int:
    """Count an alarm's metrics: each is paid for."""
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1


def written_metrics() -> set[tuple[str, str]]:
    """Return the metrics that an ordinary month writes, by service.

    Those of the handlers, and of sent and confirmed mails by recipient and channel. What only a failure writes is left
    out: a metric is paid for in the hours that have it.
    """
    metrics = {(file.parent.name, name) for file in FUNCTIONS.glob("*/*.py") for name in _names(file)}
    usual = (message_metrics.METRICS[status] for status in (Status.SENT, Status.CONFIRMED))
    return metrics | {(by, name) for name in usual for by in ("to team", "to lead", "by mail")}


def _names(file: Path) -> Iterator[str]:
    """Yield the names of the metrics that a handler adds."""
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_metric":
            [name] = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
            yield from _expanded(name)


def _expanded(name: ast.expr) -> Iterator[str]:
    match name:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr([ast.Constant(str(text)), _]):
            yield from (f"{text}{kind}" for kind in FAMILIES[text])
        case _:
            raise TypeError(f"a metric's name is neither written out nor of a known family: {ast.unparse(name)}")


def _pollers(mapping: Resource) -> int:
    if "StartingPosition" in mapping:
        return 0  # a stream: its reads are free
    return POLLERS_WHEN_BOUNDED if "ScalingConfig" in mapping else POLLERS


def _kept(plan: Resource) -> int:
    """Count the daily backups that a plan keeps."""
    return sum(rule["Lifecycle"]["DeleteAfterDays"] for rule in plan["BackupPlan"]["BackupPlanRule"])


def _runs(resources: dict[str, Resource]) -> dict[str, int]:
    """Return the scheduled runs of a month by function."""
    runs: dict[str, int] = {}
    for schedule in _of(resources, "Scheduler::Schedule"):
        handler = resources[schedule["Target"]["Arn"]["Fn::GetAtt"][0]]["Properties"]["Handler"]
        name = handler.split(".")[1]
        runs[name] = runs.get(name, 0) + _times_a_month(schedule["ScheduleExpression"])
    return dict(sorted(runs.items()))


def _times_a_month(expression: str) -> int:
    if match := RATE.fullmatch(expression):
        return DAYS * 1440 // (int(match[1]) * MINUTES[match[2]])
    minute, hour, *_, weekday, _ = expression.removeprefix("cron(").removesuffix(")").split()
    days = DAYS if weekday in "*?" else DAYS * len(weekday.split(",")) // 7
    return _values(minute, 60) * _values(hour, 24) * days


def _values(field: str, most: int) -> int:
    """Count a cron field's values.

    It is such as `*`, `5`, `1,2` or `0/6`.
    """
    start, _, step = field.partition("/")
    if step:
        return len(range(0 if start == "*" else int(start), most, int(step)))
    return most if field == "*" else len(field.split(","))


def stage_text(resources: dict[str, Any]) -> str:
    """Return the counts as TOML."""
    runs = ", ".join(f"{name} = {count}" for name, count in resources["runs"].items())
    lines = [f"{name} = {count}\n" for name, count in resources.items() if name != "runs"]
    return "".join([HEAD, *lines, f"runs = {{ {runs} }}\n"])


def page_text(page: str) -> str:
    """Return the page with the table that the command prints."""
    return TABLE.sub(lambda match: f"{match[1]}\n{month_markdown()}\n{match[2]}", page)


def main() -> None:
    """Write both files."""
    from tests.infra.synth import synthesise  # here: the CDK takes seconds to load

    with tempfile.TemporaryDirectory() as folder:
        template = synthesise(Path(folder), "prod")
    STAGE.write_text(stage_text(counted(template.body)), encoding="utf-8")
    stage_resources.cache_clear()
    PAGE.write_text(page_text(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

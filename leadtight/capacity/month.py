"""Monthly costs of a stage, idle and with leads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leadtight.capacity import model
from leadtight.capacity.data import Aws, LeadLife, StageResources

DAYS = 30
MONTHS_KEPT = 12
"""Months of leads that the table holds, and each backup of it."""

POLL_SECONDS = 20
"""The wait of a long poll, which Lambda repeats while a queue is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyCost:
    """An item's cost in dollars by number of leads.

    An idle stage costs as much as one without leads.
    """

    what: str
    counted: str
    dollars: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What an item costs idle, and for each lead."""

    what: str
    counted: str
    idle: float = 0.0
    per_lead: float = 0.0


def monthly(life: LeadLife, aws: Aws, stage: StageResources, leads: Iterable[int]) -> Iterator[MonthlyCost]:
    """Yield each item's cost for numbers of leads a month."""
    months = tuple(leads)
    for item in (*_watching(aws, stage), *_running(life, aws, stage), *_leads(life, aws, stage)):
        yield MonthlyCost(
            what=item.what,
            counted=item.counted,
            dollars=tuple(item.idle + item.per_lead * count for count in months),
        )


def _watching(aws: Aws, stage: StageResources) -> Iterator[_Item]:
    """Yield what is paid for being there."""
    for what, name, count in (
        ("alarms", "alarms", stage.alarms),
        ("custom metrics", "metrics", stage.metrics),
        ("dashboards", "dashboards", stage.dashboards),
        ("secrets", "secrets", stage.secrets),
    ):
        yield _Item(
            what=what, counted=f"{count} at {aws.prices[name]:.2f}{_doubt(aws, name)}", idle=count * aws.prices[name]
        )


def _doubt(aws: Aws, price: str) -> str:
    return " (unsure)" if price in aws.unsure else ""


def _running(life: LeadLife, aws: Aws, stage: StageResources) -> Iterator[_Item]:
    """Yield what runs by the clock, with logs and traces."""
    price, polls = aws.prices, stage.pollers * DAYS * 86_400 // POLL_SECONDS
    yield _Item(
        what="polls of idle queues", counted=f"{polls:,} of {stage.pollers} pollers", idle=polls * price["queue_calls"]
    )
    runs = sum(stage.runs.values())
    seconds = sum(count * aws.memory[name] * aws.estimates["sweep_seconds"] for name, count in stage.runs.items())
    idle = runs * (price["starts"] + price["schedules"]) + seconds * price["gigabyte_seconds"]
    yield _Item(what="sweeps and nights", counted=f"{runs:,} runs", idle=idle)
    starts = sum(time.starts for time in model.times(life, aws))
    traces = price["traces"] * stage.traced / len(aws.memory)
    yield _Item(
        what="traces", counted=f"one a run{_doubt(aws, 'traces')}", idle=runs * traces, per_lead=starts * traces
    )
    gigabyte = aws.estimates["log_bytes"] / model.GIGABYTE * price["log_gigabytes"]
    yield _Item(
        what="logs",
        counted=f"{aws.estimates['log_bytes']:,.0f} bytes a run",
        idle=runs * gigabyte,
        per_lead=starts * gigabyte,
    )


def _leads(life: LeadLife, aws: Aws, stage: StageResources) -> Iterator[_Item]:
    """Yield what each lead costs, and its storage."""
    none, one = ({cost.what: cost.dollars[number] for cost in model.costs(life, aws, (0, 1))} for number in (0, 1))
    each = {what: one[what] - none[what] for what in one}
    mails, units = life.calls("ses:SendRawEmail"), life.total("writes") + life.total("index")
    yield _Item(what="mails", counted=f"{mails} a lead", per_lead=each["mails"])
    rows = ("table: writes", "index: writes", "table and index: reads")
    yield _Item(what="table", counted=f"{units:,.0f} write units a lead", per_lead=sum(each[what] for what in rows))
    kept = f"{MONTHS_KEPT} months of leads"
    yield _Item(what="storage", counted=kept, per_lead=each["storage of a month's leads for a month"] * MONTHS_KEPT)
    backed_up = MONTHS_KEPT * life.table / model.GIGABYTE * stage.backups * aws.prices["backup_gigabytes"]
    yield _Item(what="backups", counted=f"{stage.backups} of {kept}", per_lead=backed_up)
    starts = sum(time.starts for time in model.times(life, aws))
    yield _Item(what="functions", counted=f"{starts} runs a lead", per_lead=each["functions"])
    rest = ("HTTP API", "alarms")
    yield _Item(
        what="requests, schedules, messages of queues",
        counted="of each lead",
        per_lead=sum(each[what] for what in rest),
    )
    yield _Item(what="nightly report", counted="", idle=none["nightly report"], per_lead=each["nightly report"])

"""Throughput limits and monthly costs: arithmetic over counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from leadtight.capacity.data import Aws, LeadLife, LifeStep, ServiceLimit, StageSize

TOGETHER = 8
"""Leads of one pool that route stores at once.

It does so when it has many: `app/routing/route.py`.
"""

REFUSED = "429: programs retry; form pages are rejected"
NIGHTS = 30
GIGABYTE = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """A key that many leads share.

    A lead writes units of `column` to one of `over` such keys; `then` is what happens beyond the limit.
    """

    name: str
    column: str
    over: int
    then: str
    together: int = 1
    per: str = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCapacity:
    """A part with its use per lead, limit and rate.

    The rate is in leads per second.
    """

    part: str
    per_lead: float
    unit: str
    limit: float
    rate: float
    then: str
    source: str
    per: str = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Duration of a step in a function, per lead.

    It is in milliseconds, by its counted calls.
    """

    step: str
    function: str
    starts: int
    calls: int
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """An item's monthly cost in dollars, by number of leads."""

    what: str
    dollars: tuple[float, ...]


def key_bounds(keys: Iterable[SharedKey], life: LeadLife, limit: ServiceLimit) -> Iterator[PartCapacity]:
    """Yield the limit of each shared key's partition."""
    for key in keys:
        units = life.units(key.column, key.name) / key.together
        if units:
            yield PartCapacity(
                part=f"{key.name}{f' × {key.over}' if key.over > 1 else ''}",
                per_lead=units,
                unit="write units",
                limit=limit.value * key.over,
                rate=limit.value * key.over / units,
                then=key.then,
                source=limit.source,
                per=key.per,
            )


def table_bounds(life: LeadLife, limits: Mapping[str, ServiceLimit]) -> Iterator[PartCapacity]:
    """Yield the limits of a new and a grown table.

    A grown table has reached its quota.
    """
    units = life.total("writes")
    for part, name, then in (
        (
            "table, new",
            "table_start",
            "throttled: forms spill, programs get 503; deploy with `[limits] leads_per_second`",
        ),
        ("table", "table_writes", "throttled as well: request a higher quota"),
    ):
        yield _bound(part, units, "write units", limits[name], then)


def provider_bounds(life: LeadLife, limits: Mapping[str, ServiceLimit]) -> Iterator[PartCapacity]:
    """Yield the limit of each provider."""
    alarms, mails = life.calls("scheduler:CreateSchedule"), life.calls("ses:SendRawEmail")
    late = "not armed: logged, and the sweep acts within five minutes"
    waits = "delayed and sent by urgency at the provider's rate; an alarm watches the oldest"
    yield _bound("Scheduler, created", alarms, "schedules", limits["schedules_made"], late)
    yield _bound(
        "Scheduler, fired",
        alarms,
        "schedules",
        limits["schedules_rung"],
        "alarms fire late; near ones also come by queue",
    )
    yield _bound("SES", mails, "mails", limits["mails"], waits)
    yield _bound("SES in the sandbox", mails, "mails", limits["mails_sandbox"], waits)


def function_bounds(life: LeadLife, aws: Aws) -> Iterator[PartCapacity]:
    """Yield the limits of an account's concurrent starts.

    All functions share them.
    """
    seconds = sum(time.milliseconds for time in times(life, aws)) / 1000
    for part, name, then in (
        (
            "functions, new account",
            "starts_new",
            "intake has reserved starts or is refused: `docs/decisions/0052-concurrency.md`",
        ),
        ("functions", "starts", "queues wait; intake has its reservation"),
    ):
        yield _bound(part, seconds, "seconds", aws.limits[name], then)


def shard_bounds(life: LeadLife, aws: Aws) -> Iterator[PartCapacity]:
    """Yield the limits of route, one reader per shard.

    A shard is a partition of the table. Leads that are stored together are read at once.
    """
    assign = life.steps["assign"]
    armed = sum(count * aws.milliseconds[call] for call, count in assign.calls.items() if "dynamodb" not in call)
    shared = 2 * aws.milliseconds["dynamodb:BatchGetItem"] + aws.milliseconds["dynamodb:TransactWriteItems"]
    together = armed + (aws.milliseconds["own"] + shared) / TOGETHER
    brings = aws.limits["partition_writes"].value / life.total("writes")
    then = f"the stream waits, for a day at most; a shard delivers at most {brings:.1f} leads a second"
    limit = ServiceLimit(value=1000, unit="milliseconds/s of a shard's one reader", source="infra/limits.py")
    for part, milliseconds in (
        ("route, one by one", _milliseconds(life, aws, "assign")),
        ("route, eight together", together),
    ):
        yield replace(_bound(part, milliseconds, "milliseconds", limit, then), per="shard")


def http_bound(life: LeadLife, allowed: ServiceLimit) -> PartCapacity:
    """Return the limit of AWS's own API."""
    return _bound("HTTP API", _requests(life), "requests", allowed, REFUSED)


def stage_bounds(life: LeadLife, aws: Aws, size: StageSize) -> Iterator[PartCapacity]:
    """Yield the limits of a stage of some size.

    Beyond them it refuses requests, or its queues fall behind.
    """
    waits = "{} wait in their queue, which has an alarm, until the load falls"
    for part, per_lead, unit, most, then in (
        ("requests", _requests(life), "requests", size.requests, REFUSED),
        ("alarms", _milliseconds(life, aws, "ring"), "milliseconds", size.alarms * 1000, waits.format("alarms")),
        (
            "receipts",
            _milliseconds(life, aws, "confirm"),
            "milliseconds",
            size.receipts * 1000,
            waits.format("receipts"),
        ),
        (
            "sending, each shard",
            _milliseconds(life, aws, "send"),
            "milliseconds",
            size.sending * 1000,
            "the stream waits",
        ),
    ):
        yield _bound(part, per_lead, unit, ServiceLimit(value=most, unit=f"{unit}/s", source="infra/limits.py"), then)


def _milliseconds(life: LeadLife, aws: Aws, step: str) -> float:
    return sum(time.milliseconds for time in times(life, aws) if time.step == step)


def _bound(part: str, per_lead: float, unit: str, limit: ServiceLimit, then: str) -> PartCapacity:
    return PartCapacity(
        part=part,
        per_lead=per_lead,
        unit=unit,
        limit=limit.value,
        rate=limit.value / per_lead,
        then=then,
        source=limit.source,
    )


def times(life: LeadLife, aws: Aws) -> Iterator[Time]:
    """Yield the duration of each step.

    It is its own work at each start, and its calls one after the other.
    """
    for name, step in life.steps.items():
        for function, starts in step.invocations.items():
            yield Time(
                step=name,
                function=function,
                starts=starts,
                calls=sum(step.calls.values()),
                milliseconds=starts * aws.milliseconds["own"] + _waited(step, aws),
            )


def _waited(step: LifeStep, aws: Aws) -> float:
    return sum(count * aws.milliseconds[call] for call, count in step.calls.items())


def costs(life: LeadLife, aws: Aws, leads: Iterable[int]) -> Iterator[Cost]:
    """Yield monthly costs by item for numbers of leads."""
    months, price = tuple(leads), aws.prices
    seconds = sum(time.milliseconds / 1000 * aws.memory[time.function] for time in times(life, aws))
    starts = sum(time.starts for time in times(life, aws))
    night = life.night
    per_night = sum(night.reads.values()) * price["read_units"] + price["starts"]
    per_night += _waited(night, aws) / 1000 * aws.memory["report"] * price["gigabyte_seconds"]
    per_lead = {
        "table: writes": life.total("writes") * price["write_units"],
        "index: writes": life.total("index") * price["write_units"],
        "table and index: reads": life.total("reads") * price["read_units"],
        "storage of a month's leads for a month": life.stored / GIGABYTE * price["stored_gigabytes"],
        "functions": starts * price["starts"] + seconds * price["gigabyte_seconds"],
        "HTTP API": _requests(life) * price["requests"],
        "mails": life.calls("ses:SendRawEmail") * price["mails"],
        "alarms": life.calls("scheduler:CreateSchedule") * price["schedules"]
        + life.calls("sqs:SendMessage") * 3 * price["queue_calls"],
    }
    for item, dollars in per_lead.items():
        yield Cost(what=item, dollars=tuple(dollars * count for count in months))
    nightly = sum(night.bytes.values()) / 4096 / 2 * price["read_units"]
    yield Cost(what="nightly report", dollars=tuple(NIGHTS * per_night + nightly * count for count in months))


def _requests(life: LeadLife) -> int:
    return sum(step.invocations.get(name, 0) for step in life.steps.values() for name in ("intake", "desk"))

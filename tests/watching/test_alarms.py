"""For each thing that can stop, a named alarm rings.

On the alarms of the synthesised template, by a model of the metrics' real behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.infra.synth import Synthesised
from tests.watching.cloudwatch import ALARM, OK, READINGS, Alarm, alarms_of
from tests.watching.stage_model import DAY, HOUR, StageModel, evaluated, live, stage_model

Act = Callable[[StageModel], None]
BEGIN = 10 * HOUR + 7
NEW = 25
"""Minutes in which a new stage's dead-man's switches may find their first datapoint."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A thing that stops, and the alarm that rings."""

    rings: str
    within: int
    stop: Act
    mend: Act
    lasts: int = 0
    every: int = 0
    """Minutes between repetitions of `stop`, for what happens again and again."""


def both(*acts: Act) -> Act:
    """Return an act of several."""

    def act(stage: StageModel) -> None:
        for each in acts:
            each(stage)

    return act


def nothing(stage: StageModel) -> None:
    """Do nothing: it ends by itself."""


def schedule(name: str, *, enabled: bool) -> Act:
    return lambda stage: setattr(stage.schedules[name], "enabled", enabled)


def schedules_reach(*, reaches: bool) -> Act:
    def act(stage: StageModel) -> None:
        for each in stage.schedules.values():
            each.reaches = reaches

    return act


def throttle(name: str, *, throttled: bool) -> Act:
    return lambda stage: setattr(stage.functions[name], "throttled", throttled)


def break_function(name: str, *, fails: bool) -> Act:
    return lambda stage: setattr(stage.functions[name], "fails", lambda minute: fails)


def reader(name: str, *, enabled: bool) -> Act:
    return lambda stage: setattr(stage.readers[name], "enabled", enabled)


def consume(queue: str, *, on: bool) -> Act:
    return lambda stage: stage.consumed.update({queue: on})


def send(queue: str) -> Act:
    return lambda stage: stage.queues[queue].send(stage.now)


def poison(queue: str) -> Act:
    def act(stage: StageModel) -> None:
        stage.handled[queue] = False
        stage.queues[queue].send(stage.now)

    return act


def purge(queue: str) -> Act:
    def act(stage: StageModel) -> None:
        stage.handled[queue.removesuffix("-dead")] = True
        stage.queues[queue].messages.clear()

    return act


def outage(stage: StageModel) -> None:
    """Let a person post into an outage of the table."""
    stage.table_answers = False
    stage.post()


def recover(stage: StageModel) -> None:
    stage.table_answers = True


def own(name: str, value: float, **dimensions: str) -> Act:
    return lambda stage: stage.own(name, value, **dimensions)


def aws(namespace: str, name: str, value: float, **dimensions: str) -> Act:
    return lambda stage: stage.metrics.put(namespace, name, stage.now, value, **dimensions)


def http(name: str, value: float) -> Act:
    def act(stage: StageModel) -> None:
        [api] = stage.template.of_type("ApiGatewayV2::Api")
        stage.metrics.put("AWS/ApiGateway", name, stage.now, value, ApiId=api)

    return act


def spoil_destination(stage: StageModel) -> None:
    stage.calls["report"].reachable = False
    stage.functions["report"].fails = lambda minute: True
    stage.calls["report"].call(stage.now, lambda: None)


def call_report(stage: StageModel) -> None:
    stage.functions["report"].fails = lambda minute: True
    stage.calls["report"].call(stage.now, lambda: None)


def lead_unrouted(stage: StageModel) -> None:
    """Post a lead while the stream's reader is stopped."""
    stage.readers["route"].enabled = False
    stage.post()


def post(stage: StageModel) -> None:
    stage.post()


DEAD = {"alarms": 12, "collect": 30, "mails": 30, "receipts": 6, "retries": 6}
"""Minutes between two tries of each queue."""

STOPS = {
    "the sweep's schedule is disabled": Stop(
        "sweep-stopped", 30, schedule("sweep", enabled=False), schedule("sweep", enabled=True)
    ),
    "sla has no concurrency": Stop("throttles", 20, throttle("sla", throttled=True), throttle("sla", throttled=False)),
    "sla has no concurrency, so no sweep": Stop(
        "sweep-stopped", 30, throttle("sla", throttled=True), throttle("sla", throttled=False)
    ),
    "the role of sla is broken": Stop(
        "sla-errors", 15, break_function("sla", fails=True), break_function("sla", fails=False)
    ),
    "the role of sla is broken, so no sweep": Stop(
        "sweep-stopped", 30, break_function("sla", fails=True), break_function("sla", fails=False)
    ),
    "Scheduler's role is broken": Stop(
        "schedules-failing", 25, schedules_reach(reaches=False), schedules_reach(reaches=True)
    ),
    "Scheduler gives invocations up": Stop(
        "schedules-dropped", 60, schedules_reach(reaches=False), schedules_reach(reaches=True)
    ),
    "the night does not run": Stop(
        "runs-overdue", 24 * HOUR, schedule("nightly", enabled=False), schedule("nightly", enabled=True), lasts=2 * DAY
    ),
    "nothing is reconciled": Stop(
        "runs-overdue", 15 * HOUR, schedule("reconcile", enabled=False), schedule("reconcile", enabled=True)
    ),
    "nothing is fetched": Stop(
        "runs-overdue", 50, schedule("collect", enabled=False), schedule("collect", enabled=True)
    ),
    "every night fails": Stop(
        "failed-dead-letters",
        30,
        call_report,
        both(break_function("report", fails=False), purge("failed")),
    ),
    "all three tries of a report fail": Stop("report-errors", 20, call_report, break_function("report", fails=False)),
    "a report is given up": Stop("lost-starts", 20, call_report, break_function("report", fails=False)),
    "the queue of failures is out of reach": Stop(
        "lost-starts", 20, spoil_destination, break_function("report", fails=False)
    ),
    "route's reader is disabled in a night": Stop(
        "route-stream-stopped", 30, reader("route", enabled=False), reader("route", enabled=True)
    ),
    "respond's reader is disabled in a night": Stop(
        "respond-stream-stopped", 30, reader("respond", enabled=False), reader("respond", enabled=True)
    ),
    "route lags": Stop(
        "route-stream-lag",
        25,
        both(throttle("route", throttled=True), post),
        throttle("route", throttled=False),
    ),
    "respond lags": Stop(
        "respond-stream-lag",
        25,
        both(throttle("respond", throttled=True), post),
        throttle("respond", throttled=False),
    ),
    "the sweep does route's work": Stop("sweep-repairs", 30, lead_unrouted, reader("route", enabled=True), every=5),
    "records of the stream cannot be handled": Stop(
        "stream-dead-letters",
        30,
        both(break_function("route", fails=True), post),
        both(break_function("route", fails=False), purge("stream-failed")),
    ),
    "route keeps failing": Stop(
        "route-errors",
        25,
        both(break_function("route", fails=True), post),
        break_function("route", fails=False),
        every=4,
    ),
    "respond keeps failing": Stop(
        "respond-errors",
        25,
        both(break_function("respond", fails=True), post),
        break_function("respond", fails=False),
        every=4,
    ),
    "collect keeps failing": Stop(
        "collect-errors", 20, break_function("collect", fails=True), break_function("collect", fails=False)
    ),
    "receipts are not read": Stop(
        "receipts-backlog",
        20,
        both(consume("receipts", on=False), send("receipts")),
        consume("receipts", on=True),
    ),
    "mails are not read": Stop(
        "mails-backlog",
        20,
        both(consume("mails", on=False), send("mails")),
        consume("mails", on=True),
    ),
    "alarms are not read": Stop(
        "alarms-backlog",
        35,
        both(consume("alarms", on=False), send("alarms")),
        consume("alarms", on=True),
    ),
    "alarms fail again and again": Stop("alarms-backlog", 35, poison("alarms"), purge("alarms")),
    "receipts fail again and again": Stop("receipts-backlog", 20, poison("receipts"), purge("receipts")),
    "posts wait for the table": Stop("spill-backlog", 12, outage, recover),
    "posts go on in an outage": Stop("spill-backlog", 12, outage, recover, every=3, lasts=3 * HOUR),
    "posts are not read": Stop(
        "spill-backlog",
        10 + 15,
        both(consume("spill", on=False), send("spill")),
        consume("spill", on=True),
    ),
    "a spilled post is given up": Stop("spill-dead-letters", 30, send("spill-dead"), purge("spill-dead")),
    "requests receive 5xx": Stop("http-5xx", 15, http("5xx", 1), nothing),
    "Lambda refuses requests with 503": Stop("http-5xx", 15, http("5xx", 1), nothing),
    "the API refuses many requests": Stop("http-429", 15, own("RequestsRefused", 30), nothing),
    "a flood of nonsense goes on": Stop("http-4xx", 30, http("4xx", 300), nothing, every=1),
    "a team message is refused": Stop(
        "team-messages", 15, own("MessagesRefused", 1, service="messages", to="team"), nothing
    ),
    "a team message is given up": Stop(
        "team-messages", 15, own("MessagesDead", 1, service="messages", to="team"), nothing
    ),
    "a team message bounces": Stop(
        "team-messages", 15, own("MessagesBounced", 1, service="messages", to="team"), nothing
    ),
    "receipts do not arrive": Stop(
        "team-messages", 15, own("MessagesUnconfirmed", 1, service="messages", to="team"), nothing
    ),
    "leads' mails are refused in the sandbox": Stop(
        "lead-messages", 150, own("MessagesRefused", 1, service="messages", to="lead"), nothing, every=10
    ),
    "leads' mails are given up": Stop(
        "lead-messages", 150, own("MessagesDead", 1, service="messages", to="lead"), nothing, every=10
    ),
    "many mails bounce": Stop("bounce-rate", 150, aws("AWS/SES", "Reputation.BounceRate", 0.045), nothing, every=15),
    "recipients complain": Stop(
        "complaint-rate", 150, aws("AWS/SES", "Reputation.ComplaintRate", 0.0009), nothing, every=15
    ),
    "texts have nearly used their month": Stop(
        "text-spending", 150, aws("AWS/SNS", "SMSMonthToDateSpentUSD", 0.9), nothing, every=15
    ),
    "an event is not understood": Stop("unknown-events", 15, own("EventsNotUnderstood", 1, service="all"), nothing),
    "a delivery is too large": Stop("http-413", 15, own("DeliveriesTooLarge", 1), nothing),
    "a daily budget is nearly used": Stop("budgets", 15, own("BudgetUsed", 85, service="sla"), nothing, every=5),
    "a lead has no owner": Stop("unowned-waiting", 25, own("BacklogAgeUnowned", 700, service="sla"), nothing, every=5),
    "an alarm did not ring": Stop(
        "overdue-waiting", 25, own("BacklogAgeOverdue", 700, service="sla"), nothing, every=5
    ),
    "messages wait": Stop("messages-waiting", 25, own("BacklogAgeMessages", 1000, service="sla"), nothing, every=5),
    "digests wait": Stop("digests-waiting", 25, own("BacklogAgeDigests", 1900, service="sla"), nothing, every=5),
    "sweeps do not finish": Stop("sweep-unfinished", 30, own("SweepUnfinished", 1, service="sla"), nothing, every=5),
    "fetches do not finish": Stop(
        "fetches-unfinished", 30, own("SweepUnfinished", 1, service="collect"), nothing, every=5
    ),
    "a delivery awaits review": Stop("quarantine", 15, own("QuarantineWaiting", 1, service="collect"), nothing),
    "a review is not delivered": Stop("review-mails", 15, own("ReviewMailsLost", 1, service="sla"), nothing),
    "a backup fails": Stop("backup-failed", 65, lambda stage: stage.back_up("BackupJobsFailed"), nothing),
    "a backup does not start": Stop("backup-failed", 65, lambda stage: stage.back_up("BackupJobsExpired"), nothing),
    "no backup is made": Stop(
        "backup-missing",
        34 * HOUR,
        lambda stage: setattr(stage, "backed_up", False),
        lambda stage: setattr(stage, "backed_up", True),
        lasts=2 * DAY,
    ),
    "a report cannot use data": Stop("report-problems", 15, own("ReportProblems", 2, service="report"), nothing),
    "a delivery was missed": Stop("deliveries-missed", 15, own("DeliveriesMissed", 1, service="collect"), nothing),
    "a row cannot be read": Stop("unreadable-rows", 15, own("UnreadableRows", 1, service="all"), nothing),
    "an item takes too long": Stop("slow-items", 15, own("ItemsOutOfTime", 1, service="all"), nothing),
} | {
    f"a message of {name} is poison": Stop(
        f"{name}-dead-letters", 5 * minutes + 35, poison(name), purge(f"{name}-dead")
    )
    for name, minutes in DEAD.items()
}


def ringing(alarm: Alarm, since: int, until: int) -> Iterator[int]:
    """Yield the minutes in which an alarm began to ring."""
    yield from (minute for minute, state in alarm.history if state == ALARM and since <= minute < until)


def lived(template: Synthesised, case: Stop) -> StageModel:
    """Live through a stop and its mending."""
    stage = stage_model(template)
    mended = BEGIN + max(case.lasts, case.within)
    again = range(BEGIN, mended, case.every) if case.every else [BEGIN]
    events: dict[int, list[Callable[[], None]]] = {minute: [lambda: case.stop(stage)] for minute in again}
    events.setdefault(mended, []).append(lambda: case.mend(stage))
    live(stage, mended + (26 * HOUR if case.lasts > DAY else 6 * HOUR), events)
    return stage


@pytest.mark.parametrize("what", STOPS)
def test_what_stops_rings_its_alarm_in_time_and_ends(prod: Synthesised, what: str) -> None:
    case = STOPS[what]
    stage = lived(prod, case)
    for reading in READINGS:
        alarm = evaluated(stage, f"leadtight-prod-{case.rings}", reading)
        assert list(ringing(alarm, NEW, BEGIN)) == [], reading
        assert list(ringing(alarm, BEGIN, BEGIN + case.within + 1)), (reading, alarm.history)
        assert alarm.state == OK, (reading, alarm.history)


def seldom(fails_at: int) -> Callable[[int], bool]:
    """Return a fault that a retry heals."""
    left = [1]

    def fails(minute: int) -> bool:
        if minute < fails_at or not left:
            return False
        left.pop()
        return True

    return fails


def usual_week(stage: StageModel) -> None:
    """Live a week of leads by day, with healing faults."""
    events: dict[int, list[Callable[[], None]]] = {}

    def at(minute: int, *acts: Act) -> None:
        events.setdefault(minute, []).extend(lambda act=act: act(stage) for act in acts)  # type: ignore[misc]

    for day in range(5):
        for hour in range(8, 18):
            at(day * DAY + hour * HOUR + 7 * day, post, http("4xx", 40))
    for number, name in enumerate(("route", "respond", "collect", "report")):
        stage.functions[name].fails = seldom(DAY + number * HOUR)
    at(DAY + 9 * HOUR, send("receipts"), send("alarms"), send("mails"))
    at(2 * DAY + 11 * HOUR, outage)
    at(2 * DAY + 11 * HOUR + 3, recover)  # a short outage: the post is stored at its third try
    at(2 * DAY + 12 * HOUR, own("RequestsRefused", 5), own("MessagesBounced", 1, service="messages", to="lead"))
    at(
        3 * DAY + 10 * HOUR,
        own("MessagesRefused", 1, service="messages", to="lead"),
        own("SweepRepairs", 1, service="sla"),
    )
    at(3 * DAY + 14 * HOUR + 1, schedules_reach(reaches=False))
    at(3 * DAY + 14 * HOUR + 4, schedules_reach(reaches=True))  # one attempt fails, and its retry succeeds
    live(stage, 7 * DAY, events)


def test_no_alarm_rings_in_a_usual_week(prod: Synthesised) -> None:
    stage = stage_model(prod)
    for each in stage.readers.values():
        each.silent_when_idle = True  # if an idle reader has no datapoints, the rows of sweeps must do
    usual_week(stage)
    assert stage.leads
    assert [lead for lead in stage.leads if lead.assigned is None] == []
    for reading in READINGS:
        rang = {
            name: minutes
            for name in alarms_of(prod.body)
            if (minutes := list(ringing(evaluated(stage, name, reading), NEW, 7 * DAY)))
        }
        assert rang == {}, reading


def test_only_the_switches_of_a_new_stage_ring_until_its_first_sweep(prod: Synthesised) -> None:
    stage = stage_model(prod)
    live(stage, 3 * DAY, {})
    for reading in READINGS:
        watching = [evaluated(stage, name, reading) for name in alarms_of(prod.body)]
        assert watching
        rang = {alarm.name for alarm in watching if list(ringing(alarm, 0, 3 * DAY))}
        assert rang <= {f"leadtight-prod-{name}-stopped" for name in ("sweep", "route-stream", "respond-stream")}
        assert all(alarm.history[-1][0] <= NEW and alarm.state == OK for alarm in watching), reading


def test_every_alarm_tells_the_operators_when_it_rings_and_when_it_ends(prod: Synthesised) -> None:
    [topic] = [
        id_
        for id_, resource in prod.of_type("SNS::Topic").items()
        if resource["Properties"]["TopicName"] == "leadtight-prod-operators"
    ]
    told = {name: alarm.tells for name, alarm in alarms_of(prod.body).items()}
    assert told
    assert told == {key: {ALARM: [{"Ref": topic}], OK: [{"Ref": topic}]} for key in told}


def test_every_alarm_is_shown_to_ring(prod: Synthesised) -> None:
    assert {f"leadtight-prod-{case.rings}" for case in STOPS.values()} == set(alarms_of(prod.body))

"""Alarms on the product's own metrics."""

from __future__ import annotations

from constructs import IDependable

from infra.monitoring.alarms import HALF_AN_HOUR, Advice, OperatorAlarms, Patience, own_metric
from infra.stage import StageSettings

OVERDUE_AFTER = {"unowned": 10, "overdue": 10, "messages": 15, "digests": 30}
"""Minutes after which the oldest item of a kind rings.

By then two sweeps have seen it, or providers keep refusing.
"""

WORK_WAITS = "work due within seconds is waiting"
UNFINISHED = "sweeps have more work than time"
NIGHTLY = "the last run of a schedule is too long ago"


def sweeps(alarms: OperatorAlarms, stage: StageSettings, *, after: IDependable) -> None:
    """Ring when sweeps stop, keep repairing, or do not finish.

    A sweep that runs writes its repairs, also when it fails. One repair is the safety net at work, half an hour of them
    is a bug.
    """
    runs = own_metric(stage, "SweepRepairs", "n", service="sla")
    alarms.silent("sweep-stopped", runs, Advice(reason="no sweep has run", see="sweep-stopped"), after=after)
    repairs = own_metric(stage, "SweepRepairs", "sum", service="sla")
    advice = Advice(reason="the sweep keeps repairing lost events", see="sweep-repairs")
    alarms.above("sweep-repairs", repairs, 0, advice, HALF_AN_HOUR)
    for name, service in (("sweep-unfinished", "sla"), ("fetches-unfinished", "collect")):
        unfinished = own_metric(stage, "SweepUnfinished", "max", service=service)
        alarms.above(name, unfinished, 0, Advice(reason=UNFINISHED, see="work-waits"), HALF_AN_HOUR)


def backlogs(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring when work due within seconds has waited long.

    The sweeps measure it.
    """
    for kind, minutes in OVERDUE_AFTER.items():
        metric = own_metric(stage, f"BacklogAge{kind.title()}", "max", service="sla")
        advice = Advice(reason=WORK_WAITS, see="work-waits")
        alarms.above(f"{kind}-waiting", metric, 60 * minutes, advice, Patience(of=3, at_least=2))


def runs(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring when a schedule has not run, or found faults.

    The sweep measures how long ago the others ran.
    """
    overdue = own_metric(stage, "RunsOverdue", "max", service="sla")
    alarms.above("runs-overdue", overdue, 0, Advice(reason=NIGHTLY, see="runs-overdue"), Patience(of=3, at_least=2))
    problems = own_metric(stage, "ReportProblems", "sum", service="report")
    advice = Advice(reason="a report found data that it cannot use", see="report-problems")
    alarms.above("report-problems", problems, 0, advice)
    missed = own_metric(stage, "DeliveriesMissed", "sum", service="collect")
    advice = Advice(reason="leads arrived that nobody announced", see="deliveries-missed")
    alarms.above("deliveries-missed", missed, 0, advice)


def people(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring on what waits for a person.

    An authentic delivery that is not a lead yet must not be forgotten, nor a recipient without the weekly review. At
    nine tenths of the budget for mails, texts or calls, answers begin to wait.
    """
    waiting = own_metric(stage, "QuarantineWaiting", "max", service="collect")
    alarms.above("quarantine", waiting, 0, Advice(reason="deliveries await review", see="quarantine"))
    lost = own_metric(stage, "ReviewMailsLost", "max", service="sla")
    advice = Advice(reason="the weekly review has not reached every recipient", see="review-mails")
    alarms.above("review-mails", lost, 0, advice)
    used = own_metric(stage, "BudgetUsed", "max", service="sla")
    alarms.above("budgets", used, 80, Advice(reason="most of a daily sending budget is used", see="budgets"))


def data(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring on what cannot be read, or not in time.

    Other rows and items are processed; the lead of this one stands still.
    """
    rows = own_metric(stage, "UnreadableRows", "sum", service="all")
    alarms.above("unreadable-rows", rows, 0, Advice(reason="stored rows cannot be read", see="unreadable-rows"))
    slow = own_metric(stage, "ItemsOutOfTime", "sum", service="all")
    alarms.above("slow-items", slow, 0, Advice(reason="an item took longer than its share", see="slow-items"))

"""A restore's parts, connected to a deployed stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.cli.erase import eraser
from leadtight.cli.stack_client import StackClient
from leadtight.policy import loader as policies
from leadtight.restore.drill import Drill
from leadtight.restore.items import Items
from leadtight.restore.leads import LeadCopier
from leadtight.restore.mails import MailAnnouncer
from leadtight.restore.run import RestoreParts
from leadtight.restore.schedules import AlarmSchedules
from leadtight.restore.settings import TableSettings
from leadtight.restore.steps import StepLog
from leadtight.restore.tables import Tables
from leadtight.restore.verification import Verification
from leadtight.restore.waiting import Waiting

SCHEMA = "leadtight.restore/1"
ATTEMPTS, READ_SECONDS = 8, 30


def drill(deployed: StackClient, tell: Callable[[str], None]) -> dict[str, Any]:
    """Drill a restore; return `leadtight.restore/1`.

    Raises RestoreStopped, or the errors of AWS, when it cannot be completed; its table is deleted all the same.
    """
    log = StepLog(clock_and_ids.clock, tell)
    Drill(deployed.stack, parts_of(deployed, log, _no_deployment), _client("dynamodb"), log).run()
    return document(deployed.stack, log)


def document(stack: str, log: StepLog, **about: Any) -> dict[str, Any]:
    """Return a restore or a drill as `leadtight.restore/1`."""
    return {
        "schema": SCHEMA,
        "stack": stack,
        **about,
        "steps": [asdict(step) for step in log.steps],
        "seconds": sum(step.seconds for step in log.steps),
        "problems": log.problems,
    }


def parts_of(deployed: StackClient, log: StepLog, deploy: Callable[[str, str], None]) -> RestoreParts:
    """Return a restore's parts over AWS."""
    waiting = Waiting(time.sleep, clock_and_ids.clock, log.tell)
    tables, items = Tables(_client("dynamodb"), _client("backup"), waiting), Items(_client("dynamodb"), waiting)
    schedules = AlarmSchedules(_client("scheduler"), waiting)
    return RestoreParts(
        tables=tables,
        settings=TableSettings(_client("dynamodb"), tables, waiting),
        items=items,
        mails=MailAnnouncer(_client("s3"), _client("sqs"), waiting),
        schedules=schedules,
        leads=LeadCopier(_client("dynamodb"), items, waiting),
        verification=Verification(items, schedules, waiting, clock_and_ids.clock),
        stack=lambda: StackClient.find(deployed.command, deployed.stack),
        erase=lambda table, lead_id: _erase(deployed, table, lead_id),
        deploy=deploy,
        clock=clock_and_ids.clock,
    )


def _client(service: str) -> Any:
    return clients.client(service, attempts=ATTEMPTS, read_seconds=READ_SECONDS)


def _erase(deployed: StackClient, table: str, lead_id: str) -> int:
    now, onto = clock_and_ids.clock(), replace(deployed, outputs={**deployed.outputs, "TableName": table})
    report = eraser(onto, now).of(lead_id, policies.shipped().company.country, now, apply=True)
    return len(report.unreadable)


def _no_deployment(table: str, _stream: str) -> None:
    raise AssertionError(f"a drill deploys nothing onto {table}")

"""A stage of twins, with a history to be restored."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from leadtight.adapters.aws.scheduler import schedule_name
from leadtight.adapters.dynamodb.rows import LeadRow, text
from leadtight.domain.compliance.erasure import Erasure
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stage import Stage
from leadtight.restore.items import Items
from leadtight.restore.leads import LeadCopier
from leadtight.restore.mails import MailAnnouncer
from leadtight.restore.plan import RestorePlan
from leadtight.restore.run import Restore, RestoreParts
from leadtight.restore.schedules import AlarmSchedules
from leadtight.restore.settings import TableSettings
from leadtight.restore.steps import StepLog
from leadtight.restore.tables import Tables
from leadtight.restore.verification import Verification
from leadtight.restore.waiting import Waiting
from tests.contracts.changes import arrival
from tests.unit.restore.aws import (
    NOW,
    BackupTwin,
    Calls,
    Clock,
    DynamoTwin,
    S3Twin,
    SchedulerTwin,
    Service,
    SqsTwin,
    Table,
)

STACK, TABLE = "leadtight-prod", "leadtight-prod"
MOMENT = NOW - timedelta(hours=30)


def lead(lead_id: str, owner_id: str | None = None, **inquiry: Any) -> Lead:
    """Return a lead with an alarm two days from now."""
    made = arrival(lead_id, MOMENT - timedelta(hours=1), **inquiry).after
    return replace(made, wake_at=NOW + timedelta(days=2), owner_id=owner_id)


def anonymous(lead: Lead) -> Lead:
    """Return a lead as an erasure leaves it, in short."""
    return replace(lead, inquiry=Inquiry(), wake_at=None, stage=Stage.LOST)


def rows_of(lead: Lead) -> list[dict[str, Any]]:
    """Return a lead's raw rows: its own and the index's."""
    return [LeadRow.of(lead).serialize(), LeadRow.due_of(lead).serialize()]


def row(kind: str, pk: str, sk: str, **attributes: Any) -> dict[str, Any]:
    """Return a raw row."""
    return {"kind": {"S": kind}, "pk": {"S": pk}, "sk": {"S": sk}, **attributes}


def erasure_row(erasure: Erasure) -> dict[str, Any]:
    """Return the raw row of an erasure's record."""
    return row("erasure", f"ERASURE#{erasure.id}", "ERASURE", doc={"S": text(erasure)})


@dataclass
class TwinStage:
    """The deployed stage, and what was asked of it."""

    clock: Clock = field(default_factory=Clock)
    calls: Calls = field(default_factory=Calls)
    table: str = TABLE
    nights: set[str] = field(default_factory=set)
    erased: set[tuple[str, str]] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dynamodb = DynamoTwin(self.clock)
        self.backup = BackupTwin(self.dynamodb)
        self.s3, self.sqs, self.scheduler = S3Twin(), SqsTwin(), SchedulerTwin()
        self.dynamodb.tables[TABLE] = Table(
            TABLE,
            stream={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            is_protected=True,
            recovers=True,
            ttl="expires_at",
            tags={"project": "leadtight", "aws:cloudformation:stack-name": STACK},
        )

    @property
    def outputs(self) -> Mapping[str, str]:
        return {
            "TableName": self.table,
            "MailBucket": "mails",
            "ScheduleGroup": STACK,
            "RestoreRoleArn": "arn:aws:iam::111122223333:role/restore",
        }

    def ask(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        return dict(self.calls.make(f"{function}", self._answer, function, payload))

    def _answer(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        if function == "ReportFunction":
            self.nights.add(payload["date"])
            return {}
        leads = self.leads(self.table)
        self.scheduler.names |= {schedule_name(lead) for lead in leads if lead.wake_at}
        return {"leads": len(leads), "at_once": 2}

    def leads(self, table: str) -> list[Lead]:
        """Return a table's leads."""
        items = self.dynamodb.tables[table].items
        return [LeadRow.from_raw_data(copy.deepcopy(i)).value() for (_, sk), i in items.items() if sk == "LEAD"]

    def deploy(self, table: str, stream: str) -> None:
        assert stream == f"arn:aws:dynamodb:eu-central-1:111122223333:table/{table}/stream/1"
        self.calls.make("deploy", self._use, table)

    def _use(self, table: str) -> None:
        self.table = table

    def erase(self, table: str, lead_id: str) -> int:
        self.calls.make("erase", self._erase, table, lead_id)
        return 0

    def _erase(self, table: str, lead_id: str) -> None:
        self.erased.add((table, lead_id))
        items = self.dynamodb.tables[table].items
        items.pop((f"LEAD#{lead_id}", "DUE"), None)
        [erased] = [lead for lead in self.leads(table) if lead.id == lead_id]
        self.dynamodb.tables[table].put(LeadRow.of(anonymous(erased)).serialize())

    def restore(self, plan: RestorePlan) -> StepLog:
        """Run a restore until it is done or stopped."""
        log = StepLog(self.clock, self.lines.append)
        Restore(plan, self.parts(log), log).run()
        return log

    def parts(self, log: StepLog) -> RestoreParts:
        waiting = Waiting(self.clock.pause, self.clock, log.tell)
        dynamodb = Service("dynamodb", self.dynamodb, self.calls)
        tables, items = Tables(dynamodb, Service("backup", self.backup, self.calls), waiting), Items(dynamodb, waiting)
        schedules = AlarmSchedules(Service("scheduler", self.scheduler, self.calls), waiting)
        return RestoreParts(
            tables=tables,
            settings=TableSettings(dynamodb, tables, waiting),
            items=items,
            mails=MailAnnouncer(Service("s3", self.s3, self.calls), Service("sqs", self.sqs, self.calls), waiting),
            schedules=schedules,
            leads=LeadCopier(dynamodb, items, waiting),
            verification=Verification(items, schedules, waiting, self.clock),
            stack=lambda: self,
            erase=self.erase,
            deploy=self.deploy,
            clock=self.clock,
        )

    def state(self) -> str:
        """Return all that a restore leaves behind, as text."""
        tables = {
            name: (table.items, table.stream, table.is_protected, table.recovers, table.ttl, table.tags)
            for name, table in self.dynamodb.tables.items()
        }
        return repr(
            (tables, self.table, self.nights, self.erased, sorted(set(self.sqs.sent)), sorted(self.scheduler.names))
        )


def with_history() -> TwinStage:
    """Return a stage where much has happened since MOMENT.

    L1 and L2 were there; since then L2's person was erased, L3 came, a person opted out, a number was listed, a mail
    came, and L1's alarms were armed anew at later versions.
    """
    stage = TwinStage(Clock(MOMENT - timedelta(minutes=1)))
    table = stage.dynamodb.tables[TABLE]
    first, second = lead("L1"), lead("L2", name="Bea Cole", email="bea@example.com")
    table.put(*rows_of(first), *rows_of(second))
    table.put(row("person", "PERSON#b", "PERSON", lead_ids={"SS": ["L2"]}, suppressed={"SS": ["sms"]}))
    stage.dynamodb.remember(TABLE)
    stage.clock.now = NOW
    del table.items["LEAD#L2", "DUE"]
    table.put(LeadRow.of(anonymous(second)).serialize())
    moved = replace(first, version=first.version + 1)
    table.put(*rows_of(moved), *rows_of(lead("L3", owner_id="ana", name="Cy Dunn", email="cy@example.com")))
    table.put(erasure_row(Erasure(id="h", begun_at=NOW - timedelta(hours=3), lead_ids=("L2",), finished_at=NOW)))
    table.put(row("person", "PERSON#b", "PERSON", suppressed={"SS": ["email", "sms"]}))
    table.put(row("person", "PERSON#c", "PERSON", lead_ids={"SS": ["L3"]}, suppressed={"SS": ["email"]}))
    table.put(row("guard", "SEEN#g", "SEEN", lead_id={"S": "L3"}), row("event", "LEAD#L3", "EVENT#1"))
    table.put(row("call_list", "DNC", "LIST#internal", doc={"S": "{}"}), row("listed", "DNC#n", "LIST#internal"))
    stage.s3.objects = {
        "ses/before": MOMENT - timedelta(hours=2),
        "ses/just before": MOMENT - timedelta(minutes=30),
        "ses/a+b": NOW - timedelta(hours=4),
        "ses/z1": NOW - timedelta(hours=3),
        "ses/z2": NOW,
    }
    stage.scheduler.names = {schedule_name(moved), schedule_name(lead("L3")), "lead-L1-7"}
    return stage


PLAN = RestorePlan(stack=STACK, at=MOMENT)


def bodies(stage: TwinStage) -> list[Any]:
    """Return the announced mails' bodies."""
    return [json.loads(body) for _, body in stage.sqs.sent]

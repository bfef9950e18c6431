"""A restore from its beginning to its proof.

Every step finds out what is done already, so a run that was stopped anywhere goes on when it is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from leadtight.app.intake.receive import KEY_KEPT
from leadtight.restore.comparison import Comparison, compare
from leadtight.restore.errors import RestoreStopped
from leadtight.restore.items import Items
from leadtight.restore.leads import LeadCopier
from leadtight.restore.mails import MailAnnouncer
from leadtight.restore.plan import RestorePlan, check_moment
from leadtight.restore.schedules import AlarmSchedules
from leadtight.restore.settings import TableSettings
from leadtight.restore.steps import StepLog
from leadtight.restore.tables import FORMER_TAG, MOMENT_TAG, Tables, TableState
from leadtight.restore.verification import Verification

MAILS_BEFORE = timedelta(hours=1)
"""Mails of the hour before may have been on their way.

They are announced too while those that arrived would be recognised.
"""


class StackAccess(Protocol):
    """The deployed stack: its outputs and its functions."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Return the outputs."""

    def ask(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Invoke a function, named by its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreParts:
    """What a restore works with.

    `stack` looks the stack up anew. `erase` erases the person of a lead from a table, and returns how many rows it
    could not read. `deploy` puts the stage onto a table and stream, or raises RestoreStopped with the command that
    does.
    """

    tables: Tables
    settings: TableSettings
    items: Items
    mails: MailAnnouncer
    schedules: AlarmSchedules
    leads: LeadCopier
    verification: Verification
    stack: Callable[[], StackAccess]
    erase: Callable[[str, str], int]
    deploy: Callable[[str, str], None]
    clock: Callable[[], datetime]


class Restore:
    """Restores one table and puts its stage onto it."""

    def __init__(self, plan: RestorePlan, parts: RestoreParts, log: StepLog) -> None:
        """Take the plan, and where steps are noted."""
        self._plan = plan
        self._parts = parts
        self._log = log

    def run(self) -> None:
        """Restore, deploy, arm and verify."""
        former = self.former()
        table = self._restore(former)
        is_in_use = self._parts.stack().outputs["TableName"] == table.name
        self._settle(former, replace=not is_in_use)
        self._deploy(table)
        self._settle(former, replace=not is_in_use)
        self._arm()
        self._announce_mails()
        self._report()
        self._verify(former)

    def former(self) -> str:
        """Return the table that the stage used, or uses, before.

        Raises RestoreStopped when the target belongs to another restore.
        """
        in_use = self._parts.stack().outputs["TableName"]
        target = self._parts.tables.find(self._plan.target)
        if target is None:
            return in_use
        noted = self._parts.settings.tags_of(target.arn).get(FORMER_TAG)
        former = noted or (target.source if self._plan.backup is None else None) or in_use
        if in_use not in (former, self._plan.target):
            raise RestoreStopped(
                f"{self._plan.target} was restored from {former}, and the stage uses {in_use}: choose another moment",
                code=2,
            )
        return former

    def start(self, former: str) -> str | None:
        """Begin the restore unless the target is there.

        Returns the job of AWS Backup, if it is one.
        """
        if self._parts.tables.find(self._plan.target) is not None:
            return None
        if self._plan.backup is None:
            check_moment(self._plan.at, self._parts.tables.window(former))
        role = self._parts.stack().outputs.get("RestoreRoleArn")
        return self._parts.tables.start(self._plan, former, role)

    def _restore(self, former: str) -> TableState:
        target, tables, settings = self._plan.target, self._parts.tables, self._parts.settings
        with self._log.step("restore the table") as found:
            job = self.start(former)
            found["table"] = tables.wait_until_ready(target, job).name
        with self._log.step("set what a restore leaves out") as found:
            found["settings"] = settings.complete(target, self._tags(former))
        return tables.existing(target)

    def _tags(self, former: str) -> dict[str, str]:
        table = self._parts.tables.find(former)
        tags = self._parts.settings.tags_of(table.arn) if table else {}
        return {**tags, FORMER_TAG: former, MOMENT_TAG: self._plan.at.isoformat()}

    def _settle(self, former: str, *, replace: bool) -> None:
        """Erase and refuse again what was erased and refused since.

        Do-not-call lists are not to `replace` those of a table that has been in use.
        """
        with self._log.step("compare with the former table") as found:
            since = self._compare(former)
            found |= {"only_in_the_former": dict(sorted(since.lost.items()))} if since else {"former": "gone"}
        if since is None:
            return
        with self._log.step("erase again who was erased since") as found:
            found["leads"] = self._erase(since)
        with self._log.step("carry over opt-outs and do-not-call lists") as found:
            self._parts.items.carry_over(self._plan.target, since, replace=replace)
            found |= {"opt_outs": len(since.opt_outs), "do_not_call": len(since.do_not_call)}
        if self._plan.brings_leads:
            with self._log.step("copy the leads that were accepted since") as found:
                found["leads"] = lead_ids = sorted(lead.lead_id for lead in since.leads)
                self._parts.leads.copy(former, self._plan.target, frozenset(lead_ids))

    def _compare(self, former: str) -> Comparison | None:
        if self._parts.tables.find(former) is None:
            return None
        return compare(self._parts.items.scan(former), self._parts.items.scan(self._plan.target))

    def _erase(self, since: Comparison) -> list[str]:
        erased = sorted({lead_id for erasure in since.erasures for lead_id in erasure.lead_ids})
        for lead_id in erased:
            if unreadable := self._parts.erase(self._plan.target, lead_id):
                self._log.problem(f"lead {lead_id}: {unreadable} rows cannot be read, so they are not erased")
        return erased

    def _deploy(self, table: TableState) -> None:
        with self._log.step("deploy the stage onto it") as found:
            if self._parts.stack().outputs["TableName"] != table.name:
                self._parts.deploy(table.name, table.stream_arn or "")
            found["table"] = in_use = self._parts.stack().outputs["TableName"]
        if in_use != table.name:
            raise RestoreStopped(f"the stage still uses {in_use}: deploy it, then run the same command again")

    def _arm(self) -> None:
        stack = self._parts.stack()
        with self._log.step("delete the former table's alarms") as found:
            found["alarms"] = self._parts.schedules.delete_all(stack.outputs["ScheduleGroup"])
        with self._log.step("arm every alarm") as found:
            armed, leads = 0, 1
            while armed < leads:
                answer = stack.ask("SlaFunction", {"arm_again": True, "after": armed})
                leads, armed = answer["leads"], armed + answer["at_once"]
            found["open_leads"] = leads

    def _announce_mails(self) -> None:
        with self._log.step("read mails again") as found:
            bucket = self._parts.stack().outputs["MailBucket"]
            is_known = self._parts.clock() - self._plan.at < KEY_KEPT - timedelta(days=1)
            since = self._plan.at - (MAILS_BEFORE if is_known else timedelta())
            found["mails"] = self._parts.mails.announce(bucket, f"{self._plan.stack}-mails", since)

    def _report(self) -> None:
        """Compute the nights since the moment again.

        Not the weeks: their mails would be owed a second time.
        """
        stack, today = self._parts.stack(), self._parts.clock().date()
        with self._log.step("compute the reports again") as found:
            first = self._plan.at.date() - timedelta(days=1)  # the company's day may be the one before
            days = [(first + timedelta(days=n)).isoformat() for n in range((today - first).days)]
            for day in days:
                stack.ask("ReportFunction", {"kind": "nightly", "date": day})
            found["days"] = days

    def _verify(self, former: str) -> None:
        target = self._plan.target
        with self._log.step("verify") as found:
            group = self._parts.stack().outputs["ScheduleGroup"]
            verified = self._parts.verification.of(target, schedule_group=group)
            found |= {"rows": verified.rows, "open_leads": verified.open_leads}
            missing = self._parts.settings.missing(target, self._tags(former))
        for problem in (*verified.problems, *(f"{target}: {setting} is not set" for setting in missing)):
            self._log.problem(problem)
        self._state_losses(former)

    def _state_losses(self, former: str) -> None:
        """State what only the former table has."""
        with self._log.step("state what is only in the former table") as found:
            since = self._compare(former)
            if since is None:
                self._log.problem(GONE.format(former=former))
                return
            found |= {
                "only_in_the_former": dict(sorted(since.lost.items())),
                "changed_since": dict(sorted(since.changed.items())),
                "deleted_since": dict(sorted(since.deleted.items())),
                "leads": [asdict(lead) for lead in since.leads],
            }
        made_at = self._parts.tables.existing(former).created_at
        if made_at > self._plan.at:
            self._log.problem(YOUNGER.format(former=former, made_at=made_at.isoformat()))
        if since.leads:
            self._log.problem(LOST.format(number=len(since.leads), former=former))
        for erasure in since.erasures:
            if not erasure.lead_ids:
                self._log.problem(NAMELESS.format(day=erasure.begun_at.date(), held=erasure.counts.get("held", 0)))


GONE = (
    "{former} is gone, so nobody can say what was written since: people who were erased or opted out since are as they"
    " were; repeat both from your own records"
)
YOUNGER = (
    "{former} was made at {made_at}, after the moment: who was erased or opted out before that is as they were;"
    " repeat both from your own records"
)
LOST = (
    "{number} leads that were accepted since are only in {former}, which stays: mails are read again and sources with"
    " `reconcile = true` asked again; look through the others, or run it again with --bring-leads to copy them"
)
NAMELESS = (
    "on {day} a person without a lead was erased, with {held} quarantined deliveries, and nothing says who it was: look"
    " through `leadtight quarantine list`"
)

"""A restore for practice, which leaves the stage untouched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadtight.restore.comparison import Item, compare, kind_of
from leadtight.restore.plan import DRILL, RestorePlan
from leadtight.restore.run import RestoreParts
from leadtight.restore.steps import StepLog
from leadtight.restore.tables import MOMENT_TAG


class Drill:
    """Restores to a second table, verifies it and deletes it."""

    def __init__(self, stack: str, parts: RestoreParts, dynamodb: Any, log: StepLog) -> None:
        """Take the stack's name, and DynamoDB's client."""
        self._stack = stack
        self._parts = parts
        self._dynamodb = dynamodb
        self._log = log

    def run(self) -> None:
        """Drill once, after deleting what an earlier drill left."""
        source = self._parts.stack().outputs["TableName"]
        with self._log.step("delete what an earlier drill left") as found:
            found["tables"] = self._delete_all()
        at = self._parts.tables.window(source).latest.replace(microsecond=0)
        plan = RestorePlan(stack=self._stack, at=at, is_drill=True)
        try:
            self._restore(plan, source)
            self._verify(plan, source)
        finally:
            with self._log.step("delete the drill's table") as found:
                found["tables"] = self._delete_all()

    def _restore(self, plan: RestorePlan, source: str) -> None:
        with self._log.step("restore the table") as found:
            self._parts.tables.start(plan, source, None)
            found["table"] = self._parts.tables.wait_until_ready(plan.target).name
        with self._log.step("set what a restore leaves out") as found:
            tags = {MOMENT_TAG: plan.at.isoformat()}
            found["settings"] = self._parts.settings.complete(plan.target, tags, protect=False)

    def _verify(self, plan: RestorePlan, source: str) -> None:
        with self._log.step("verify") as found:
            verified = self._parts.verification.of(plan.target, schedule_group=None)
            found |= {"rows": verified.rows, "open_leads": verified.open_leads}
            missing = self._parts.settings.missing(plan.target, {}, protect=False)
        with self._log.step("compare with the table in use") as found:
            since = compare(self._parts.items.scan(source), self._parts.items.scan(plan.target))
            found |= {"written_since": dict(sorted(since.lost.items())), "changed_since": dict(since.changed)}
            older = self._older(plan, source)
        for problem in (*verified.problems, *(f"{plan.target}: {setting} is not set" for setting in missing)):
            self._log.problem(problem)
        if older:
            self._log.problem(f"{older} events from before {plan.at.isoformat()} are not in the restored table")

    def _older(self, plan: RestorePlan, source: str) -> int:
        """Count earlier events that the restored table lacks."""
        restored = set(_events(self._parts.items.scan(plan.target)))
        until = f"EVENT#{plan.at:%Y-%m-%dT%H:%M:%S}"
        return sum(key[1] < until and key not in restored for key in _events(self._parts.items.scan(source)))

    def _delete_all(self) -> list[str]:
        names = self._drill_tables()
        for name in names:
            self._parts.tables.delete(name)
        return names

    def _drill_tables(self) -> list[str]:
        pages = self._dynamodb.get_paginator("list_tables").paginate()
        prefix = f"{self._stack}-restored-{DRILL}-"
        return [str(name) for page in pages for name in page["TableNames"] if name.startswith(prefix)]


def _events(items: Iterable[Item]) -> Iterable[tuple[str, str]]:
    return ((item["pk"]["S"], item["sk"]["S"]) for item in items if kind_of(item) == "event")

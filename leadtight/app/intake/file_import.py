"""Import rows of files as leads or historical records (A9)."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.intake.time_limits import Limits, unlimited
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.intake.historical import HistoricalLead
from leadtight.domain.model.errors import Conflict, InvalidInquiry, OutOfTime, Problem
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter

Result = Literal["created", "merged", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row under our field names.

    `key` names it within its source for ever; a row with a `past` becomes a record.
    """

    number: int
    key: str
    body: Mapping[str, Any]
    past: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The result for one row.

    `problems` say why it was rejected, or which of its fields could not be read.
    """

    number: int
    result: Result
    lead_id: str = ""
    problems: tuple[Problem, ...] = ()


class Import:
    """Imports rows through the same intake as all leads.

    Times without a zone are the company's local time.
    """

    def __init__(self, policy: Policy, intake: Intake) -> None:
        """Take the policy and the intake."""
        self._zone = policy.company.zone
        self._intake = intake

    def take(
        self, source: str, rows: Sequence[ImportRow], now: datetime, limits: Limits = unlimited
    ) -> tuple[ImportResult, ...]:
        """Import rows, each within its time limit; return their results.

        A row that was imported before is a duplicate, whatever it says.
        """
        return tuple(
            self._taken_within(limit, source, row, now) for row, limit in zip(rows, limits(len(rows)), strict=True)
        )

    def _taken_within(
        self, limit: AbstractContextManager[None], source: str, row: ImportRow, now: datetime
    ) -> ImportResult:
        try:
            with limit:
                return self._taken(source, row, now)
        except OutOfTime as error:
            slow = Problem("", f"{error}: import the file again")
            return ImportResult(number=row.number, result="rejected", problems=(slow,))

    def _taken(self, source: str, row: ImportRow, now: datetime) -> ImportResult:
        submission = Submission(
            source=source,
            key=row.key,
            body=self._on_the_clock(row.body),
            past=self._past(row),
            is_import=True,
            caller=Submitter.TEAM,
        )
        try:
            accepted = self._intake.receive(submission, now)
        except InvalidInquiry as error:
            return ImportResult(number=row.number, result="rejected", problems=error.problems)
        except Conflict:
            busy = Problem("", "other inquiries of this person came in at the same time; import the file again")
            return ImportResult(number=row.number, result="rejected", problems=(busy,))
        odd = tuple(_field_problem(flag.removesuffix("_odd"), row) for flag in accepted.flags)
        return ImportResult(number=row.number, result=accepted.status, lead_id=accepted.lead_id, problems=odd)

    def _on_the_clock(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a row with its time in UTC.

        A message that a file brought is not acknowledged.
        """
        at = self._moment(body.get("received_at"))
        return {**body, "acknowledge": False} | ({"received_at": format_timestamp(at)} if at else {})

    def _past(self, row: ImportRow) -> HistoricalLead | None:
        if row.past is None:
            return None
        return HistoricalLead(
            stage=Stage(row.past["stage"]),
            closed_at=self._moment(row.past.get("closed_at")),
            lost_reason=row.past.get("lost_reason", ""),
        )

    def _moment(self, text: str | None) -> datetime | None:
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None  # an unreadable time is kept as written, as every unreadable field


def _field_problem(field: str, row: ImportRow) -> Problem:
    """Return the problem with a field that was not understood."""
    if field == "owner":
        return Problem(field, f"no team member is called {row.body.get('owner')!r}; kept as written")
    return Problem(field, "could not be read; kept as written")

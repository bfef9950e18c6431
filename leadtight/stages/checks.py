"""Ask a stage questions, and keep the verdicts.

`leadtight doctor` and `make smoke` ask in this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.stages.credentials import fault_of

T = TypeVar("T")
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"})


class CheckStatus(StrEnum):
    """How a check ended."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check saw, and the remedy."""

    status: CheckStatus
    saw: str
    mend: str = ""


def passed(saw: str) -> Verdict:
    """Return that everything is as it must be."""
    return Verdict(status=CheckStatus.PASS, saw=saw)


def warned(saw: str, mend: str) -> Verdict:
    """Return that something deserves attention."""
    return Verdict(status=CheckStatus.WARN, saw=saw, mend=mend)


def failed(saw: str, mend: str) -> Verdict:
    """Return that something does not work, with its remedy."""
    return Verdict(status=CheckStatus.FAIL, saw=saw, mend=mend)


def not_asked(reason: str) -> Verdict:
    """Return that the question does not arise here, and why."""
    return Verdict(status=CheckStatus.NOT_ASKED, saw=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[T]):
    """A question to a stage.

    `needs` are the checks without which it cannot be asked. A check that is `always` asked cleans up.
    """

    id: str
    asks: str
    ask: Callable[[T], Verdict]
    needs: tuple[str, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A check's id and question, its verdict and its time."""

    id: str
    asks: str
    verdict: Verdict
    seconds: float


Say = Callable[[Check[T], Verdict | None], None]
"""Hears of each check as it begins (None) and of its verdict."""


def run(
    subject: T,
    checks: Iterable[Check[T]],
    *,
    say: Say[T],
    clock: Callable[[], float],
    budget: float = float("inf"),
) -> tuple[CheckResult, ...]:
    """Ask the checks in order; always clean up.

    `clock` and `budget` are in seconds. What cannot begin within the budget is not asked.
    """
    begun, pending = clock(), list(checks)
    done: list[CheckResult] = []
    try:
        while pending:
            check = pending.pop(0)
            say(check, None)
            at = clock()
            verdict = _verdict(subject, check, done, is_late=at - begun > budget)
            done.append(CheckResult(id=check.id, asks=check.asks, verdict=verdict, seconds=round(clock() - at, 3)))
            say(check, verdict)
    finally:
        for check in pending:
            if check.always:
                _answer(subject, check)
    return tuple(done)


def _verdict(subject: T, check: Check[T], done: Sequence[CheckResult], *, is_late: bool) -> Verdict:
    answered = {CheckStatus.PASS, CheckStatus.WARN}
    missing = [each.id for each in done if each.id in check.needs and each.verdict.status not in answered]
    if missing:
        return not_asked(f"it needs “{missing[0]}”")
    if is_late and not check.always:
        return failed("the run had no time left for it", "run it again: it took too long before")
    return _answer(subject, check)


def _answer(subject: T, check: Check[T]) -> Verdict:
    """Return a check's verdict; what cannot be asked has failed."""
    try:
        return check.ask(subject)
    except ClientError as error:
        return refusal(error)
    except BotoCoreError as error:
        return failed(f"AWS did not answer: {error}", "check the network, the region and the credentials")
    except Exception as error:  # noqa: BLE001 - whatever it is, the question has no answer, and the next one is asked
        return failed(f"{type(error).__name__}: {error}", "report it: the check itself is at fault")


def refusal(error: ClientError) -> Verdict:
    """Return the verdict on a call that AWS refused."""
    code, operation = error.response.get("Error", {}).get("Code", ""), error.operation_name
    detail = error.response.get("Error", {}).get("Message", "")
    if code in DENIED:
        return failed(
            f"{operation} is denied: {detail}", "use credentials with the policies of “Who needs what” in deploy.md"
        )
    if fault := fault_of(error):
        return failed(*fault)
    return failed(f"{operation}: {code}: {detail}", "see what AWS says, and run it again")


def exit_code(results: Iterable[CheckResult]) -> int:
    """Return 1 when a check failed, 0 otherwise."""
    return int(any(each.verdict.status is CheckStatus.FAIL for each in results))


def as_document(schema: str, stage: str, at: datetime, results: Sequence[CheckResult]) -> dict[str, Any]:
    """Return a run as JSON; times are in seconds."""
    return {
        "schema": schema,
        "stage": stage,
        "at": at.isoformat(),
        "counts": count(results),
        "checks": [
            {
                "id": each.id,
                "asks": each.asks,
                "status": str(each.verdict.status),
                "saw": each.verdict.saw,
                "mend": each.verdict.mend,
                "seconds": each.seconds,
            }
            for each in results
        ],
    }


def count(results: Iterable[CheckResult]) -> dict[str, int]:
    """Return how many checks ended in each way."""
    statuses = [each.verdict.status for each in results]
    return {str(status): statuses.count(status) for status in CheckStatus}

"""Every function once, and what their logs say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadtight.stages.checks import Verdict, failed, passed, warned
from leadtight.stages.smoke import policy_fit
from leadtight.stages.smoke.deployed_stage import FUNCTIONS
from leadtight.stages.smoke.session import Session

VALIDATION_NOTICE = "Successfully validated SNS topic for Amazon SES event publishing."
"""What SES publishes when an event destination is created: no event, and nothing follows."""

TROUBLE = (
    "AccessDenied",
    "not authorized",
    "ImportModuleError",
    "Task timed out",
    "timeout",
    "Runtime.ExitError",
    "OutOfMemory",
)
"""Words of a function that lacks a permission, a package, time or memory."""

LONGEST_LINE = 300


def every_function_runs(session: Session) -> Verdict:
    """Invoke each function with an event that has no effect."""
    wrong = {}
    for name in FUNCTIONS:
        begun = session.now()
        answer = session.stage.invoke(name, _event(session, name))
        session.measure(f"invoke_{name}", (session.now() - begun).total_seconds())
        if answer.error:
            wrong[name] = answer.error[:LONGEST_LINE]
    if wrong:
        return failed(
            "; ".join(f"{name}: {error}" for name, error in wrong.items()),
            "read the function's log (/leadtight/NAME/FUNCTION): it names the missing permission, package or setting",
        )
    return passed(f"{', '.join(FUNCTIONS)} answered")


def _event(session: Session, function: str) -> Mapping[str, Any]:
    """Return an event without an effect of its own."""
    manager = policy_fit.manager_of_tests(session.policy, session.now())
    sent_at = str(int(session.now().timestamp() * 1000))
    receipt = {
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{session.stage.region}:000000000000:{session.stage.stack}-receipts",
        "awsRegion": session.stage.region,
        "messageId": f"smoke-{session.run}",
        "receiptHandle": f"smoke-{session.run}",
        "body": VALIDATION_NOTICE,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": sent_at},
        "messageAttributes": {},
        "md5OfBody": "",
    }
    events: Mapping[str, Mapping[str, Any]] = {
        "intake": {"import": {"source": "smoke", "rows": []}},
        "route": {"Records": []},
        "respond": {"Records": [receipt]},
        "sla": {"sweep": True},
        "desk": {"board": {"person": manager}},
        "collect": {"sweep": True},
        "report": {"kind": "nightly"},
    }
    return events[function]


def nothing_recurses(session: Session) -> Verdict:
    """Check that Lambda stopped no chain of invocations."""
    dropped = session.stage.metric_sum("AWS/Lambda", "RecursiveInvocationsDropped", session.started_at, session.now())
    if dropped:
        return failed(
            f"Lambda dropped {dropped:.0f} invocations as recursive",
            "allow the function's loops: `aws lambda put-function-recursion-config --recursive-loop Allow`",
        )
    return passed("Lambda dropped no invocation as recursive")


def metrics_are_written(session: Session) -> Verdict:
    """Check that the sweep reports, and had nothing to repair."""
    swept = session.stage.metric_sum("Leadtight", "SweepRepairs", session.started_at, session.now(), service="sla")
    if swept is None:
        return failed(
            "CloudWatch has no metric Leadtight/SweepRepairs since this run began",
            "check in EventBridge Scheduler that the sweep's schedule is enabled, and read the log of sla",
        )
    if swept:
        return warned(
            f"the sweep repaired {swept:.0f} times during this run",
            "docs/guides/runbook.md#sweep-repairs: a stream, a queue or a schedule does not work",
        )
    return passed("Leadtight/SweepRepairs is written, and zero")


def logs_are_clean(session: Session) -> Verdict:
    """Search the functions' logs of this run for trouble."""
    found = tuple(session.stage.log_lines(TROUBLE, session.started_at))
    if found:
        first = found[0]
        return failed(
            f"{len(found)} lines, such as in {first.group}: {' '.join(first.text.split())[:LONGEST_LINE]}",
            "grant the missing permission or add the missing package in infra/, and deploy again",
        )
    return passed(f"{len(session.stage.log_groups())} log groups name no missing permission, package or time")

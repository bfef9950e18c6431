"""The steps of smoke, in order, and their run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from leadtight.stages.smoke import (
    closing_steps,
    function_steps,
    http_steps,
    inbound_steps,
    journey_steps,
    mail_steps,
    report_steps,
    stack_steps,
)
from leadtight.stages.smoke.session import Session
from leadtight.stages.smoke.verdict import StepStatus, Verdict, failed, not_asked

HOUR_SECONDS = 3600.0
"""How long a run takes at most; a step that cannot begin by then is not asked."""

Ask = Callable[[Session], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeStep:
    """A question to the stage.

    `needs` are the steps without which it cannot be asked. A step that is `always` asked cleans up.
    """

    id: str
    asks: str
    ask: Ask
    needs: tuple[str, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """A step, its verdict and its time."""

    step: SmokeStep
    verdict: Verdict
    seconds: float


TESTS = ("policy-has-tests", "policy-deployed")
"""What must hold before any test lead is posted."""


def steps(erase: closing_steps.Erase) -> tuple[SmokeStep, ...]:
    """Return the steps of a run, in order."""
    return (*_looks(), *_leads(), *_reports(), *_closing(erase))


def around(hard: Iterable[SmokeStep], usual: Iterable[SmokeStep]) -> tuple[SmokeStep, ...]:
    """Return hard steps after their preconditions, before the cleaning."""
    asked = tuple(usual)
    first = (step for step in asked if step.id in TESTS)
    return (*first, *hard, *(step for step in asked if step.always))


def _looks() -> Iterator[SmokeStep]:
    """Yield the steps without test leads."""
    yield SmokeStep(id="stack-complete", asks="Did the last deployment end well?", ask=stack_steps.stack_is_complete)
    yield SmokeStep(id="policy-deployed", asks="Do the functions run this policy?", ask=stack_steps.policy_is_deployed)
    yield SmokeStep(
        id="policy-has-tests", asks="Do test leads reach no person and no report?", ask=stack_steps.policy_has_tests
    )
    yield SmokeStep(
        id="alarms-exist", asks="Does every alarm exist and tell the operators?", ask=stack_steps.alarms_exist
    )
    yield SmokeStep(id="alarms-quiet", asks="Is no alarm ringing?", ask=stack_steps.alarms_are_quiet)
    yield SmokeStep(id="dead-letters", asks="Are the dead-letter queues empty?", ask=stack_steps.no_dead_letters)
    yield SmokeStep(
        id="operators-confirmed", asks="Do the operators get the alarms?", ask=stack_steps.operators_are_confirmed
    )
    yield SmokeStep(id="alarm-rings", asks="Does an alarm that rings send its mail?", ask=stack_steps.an_alarm_rings)
    yield SmokeStep(id="sender-verified", asks="May the stage send mail?", ask=stack_steps.sender_is_verified)
    yield SmokeStep(id="health", asks="Does the API answer GET and HEAD?", ask=http_steps.health_is_answered)
    yield SmokeStep(id="unknown-route", asks="Is an unknown path not found?", ask=http_steps.unknown_route_is_404)
    yield SmokeStep(id="cors", asks="May only scripts of allowed sites read answers?", ask=http_steps.scripts_may_read)
    yield SmokeStep(id="large-post", asks="Is a body of 65 KB refused?", ask=http_steps.large_post_is_413)
    yield SmokeStep(
        id="functions-run",
        asks="Does each function run?",
        ask=function_steps.every_function_runs,
        needs=("policy-has-tests",),
    )


def _leads() -> Iterator[SmokeStep]:
    """Yield the steps with test leads."""
    followed = ("lead-accepted",)
    yield SmokeStep(id="lead-accepted", asks="Is a lead accepted?", ask=journey_steps.lead_is_accepted, needs=TESTS)
    yield SmokeStep(
        id="lead-owned",
        asks="Does the stream assign it in seconds?",
        ask=journey_steps.lead_has_an_owner,
        needs=followed,
    )
    yield SmokeStep(
        id="lead-once",
        asks="Is the same key the same lead?",
        ask=journey_steps.same_key_is_the_same_lead,
        needs=followed,
    )
    yield SmokeStep(
        id="mails-posted",
        asks="Are test leads of the mailbox simulator accepted?",
        ask=mail_steps.mails_are_posted,
        needs=TESTS,
    )
    yield SmokeStep(
        id="forms-taken", asks="Are forms taken, urlencoded and multipart?", ask=http_steps.forms_are_taken, needs=TESTS
    )
    yield SmokeStep(
        id="lead-answered",
        asks="Are reply and alert sent and confirmed?",
        ask=journey_steps.reply_and_alert_are_confirmed,
        needs=followed,
    )
    yield SmokeStep(
        id="link-records",
        asks="Does an owner's link record an outcome?",
        ask=journey_steps.link_records_an_outcome,
        needs=TESTS,
    )
    yield SmokeStep(
        id="alarm-armed", asks="Does a schedule wait for it?", ask=journey_steps.alarm_is_armed, needs=("link-records",)
    )
    yield SmokeStep(
        id="link-undoes",
        asks="Is the outcome taken back?",
        ask=journey_steps.outcome_is_undone,
        needs=("link-records",),
    )
    yield SmokeStep(id="mail-in", asks="Does a mail become a lead?", ask=inbound_steps.mail_becomes_a_lead, needs=TESTS)
    yield SmokeStep(
        id="reply-joins", asks="Does an answer join its lead?", ask=inbound_steps.reply_joins_its_lead, needs=followed
    )
    yield SmokeStep(
        id="webhook-signed",
        asks="Does a webhook need its signature?",
        ask=inbound_steps.webhook_needs_its_signature,
        needs=TESTS,
    )
    yield from _mails()
    yield SmokeStep(
        id="lead-enforced",
        asks="Do warning, escalation and reassignment come in time?",
        ask=journey_steps.lead_is_enforced,
        needs=followed,
    )


def _mails() -> Iterator[SmokeStep]:
    posted = ("mails-posted",)
    asked: Mapping[str, tuple[str, Ask]] = {
        "mail-delivered": ("Is a delivered mail confirmed by SES's event?", mail_steps.mail_is_delivered),
        "mail-bounced": ("Is a bounce recorded?", mail_steps.mail_bounces),
        "mail-complained": ("Is a complaint recorded?", mail_steps.mail_is_complained_of),
        "mail-suppressed": ("Is a suppressed address recorded?", mail_steps.mail_is_suppressed),
        "mail-auto-reply": ("Does an out-of-office answer change nothing?", mail_steps.mail_meets_an_auto_reply),
    }
    for id_, (question, ask) in asked.items():
        yield SmokeStep(id=id_, asks=question, ask=ask, needs=posted)
    yield SmokeStep(
        id="ses-events", asks="What do SES's events look like?", ask=mail_steps.events_are_kept, needs=posted
    )


def _reports() -> Iterator[SmokeStep]:
    yield SmokeStep(
        id="pages-open",
        asks="Do board, queue and quarantine open?",
        ask=report_steps.pages_open,
        needs=("policy-has-tests",),
    )
    yield SmokeStep(
        id="report-written", asks="Are today's figures written?", ask=report_steps.report_is_written, needs=TESTS
    )
    yield SmokeStep(
        id="report-opens", asks="Does a report's link open?", ask=report_steps.report_opens, needs=("policy-has-tests",)
    )
    yield SmokeStep(
        id="facts-queried",
        asks="Does Athena read the facts?",
        ask=report_steps.facts_are_queried,
        needs=("report-written",),
    )
    yield SmokeStep(id="burst", asks="Is a burst throttled without errors?", ask=http_steps.burst_is_throttled)


def _closing(erase: closing_steps.Erase) -> Iterator[SmokeStep]:
    yield SmokeStep(id="metrics", asks="Are the stage's own metrics written?", ask=function_steps.metrics_are_written)
    yield SmokeStep(id="no-recursion", asks="Did Lambda stop no loop?", ask=function_steps.nothing_recurses)
    yield SmokeStep(id="logs-clean", asks="Do the logs name no missing permission?", ask=function_steps.logs_are_clean)
    yield SmokeStep(
        id="cleaned", asks="Are the test leads erased?", ask=partial(closing_steps.clean, erase=erase), always=True
    )
    yield SmokeStep(
        id="nothing-left", asks="Is nothing of the run left?", ask=closing_steps.nothing_is_left, always=True
    )


def run(
    session: Session,
    asked: Iterable[SmokeStep],
    *,
    say: Callable[[SmokeStep, Verdict | None], None],
    clock: Callable[[], float] = time.monotonic,
    budget: float = HOUR_SECONDS,
) -> tuple[StepResult, ...]:
    """Ask the steps in order, and clean up whatever happens."""
    begun, done = clock(), list[StepResult]()
    pending = list(asked)
    try:
        while pending:
            step = pending.pop(0)
            say(step, None)
            at = clock()
            is_late = at - begun > budget and not step.always
            verdict = _verdict(session, step, done, is_late=is_late)
            done.append(StepResult(step=step, verdict=verdict, seconds=clock() - at))
            say(step, verdict)
    finally:
        for step in pending:
            if step.always:
                _verdict(session, step, done, is_late=False)
    return tuple(done)


def _verdict(session: Session, step: SmokeStep, done: Iterable[StepResult], *, is_late: bool) -> Verdict:
    if reason := session.settings.cannot_ask.get(step.id):
        return not_asked(reason)
    if is_late:
        return not_asked("the hour of this run is over")
    lacking = [r.step.id for r in done if r.step.id in step.needs and r.verdict.status not in ANSWERED]
    if lacking:
        return not_asked(f"it needs {', '.join(lacking)}")
    try:
        return step.ask(session)
    except Exception as error:  # noqa: BLE001 - whatever a step meets, the others are asked, and it is cleaned up
        return failed(
            f"{type(error).__name__}: {error}", "give these credentials the permission, or deploy what the error names"
        )


ANSWERED = (StepStatus.PASS, StepStatus.WARN)

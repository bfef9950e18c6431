"""The checks of smoke, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from leadtight.stages.checks import Check, Verdict, not_asked
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

HOUR_SECONDS = 3600.0
"""How long a run takes at most; what cannot begin by then fails."""

Ask = Callable[[Session], Verdict]


TESTS = ("policy-has-tests", "policy-deployed")
"""What must hold before any test lead is posted."""


def steps(erase: closing_steps.Erase) -> tuple[Check[Session], ...]:
    """Return the steps of a run, in order."""
    return (*_looks(), *_leads(), *_reports(), *_closing(erase))


def around(hard: Iterable[Check[Session]], usual: Iterable[Check[Session]]) -> tuple[Check[Session], ...]:
    """Return hard steps after their preconditions, before the cleaning."""
    asked = tuple(usual)
    first = (step for step in asked if step.id in TESTS)
    return (*first, *hard, *(step for step in asked if step.always))


def _looks() -> Iterator[Check[Session]]:
    """Yield the steps without test leads."""
    yield Check(id="stack-complete", asks="Did the last deployment end well?", ask=stack_steps.stack_is_complete)
    yield Check(id="policy-deployed", asks="Do the functions run this policy?", ask=stack_steps.policy_is_deployed)
    yield Check(
        id="policy-has-tests", asks="Do test leads reach no person and no report?", ask=stack_steps.policy_has_tests
    )
    yield Check(id="alarms-exist", asks="Does every alarm exist and tell the operators?", ask=stack_steps.alarms_exist)
    yield Check(id="dead-letters", asks="Are the dead-letter queues empty?", ask=stack_steps.no_dead_letters)
    yield Check(
        id="operators-confirmed", asks="Do the operators get the alarms?", ask=stack_steps.operators_are_confirmed
    )
    yield Check(id="alarm-rings", asks="Does an alarm that rings send its mail?", ask=stack_steps.an_alarm_rings)
    yield Check(id="sender-verified", asks="May the stage send mail?", ask=stack_steps.sender_is_verified)
    yield Check(id="health", asks="Does the API answer GET and HEAD?", ask=http_steps.health_is_answered)
    yield Check(id="unknown-route", asks="Is an unknown path not found?", ask=http_steps.unknown_route_is_404)
    yield Check(id="cors", asks="May only scripts of allowed sites read answers?", ask=http_steps.scripts_may_read)
    yield Check(id="large-post", asks="Is a body of 65 KB refused?", ask=http_steps.large_post_is_413)
    yield Check(
        id="functions-run",
        asks="Does each function run?",
        ask=function_steps.every_function_runs,
        needs=("policy-has-tests",),
    )


def _leads() -> Iterator[Check[Session]]:
    """Yield the steps with test leads."""
    followed = ("lead-accepted",)
    yield Check(id="lead-accepted", asks="Is a lead accepted?", ask=journey_steps.lead_is_accepted, needs=TESTS)
    yield Check(
        id="lead-owned",
        asks="Does the stream assign it in seconds?",
        ask=journey_steps.lead_has_an_owner,
        needs=followed,
    )
    yield Check(
        id="lead-once",
        asks="Is the same key the same lead?",
        ask=journey_steps.same_key_is_the_same_lead,
        needs=followed,
    )
    yield Check(
        id="mails-posted",
        asks="Are test leads of the mailbox simulator accepted?",
        ask=mail_steps.mails_are_posted,
        needs=TESTS,
    )
    yield Check(
        id="forms-taken", asks="Are forms taken, urlencoded and multipart?", ask=http_steps.forms_are_taken, needs=TESTS
    )
    yield Check(
        id="lead-answered",
        asks="Are reply and alert sent and confirmed?",
        ask=journey_steps.reply_and_alert_are_confirmed,
        needs=followed,
    )
    yield Check(
        id="link-records",
        asks="Does an owner's link record an outcome?",
        ask=journey_steps.link_records_an_outcome,
        needs=TESTS,
    )
    yield Check(
        id="alarm-armed", asks="Does a schedule wait for it?", ask=journey_steps.alarm_is_armed, needs=("link-records",)
    )
    yield Check(
        id="link-undoes",
        asks="Is the outcome taken back?",
        ask=journey_steps.outcome_is_undone,
        needs=("link-records",),
    )
    yield Check(id="mail-in", asks="Does a mail become a lead?", ask=inbound_steps.mail_becomes_a_lead, needs=TESTS)
    yield Check(
        id="reply-joins", asks="Does an answer join its lead?", ask=inbound_steps.reply_joins_its_lead, needs=followed
    )
    yield Check(
        id="webhook-signed",
        asks="Does a webhook need its signature?",
        ask=inbound_steps.webhook_needs_its_signature,
        needs=TESTS,
    )
    yield from _mails()
    yield Check(
        id="lead-enforced",
        asks="Do warning, escalation and reassignment come in time?",
        ask=journey_steps.lead_is_enforced,
        needs=followed,
    )


def _mails() -> Iterator[Check[Session]]:
    posted = ("mails-posted",)
    asked: Mapping[str, tuple[str, Ask]] = {
        "mail-delivered": ("Is a delivered mail confirmed by SES's event?", mail_steps.mail_is_delivered),
        "mail-bounced": ("Is a bounce recorded?", mail_steps.mail_bounces),
        "mail-complained": ("Is a complaint recorded?", mail_steps.mail_is_complained_of),
        "mail-suppressed": ("Is a suppressed address recorded?", mail_steps.mail_is_suppressed),
        "mail-auto-reply": ("Does an out-of-office answer change nothing?", mail_steps.mail_meets_an_auto_reply),
    }
    for id_, (question, ask) in asked.items():
        yield Check(id=id_, asks=question, ask=ask, needs=posted)
    yield Check(id="ses-events", asks="What do SES's events look like?", ask=mail_steps.events_are_kept, needs=posted)


def _reports() -> Iterator[Check[Session]]:
    yield Check(
        id="pages-open",
        asks="Do board, queue and quarantine open?",
        ask=report_steps.pages_open,
        needs=("policy-has-tests",),
    )
    yield Check(
        id="report-written", asks="Are today's figures written?", ask=report_steps.report_is_written, needs=TESTS
    )
    yield Check(
        id="report-opens", asks="Does a report's link open?", ask=report_steps.report_opens, needs=("policy-has-tests",)
    )
    yield Check(
        id="facts-queried",
        asks="Does Athena read the facts?",
        ask=report_steps.facts_are_queried,
        needs=("report-written",),
    )
    yield Check(id="alarms-quiet", asks="Is no alarm ringing?", ask=stack_steps.alarms_are_quiet)
    yield Check(id="burst", asks="Is a burst throttled without errors?", ask=http_steps.burst_is_throttled)


def _closing(erase: closing_steps.Erase) -> Iterator[Check[Session]]:
    yield Check(id="metrics", asks="Are the stage's own metrics written?", ask=function_steps.metrics_are_written)
    yield Check(id="no-recursion", asks="Did Lambda stop no loop?", ask=function_steps.nothing_recurses)
    yield Check(id="logs-clean", asks="Do the logs name no missing permission?", ask=function_steps.logs_are_clean)
    yield Check(
        id="cleaned", asks="Are the test leads erased?", ask=partial(closing_steps.clean, erase=erase), always=True
    )
    yield Check(id="nothing-left", asks="Is nothing of the run left?", ask=closing_steps.nothing_is_left, always=True)


def answerable(asked: Iterable[Check[Session]], cannot_ask: Mapping[str, str]) -> tuple[Check[Session], ...]:
    """Return the checks; those that cannot be asked say why."""
    return tuple(
        replace(check, ask=partial(_not_asked, cannot_ask[check.id]), needs=()) if check.id in cannot_ask else check
        for check in asked
    )


def _not_asked(reason: str, _: Session) -> Verdict:
    return not_asked(reason)

"""What must fail well: break a part, see what rings.

Only for stages that may be hurt. Each change is undone when its step ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message, Status, Template
from leadtight.stages.checks import Check, Verdict, failed, not_asked, passed
from leadtight.stages.smoke import stack_steps
from leadtight.stages.smoke.disturbances import Disturbances
from leadtight.stages.smoke.http_steps import plain_form, post_form
from leadtight.stages.smoke.session import Session, TrialLead

TRIES = {"alarms": 120, "spill": 20}
"""Queues whose unreadable messages become dead letters, with the seconds of a try."""

DROPPED = ("receipts", "collect", "mails", "retries")
"""Queues that drop and count what is not for them, and go on."""

DEAD_WITHIN = timedelta(minutes=15)
DENIED_WITHIN = timedelta(minutes=3)
SPILL_RINGS_WITHIN = timedelta(minutes=12)
SWEEP_RINGS_WITHIN = timedelta(minutes=30)
MESSAGES_RING_WITHIN = timedelta(minutes=25)
MENDED_WITHIN = timedelta(minutes=20)
FIRST_TIME_WITHIN = timedelta(minutes=1)
ASKS = "check the alarm's metric and its missing data in CloudWatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardParts:
    """What the hard steps act with.

    `deploy` deploys a git revision, or this one for None; it and `destroy` return what went wrong, if anything.
    `previous` is the revision to roll back to.
    """

    disturbances: Disturbances
    counts: Callable[[], Mapping[str, int]]
    drill: Callable[[], Mapping[str, Any]]
    deploy: Callable[[str | None], str]
    destroy: Callable[[], str]
    previous: str = ""
    may_destroy: bool = False


def steps(parts: HardParts) -> tuple[Check[Session], ...]:
    """Return the hard steps, in order."""
    asked: Mapping[str, tuple[str, Callable[[HardParts, Session], Verdict]]] = {
        "spill-holds": ("Is a form kept, and an alarm rung, while the table is denied?", a_denied_table_spills),
        "sweep-stops": ("Does an alarm ring when the sweep does not run?", a_stopped_sweep_rings),
        "unreadable": ("Is an unreadable message given up, rung and counted?", unreadable_messages_are_kept),
        "mail-denied": ("Does an alarm ring, and the message wait, when mail is denied?", denied_mail_waits),
        "restore-drill": ("Can the table be restored?", the_table_is_restored),
        "rolled-back": ("Does an open lead survive a rollback?", a_rollback_keeps_promises),
        "redeployed": ("Can the stage be destroyed and deployed again?", the_stage_is_deployed_again),
    }
    return tuple(
        Check(id=id_, asks=question, ask=partial(ask, parts), needs=("policy-has-tests",))
        for id_, (question, ask) in asked.items()
    )


def a_denied_table_spills(parts: HardParts, session: Session) -> Verdict:
    """Deny the table to intake: a form spills."""
    form = plain_form(session.policy.forms)
    if form is None:
        return not_asked("the policy has no form without a challenge or a signature")
    with parts.disturbances.denied("intake", "dynamodb:*"):
        held = session.wait(lambda: _held(post_form(session, form, "spilled")), within=DENIED_WITHIN)
        if held is None:
            return failed("a form was not held while the table was denied", "read the log of intake: form_spilled")
        rang = _rang(session, "spill", SPILL_RINGS_WITHIN)
    lead = session.wait(lambda: _lead_at(session, held.address), within=MENDED_WITHIN)
    if lead is None:
        return failed("the held form became no lead", "read the log of intake, and the dead letters of spill")
    if rang is None:
        return failed(f"no alarm on spill rang within {SPILL_RINGS_WITHIN}", ASKS)
    if abs(lead.received_at - held.posted_at) > FIRST_TIME_WITHIN:
        return failed(
            f"the lead counts from {lead.received_at:%H:%M:%S}, not {held.posted_at:%H:%M:%S}", "deploy again"
        )
    session.measure("spill_rings", rang)
    return passed(f"the form was held, an alarm rang {rang:.0f} s later, and the lead has its first time")


def a_stopped_sweep_rings(parts: HardParts, session: Session) -> Verdict:
    """Disable the sweep until its alarm rings."""
    with parts.disturbances.without_sweep():
        rang = _rang(session, "sweep-stopped", SWEEP_RINGS_WITHIN)
    if rang is None:
        return failed(f"no alarm rang within {SWEEP_RINGS_WITHIN} without a sweep", ASKS)
    session.measure("sweep_rings", rang)
    return passed(f"an alarm rang {rang:.0f} s after the last sweep; the sweep runs again")


def unreadable_messages_are_kept(parts: HardParts, session: Session) -> Verdict:
    """Put an unreadable message on each queue."""
    for queue in DROPPED:
        parts.disturbances.send_unreadable(queue)
    wrong = [problem for queue, seconds in TRIES.items() if (problem := _given_up(parts, session, queue, seconds))]
    stuck = [queue for queue in DROPPED if parts.disturbances.drop_unreadable(queue)]
    wrong += [f"{queue}: it is a dead letter, not dropped" for queue in stuck]
    if wrong:
        return failed("; ".join(wrong), "read the log of the queue's function, and its redrive policy")
    return passed(f"dead letters of {', '.join(TRIES)} rang and were counted; {', '.join(DROPPED)} went on")


def _given_up(parts: HardParts, session: Session, queue: str, seconds: int) -> str:
    """Return what is wrong with an unreadable message, or ""."""
    try:
        with parts.disturbances.tried_quickly(queue, seconds):
            parts.disturbances.send_unreadable(queue)
            if not session.wait(lambda: parts.counts().get(queue, 0), within=DEAD_WITHIN):
                return f"{queue}: no dead letter within {DEAD_WITHIN}"
        if _rang(session, f"{queue}-dead-letters", SPILL_RINGS_WITHIN) is None:
            return f"{queue}: no alarm rang for its dead letter"
    finally:
        parts.disturbances.drop_unreadable(queue)
    return ""


def denied_mail_waits(parts: HardParts, session: Session) -> Verdict:
    """Deny SES: messages wait, and an alarm rings."""
    with parts.disturbances.denied("respond", "ses:*"), parts.disturbances.denied("sla", "ses:*"):
        lead = session.post_lead("denied")
        if not lead.lead_id:
            return failed(f"POST /leads answered {lead.answer.status}", "read the log of intake")
        tried = session.wait(lambda: _reply(session, lead, tried=True), within=DENIED_WITHIN)
        if tried is None or tried.status not in (Status.PENDING, Status.CLAIMED):
            return failed(f"the reply is {tried.status if tried else 'not tried'}, and does not wait", "deploy again")
        rang = _rang(session, "messages", MESSAGES_RING_WITHIN)
    sent = session.wait(lambda: _reply(session, lead, status=Status.CONFIRMED), within=MENDED_WITHIN)
    if sent is None:
        return failed("the reply was not sent after the denial ended", "read the log of respond and sla")
    if rang is None:
        return failed(f"no alarm on messages rang within {MESSAGES_RING_WITHIN}", ASKS)
    session.measure("messages_ring", rang)
    return passed(f"an alarm rang after {rang:.0f} s, the reply waited and was sent afterwards")


def the_table_is_restored(parts: HardParts, session: Session) -> Verdict:
    """Restore to a second table, and compare it."""
    document = parts.drill()
    for step in document["steps"]:
        session.measure(f"restore_{str(step['name']).replace(' ', '_')}", float(step["seconds"]))
    if document["problems"]:
        return failed("; ".join(map(str, document["problems"])), "docs/guides/runbook.md#restoring")
    return passed(f"restored and compared in {float(document['seconds']):.0f} s")


def a_rollback_keeps_promises(parts: HardParts, session: Session) -> Verdict:
    """Roll back and forward with a lead open."""
    if not parts.previous:
        return not_asked("no revision to roll back to was named: PREVIOUS=REVISION")
    lead = session.post_lead("rolled")
    try:
        problem = parts.deploy(parts.previous)
    finally:
        problem = parts.deploy(None) or problem
    if problem:
        return failed(problem, "read CloudFormation's events of the stack")
    moved = session.wait(lambda: _is_missed(session, lead), within=MENDED_WITHIN)
    if not moved:
        return failed(f"the promise to lead {lead.lead_id} did not ring after the rollback", "read the log of sla")
    return stack_steps.policy_is_deployed(session)


def the_stage_is_deployed_again(parts: HardParts, session: Session) -> Verdict:
    """Destroy the stage and deploy it again."""
    if not parts.may_destroy:
        return not_asked("destroying the stage was not agreed to: DESTROY=1")
    problem = parts.destroy() or parts.deploy(None)
    if problem:
        return failed(problem, "read CloudFormation's events of the stack; docs/guides/deploy.md says what stays")
    return stack_steps.policy_is_deployed(session)


def mending(disturbances: Disturbances) -> Check[Session]:
    """Return the check that mends a killed run."""

    def mend(_: Session) -> Verdict:
        mended = disturbances.mend()
        return passed(f"undone: {', '.join(mended)}" if mended else "no part of the stage is disturbed")

    return Check(id="mended", asks="Is the stage whole?", ask=mend)


def _held(lead: TrialLead) -> TrialLead | None:
    return lead if lead.answer.json().get("status") == "held" else None


def _lead_at(session: Session, address: str) -> Lead | None:
    return next((session.lead(id_) for id_ in session.table.leads_of([person_key(address)])), None)


def _reply(session: Session, lead: TrialLead, *, tried: bool = False, status: Status | None = None) -> Message | None:
    sent = session.messages(lead.lead_id, Template.ACKNOWLEDGE)
    is_met = bool(sent) and (sent[0].attempts > 0 if tried else sent[0].status is status)
    return sent[0] if is_met else None


def _is_missed(session: Session, lead: TrialLead) -> bool:
    return any(event.kind == "deadline_missed" for event in session.history(lead.lead_id))


def _rang(session: Session, name: str, within: timedelta) -> float | None:
    """Return the seconds until an alarm rang, if any."""
    begun: datetime = session.now()

    def ringing() -> bool:
        alarms = session.stage.alarms().values()
        return any(stack_steps.is_named(alarm.name, name) and alarm.state == "ALARM" for alarm in alarms)

    return (session.now() - begun).total_seconds() if session.wait(ringing, within=within) else None

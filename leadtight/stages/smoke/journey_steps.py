"""One lead through everything: owner, reply, enforcement and links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message, Status, Template
from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.smoke.session import Session, TrialLead

OWNED_WITHIN = timedelta(seconds=5)
"""How long a cold start of route takes at most."""

LATE_OWNER_WITHIN = timedelta(seconds=120)
SENT_WITHIN = timedelta(minutes=3)
LATE_AFTER = timedelta(seconds=90)
"""Scheduler's minute, and half a minute for the queue and the function."""

ENFORCED = (
    EventKind.OWNER_WARNED,
    EventKind.DEADLINE_MISSED,
    EventKind.LEAD_ESCALATED,
    EventKind.LEAD_REASSIGNED,
)
"""What happens to a lead that its owner leaves unanswered."""

ARMED = "read the log of route for alarm_not_armed, and check the role and the group of the schedules"


def lead_is_accepted(session: Session) -> Verdict:
    """Post the lead that this run follows to its end."""
    lead = session.post_lead("journey", key=f"smoke-{session.run}")
    if lead.answer.status != 202 or not lead.lead_id:
        return failed(
            f"POST /leads answered {lead.answer.status} {lead.answer.body[:200]}",
            "read the log of intake; a held lead is in the quarantine: `leadtight quarantine list`",
        )
    session.measure("accept", lead.answer.seconds)
    return passed(f"202 in {lead.answer.seconds:.2f} s, lead {lead.lead_id}")


def lead_has_an_owner(session: Session) -> Verdict:
    """Check that the stream assigned it within seconds."""
    if (lead := _journey(session)) is None:
        return _not_posted()
    stored = session.wait(lambda: _owned(session, lead), within=LATE_OWNER_WITHIN)
    if stored is None or stored.first_assigned_at is None:
        return failed(
            f"lead {lead.lead_id} has no owner after {LATE_OWNER_WITHIN.seconds} s", "read the logs of route and sla"
        )
    waited = stored.first_assigned_at - stored.recorded_at
    session.measure("owner", waited.total_seconds())
    saw = f"{stored.owner_id} owns it {waited.total_seconds():.1f} s after it was stored"
    if stored.pool_id not in session.policy.test_pools:
        return failed(f"{saw}, in the pool {stored.pool_id}", "the functions run another policy: deploy again")
    if waited >= session.policy.routing.unowned_grace:
        return failed(
            f"{saw}: the sweep assigned it, not the stream",
            "check the event source mapping of route: enabled, without errors, with its permission to read the stream",
        )
    if waited > OWNED_WITHIN:
        return warned(
            f"{saw}: a stream takes less than {OWNED_WITHIN.seconds} s", "look at route's duration and starts"
        )
    return passed(saw)


def reply_and_alert_are_confirmed(session: Session) -> Verdict:
    """Check that reply and alert were confirmed by events."""
    if (lead := _journey(session)) is None:
        return _not_posted()
    wanted = (Template.ACKNOWLEDGE, Template.ALERT_OWNER)
    states: dict[Template, str] = {}
    for template in wanted:
        message = session.wait(lambda name=template: _confirmed(session, lead, name), within=SENT_WITHIN)  # type: ignore[misc]  # bound at once
        states[template] = str(message.status) if message else _state(session, lead, template)
    wrong = [f"{template} is {state}" for template, state in states.items() if state != Status.CONFIRMED]
    if wrong:
        return failed("; ".join(wrong), "read the log of respond, and check SES's event destination")
    sent = {e.data.get("template"): e.at for e in session.history(lead.lead_id) if e.kind is EventKind.MESSAGE_SENT}
    for template in wanted:
        if template in sent:
            session.measure(f"send_{template}", (sent[template] - lead.posted_at).total_seconds())
    return passed("the reply and the owner's alert were sent, and SES confirmed both")


def same_key_is_the_same_lead(session: Session) -> Verdict:
    """Post it again with the same key."""
    if (lead := _journey(session)) is None:
        return _not_posted()
    body = {"name": "Smoke test journey", "email": lead.address, "message": "This is a test of the deployment."}
    again = session.web.post_json("/leads", body, {"idempotency-key": lead.key})
    told = again.json()
    if (told.get("lead_id"), told.get("status")) != (lead.lead_id, "duplicate"):
        return failed(f"the same key answered {again.status} {again.body[:200]}", "read the log of intake")
    return passed(f"the same key answered {again.status} with the same lead")


def alarm_is_armed(session: Session) -> Verdict:
    """Check that a schedule waits for the outcome's next action.

    A lead that is due within a minute has a delayed message only; this one is due later.
    """
    if (lead := session.leads.get("answered")) is None or not lead.lead_id:
        return not_asked("no lead with a recorded outcome")
    stored = session.lead(lead.lead_id)
    due = stored.wake_at if stored else None
    if due is None or due - session.now() < timedelta(minutes=1):
        return not_asked("its next alarm is nearer than a minute, and needs no schedule")
    names = session.wait(lambda: session.stage.schedules(f"lead-{lead.lead_id}"), within=timedelta(seconds=20))
    if not names:
        return failed(f"no schedule lead-{lead.lead_id}… in {session.stage.outputs['ScheduleGroup']}", ARMED)
    return passed(f"{names[0]} rings at {due:%H:%M:%S} UTC")


def lead_is_enforced(session: Session) -> Verdict:
    """Check warning, deadline, escalation, reassignment and manager."""
    if (lead := _journey(session)) is None:
        return _not_posted()
    stored = session.lead(lead.lead_id)
    if stored is None:
        return failed(f"lead {lead.lead_id} is gone", "look for who erased it")
    limit = _longest(session, stored)
    done = session.wait(lambda: _with_manager(session, lead), within=max(limit - session.now(), timedelta()))
    history = session.history(lead.lead_id)
    missing = [kind for kind in ENFORCED if not any(event.kind is kind for event in history)]
    if done is None or missing:
        return failed(
            f"missing by {limit:%H:%M:%S} UTC: {', '.join(missing) or 'the manager as its owner'}",
            "read the logs of sla, check the alarm queue and the group of schedules",
        )
    lateness = _lateness(history)
    worst = max(lateness.values(), default=0.0)
    for name, late in lateness.items():
        session.measure(f"late_{name}", late)
    saw = "; ".join(f"{name} {late:.1f} s late" for name, late in lateness.items())
    if worst > LATE_AFTER.total_seconds():
        return failed(saw, "check the age of the alarm queue's messages, and the throttles of sla")
    return passed(f"{saw}; {done.owner_id} owns it now")


def link_records_an_outcome(session: Session) -> Verdict:
    """Open an owner's link, and record an outcome."""
    lead = session.post_lead("answered")
    if not lead.lead_id:
        return failed(f"POST /leads answered {lead.answer.status}", "read the log of intake")
    stored = session.wait(lambda: _owned(session, lead), within=LATE_OWNER_WITHIN)
    if stored is None:
        return failed(f"lead {lead.lead_id} has no owner", "read the log of route")
    link = session.links.outcome(stored, str(stored.owner_id), session.now())
    page = session.web.get(link)
    if page.status != 200:
        return failed(f"the owner's link answered {page.status}", "check the link key, and read the log of desk")
    outcome = next(id_ for id_, rule in session.policy.outcomes.items() if rule.contact and rule.pool is None)
    pressed = session.web.post_form(link, _hidden(page.body, "outcome") | {"outcome": outcome})
    recorded = session.lead(lead.lead_id)
    if pressed.status != 303 or recorded is None or recorded.last_outcome is None:
        return failed(f"recording {outcome!r} answered {pressed.status}", "read the log of desk")
    return passed(f"the link opened, and {outcome!r} was recorded")


def outcome_is_undone(session: Session) -> Verdict:
    """Take the recorded outcome back by the same link."""
    lead = session.leads.get("answered")
    stored = session.lead(lead.lead_id) if lead and lead.lead_id else None
    if lead is None or stored is None or stored.last_outcome is None:
        return not_asked("no outcome was recorded")
    link = session.links.outcome(stored, str(stored.owner_id), session.now())
    page = session.web.get(link)
    undone = session.web.post_form(link, _hidden(page.body, "undo"))
    after = session.lead(lead.lead_id)
    if undone.status != 303 or after is None or after.last_outcome is not None:
        return failed(f"undoing answered {undone.status}", "read the log of desk; `undo_within` may be too short")
    return passed("the outcome was taken back")


def _journey(session: Session) -> TrialLead | None:
    lead = session.leads.get("journey")
    return lead if lead and lead.lead_id else None


def _not_posted() -> Verdict:
    return not_asked("no lead was accepted")


def _owned(session: Session, lead: TrialLead) -> Lead | None:
    stored = session.lead(lead.lead_id)
    return stored if stored and stored.owner_id else None


def _with_manager(session: Session, lead: TrialLead) -> Lead | None:
    stored = _owned(session, lead)
    first = stored.first_owner_id if stored else None
    return stored if stored and first and stored.owner_id == session.policy.manager_of(first) else None


def _confirmed(session: Session, lead: TrialLead, template: Template) -> Message | None:
    sent = session.messages(lead.lead_id, template)
    return sent[0] if sent and sent[0].status is Status.CONFIRMED else None


def _state(session: Session, lead: TrialLead, template: Template) -> str:
    sent = session.messages(lead.lead_id, template)
    return f"{sent[0].status} ({sent[0].detail})" if sent else "not owed"


def _longest(session: Session, stored: Lead) -> datetime:
    """Return by when the manager must own the lead."""
    target = session.policy.targets[stored.promise.target]
    moves = target.reassign
    after = (moves.after + moves.within) * (moves.at_most + 1) if moves else timedelta()
    return stored.promise.deadline + after + 2 * LATE_AFTER


def _lateness(history: tuple[Event, ...]) -> Mapping[str, float]:
    """Return the seconds by which each step came late.

    A change says when the lead was due to wake before it.
    """
    due = {e.at: parse_timestamp(e.changes["wake_at"][0]) for e in history if (e.changes.get("wake_at") or (None,))[0]}
    late: dict[str, float] = {}
    for event in history:
        if event.kind in ENFORCED and event.at in due:
            seconds = (event.at - due[event.at]).total_seconds()
            late[str(event.kind)] = max(late.get(str(event.kind), 0.0), seconds)
    return late


def _hidden(page: str, button: str) -> dict[str, str]:
    """Return the hidden fields of the form with a control."""
    for part in page.split("<form")[1:]:
        form = part.split("</form>")[0]
        if f'name="{button}"' in form:
            return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {}

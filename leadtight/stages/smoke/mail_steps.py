"""Mails to SES's mailbox simulator, through the stage's own sending."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from leadtight.domain.model.message import Message, Status, Template
from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.smoke.session import Session
from leadtight.stages.smoke.stack_steps import as_json, shape

BOXES = {
    "success": Status.CONFIRMED,
    "bounce": Status.BOUNCED,
    "complaint": Status.BOUNCED,
    "suppressionlist": Status.BOUNCED,
    "ooto": Status.CONFIRMED,
}
"""The simulator's addresses, and what becomes of a message to each."""

CONFIRMED_WITHIN = timedelta(minutes=3)
RECEIPTS = (
    "check the event destination of the configuration set leadtight-NAME in SES, its topic, and the log of respond"
)


def mails_are_posted(session: Session) -> Verdict:
    """Post one test lead for each address of the simulator.

    SES's events about them come by a queue of this run, too.
    """
    session.stores.tap_events()
    leads = [session.post_lead(f"mail-{box}", box=box) for box in BOXES]
    wrong = [f"{lead.address}: {lead.answer.status} {lead.answer.body[:200]}" for lead in leads if not lead.lead_id]
    if wrong:
        return failed("; ".join(wrong), "read the log of intake, and the quarantine: `leadtight quarantine list`")
    return passed(f"{len(leads)} test leads were accepted")


def mail_is_delivered(session: Session) -> Verdict:
    """Check that an event confirms the reply to success@."""
    return _becomes(session, "success")


def mail_bounces(session: Session) -> Verdict:
    """Check that the reply to bounce@ is recorded as bounced."""
    return _becomes(session, "bounce")


def mail_is_complained_of(session: Session) -> Verdict:
    """Check that the reply to complaint@ is recorded as such."""
    return _becomes(session, "complaint", detail="complaint")


def mail_is_suppressed(session: Session) -> Verdict:
    """Check that the reply to suppressionlist@ is recorded as bounced."""
    return _becomes(session, "suppressionlist")


def mail_meets_an_auto_reply(session: Session) -> Verdict:
    """Check that an out-of-office answer leaves the reply confirmed."""
    return _becomes(session, "ooto")


def _becomes(session: Session, box: str, detail: str = "") -> Verdict:
    lead, wanted = session.leads.get(f"mail-{box}"), BOXES[box]
    if lead is None or not lead.lead_id:
        return not_asked(f"no lead of {box}@ was accepted")

    def arrived() -> Message | None:
        sent = session.messages(lead.lead_id, Template.ACKNOWLEDGE)
        return sent[0] if sent and sent[0].status is wanted and detail in sent[0].detail else None

    message = session.wait(arrived, within=CONFIRMED_WITHIN)
    if message is None:
        return _not_reached(session, lead.lead_id, box, wanted)
    taken = next(
        (e.at for e in reversed(session.history(lead.lead_id)) if e.kind == f"message_{wanted}"), session.now()
    )
    seconds = session.measure(f"mail_{box}", (taken - lead.posted_at).total_seconds())
    return passed(f"the reply to {box}@ was {message.detail or wanted} {seconds:.1f} s after the post")


def _not_reached(session: Session, lead_id: str, box: str, wanted: Status) -> Verdict:
    sent = session.messages(lead_id, Template.ACKNOWLEDGE)
    if not sent:
        return failed(f"no reply to {box}@ is owed", "read the lead's history: `leadtight policy explain`")
    message = sent[0]
    saw = f"the reply to {box}@ is {message.status} ({message.detail or 'no detail'}), not {wanted}"
    if message.status is Status.REFUSED and "within 24 hours" in message.detail:
        return warned(saw, "the policy's messaging.limits hold it back: run `make smoke` again with --clean first")
    if message.status in (Status.SENT, Status.CONFIRMED):
        return failed(saw, RECEIPTS)
    return failed(saw, "read the log of respond: it has SES's refusal")


def events_are_kept(session: Session) -> Verdict:
    """Keep the shapes of SES's events, without addresses."""
    events = [event for tap in session.stores.taps_left() for event in session.stores.tapped(tap)]
    kinds = Counter(str(event.get("eventType") or event.get("notificationType")) for event in events)
    if not events:
        return failed("no event came by the receipts topic", RECEIPTS)
    shapes = {as_json(shape(event)): event for event in events}
    file = session.folder / f"{session.run}.ses-events.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_json([shape(event) for event in shapes.values()]), encoding="utf-8")
    session.notes["ses_events"] = str(file)
    counted = ", ".join(f"{count} times {kind}" for kind, count in sorted(kinds.items()))
    return passed(f"{counted}; their shapes are in {file}")

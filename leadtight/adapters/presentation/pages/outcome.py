"""The desk's pages: leads, queues and notices about links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation import formatting, lead_view
from leadtight.adapters.presentation.brief_view import brief_of
from leadtight.adapters.presentation.jinja import render
from leadtight.adapters.presentation.timeline import timeline
from leadtight.app.intake.quick_add import CHANNELS, AddForm, QuickAddResult
from leadtight.app.outcomes.desk import HandOverForm
from leadtight.app.outcomes.recording import LeadView, OutcomeForm, files_of
from leadtight.app.views.queue import MyQueue
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.compliance.call_warning import is_answered
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, StaleSubmission
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead, RecordedOutcome
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stored_file import size_in_words
from leadtight.domain.ownership.handover import pools_open_to
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy

LONGEST_MESSAGE = 2_000
AT_A_GLANCE = 600
QUICK_ROWS, QUICK_OUTCOMES = 10, 5
"""Rows of a queue with quick outcomes, and outcomes each.

A page stays under 60 KB.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutcomeText:
    """The latest outcome in words."""

    text: str
    following: str
    version: int
    can_undo: bool


class Pages:
    """The pages of one deployment."""

    def __init__(self, policy: Policy) -> None:
        """Take the policy: company, people and outcomes."""
        self._policy = policy
        self._zone = policy.company.zone

    def outcome(
        self,
        view: LeadView,
        now: datetime,
        problem: InvalidInquiry | StaleSubmission | None = None,
        typed: OutcomeForm | HandOverForm | None = None,
    ) -> str:
        """Return the page of a lead.

        With `problem`, the form has what was typed again.
        """
        lead = view.lead
        undone = undone_outcome(view.history)
        answered = is_answered(view.history, view.do_not_call, view.person, now)
        moving = typed if isinstance(typed, HandOverForm) else HandOverForm(pool="", submission=lead.version)
        return self._render(
            "outcome",
            lead=lead,
            name=lead_view.name_of(lead),
            person=self._policy.person_name(view.person),
            time_left=lead_view.time_left(lead, now, self._zone),
            recorded=self._recorded(lead, now) if lead.last_outcome else None,
            warning=lead_view.bounce_hint(lead) if lead.is_open else "",
            contacts=lead_view.contact_points(lead, view.do_not_call, is_answered=answered),
            call_warning="" if answered else view.do_not_call,
            call_reasons=formatting.CALL_REASONS,
            glance=formatting.shortened(lead.inquiry.message, AT_A_GLANCE),
            message=formatting.shortened(lead.inquiry.message, LONGEST_MESSAGE),
            facts=(*lead_view.facts(self._policy, lead), *self._progress(view)),
            extras=lead_view.extras(lead),
            files=tuple(f"{file.name} ({size_in_words(file.size)})" for file in files_of(view)),
            outcomes=tuple(self._policy.outcomes.values()),
            problems=_by_field(problem) if isinstance(problem, InvalidInquiry) else {},
            stale=formatting.sentence(str(problem)) if isinstance(problem, StaleSubmission) else "",
            typed=typed if isinstance(typed, OutcomeForm) else _refilled(undone, lead.version),
            undone=bool(undone) and not problem,
            moving=moving,
            timed=", ".join(rule.label for rule in self._policy.outcomes.values() if rule.needs_time),
            clock=lead_view.clock_of(local_time_of(self._zone, lead.inquiry, now), now),
            pools=tuple((pool, formatting.title(pool)) for pool in pools_open_to(self._policy, lead)),
            ways_to_speak=formatting.SPOKE_BY,
            opened=opened(self._policy, now),
            brief=brief_of(self._policy, lead, view.history, now) if lead.is_open and view.history else (),
            timeline=timeline(self._policy, view.history),
            unreadable=formatting.entries(len(unreadable_in(view.history))),
            is_cut=view.before is not None,
        )

    def queue(self, queue: MyQueue, now: datetime, typed: AddForm, problem: InvalidInquiry | None = None) -> str:
        """Return the page of a person's queue, best lead first.

        The form `typed` adds a lead.
        """
        return self._render(
            "queue",
            person=self._policy.person_name(queue.person),
            count=formatting.counted(len(queue.rows) + queue.left_out, "open lead"),
            rows=tuple(lead_view.queued(row, now, self._zone) for row in queue.rows),
            left_out=queue.left_out,
            unreadable=formatting.entries(queue.unreadable),
            quick=self._quick(),
            quick_rows=QUICK_ROWS,
            channels=CHANNELS,
            opened=opened(self._policy, now),
            typed=typed,
            problems=_by_field(problem) if problem else {},
        )

    def _quick(self) -> Sequence[OutcomeRule]:
        """Return the outcomes that need only a choice.

        The lead stays open, and nothing has to be typed.
        """
        plain = (
            r for r in self._policy.outcomes.values() if not (r.closes or r.needs_reason or r.needs_time or r.asset)
        )
        return tuple(plain)[:QUICK_OUTCOMES]

    def added(self, added: QuickAddResult) -> str:
        """Return the page after a lead was added by hand."""
        return self._render(
            "added",
            person=self._policy.person_name(added.person),
            name=formatting.one_line(added.name, lead_view.LONGEST_NAME),
            status=added.status,
            mine=added.mine if added.status == "created" else added.owner_id == added.person,
            owner=self._policy.person_name(added.owner_id) if added.owner_id else "",
        )

    def over(self, error: LinkExpired, note: str = "") -> str:
        """Return the page of an expired link.

        It returns a note that was typed.
        """
        return self._notice("This link is no longer open", str(error), note)

    def forged(self) -> str:
        """Return the page of a forged or damaged link."""
        return self._notice(
            "This link does not work",
            "Your mail program may have cut it short. Open it from the message again, or copy all of it.",
        )

    def missing(self) -> str:
        """Return the page for a lead that no longer exists."""
        return self._notice("Nothing to see here", "What this link opened no longer exists.")

    def malformed(self, reason: str) -> str:
        """Return the page of a submission unlike our forms."""
        return self._notice(
            "We could not read that", f"Nothing was recorded: {reason}. Open the link again and use its form."
        )

    def busy(self, note: str = "") -> str:
        """Return the page for a lead that kept changing.

        Nothing was recorded.
        """
        return self._notice(
            "Please try again", "Others were changing this lead at the same time. Nothing was recorded.", note
        )

    def _notice(self, title: str, detail: str, note: str = "") -> str:
        return self._render("notice", title=title, detail=detail, note=note)

    def _render(self, page: str, **context: Any) -> str:
        return render(f"pages/{page}.html", {"company": self._policy.company, "style": page_headers.style(), **context})

    def _recorded(self, lead: Lead, now: datetime) -> RecordedOutcomeText:
        last = lead.last_outcome
        assert last is not None, "only called for a lead that has one"
        return RecordedOutcomeText(
            text=f"{self._label(last)}, {self._when(last.at, now)}{self._claim(last, now)}",
            following=self._following(lead, now),
            version=last.version,
            can_undo=lead.version == last.version and now <= last.at + self._policy.undo_within,
        )

    def _label(self, last: RecordedOutcome) -> str:
        rule = self._policy.outcomes.get(last.outcome)
        return rule.label if rule else formatting.title(last.outcome)

    def _claim(self, last: RecordedOutcome, now: datetime) -> str:
        return f" (reported for {self._when(last.claimed_at, now)})" if last.claimed_at else ""

    def _when(self, at: datetime, now: datetime) -> str:
        local = at.astimezone(self._zone)
        is_today = local.date() == now.astimezone(self._zone).date()
        return f"{local:%H:%M}" if is_today else formatting.moment(at, self._zone)

    def _following(self, lead: Lead, now: datetime) -> str:
        if not lead.is_open:
            uncontacted = " It was closed without a contact." if lead.first_contact_at is None else ""
            return f"The lead is closed as {lead.stage}. No more reminders.{uncontacted}"
        if lead.next_action is None:
            return ""
        due, theirs = lead.next_action.due_at, local_time_of(self._zone, lead.inquiry, now).zone
        when = formatting.moment(due, self._zone)
        if lead.next_action.agreed and formatting.moment(due, theirs) != when:
            when += f" ({formatting.moment(due, theirs)}, {formatting.zone_name(theirs)})"
        return f"Next: {lead.next_action.what} by {when}.{self._still_owed(lead, now)}"

    def _still_owed(self, lead: Lead, now: datetime) -> str:
        """Return that the first answer is still owed, else empty.

        An attempt is not a contact.
        """
        clock = lead.clock(FIRST_RESPONSE)
        if clock is None or lead.first_contact_at is not None:
            return ""
        due = formatting.moment(clock.deadline, self._zone)
        verb = "is still" if now <= clock.deadline else "was"
        return f" This is not a contact: the first answer {verb} due {due}."

    def _progress(self, view: LeadView) -> Sequence[lead_view.Row]:
        lead = view.lead
        rows = (
            ("Stage", formatting.title(lead.stage)),
            ("Owner", self._policy.person_name(lead.owner_id) if lead.owner_id != view.person else ""),
            ("Handed over to", formatting.title(lead.handover.pool) if lead.handover else ""),
            ("First contact", self._first_contact(lead)),
            ("Why lost", formatting.one_line(lead.lost_reason, 300)),
            ("Notes", formatting.shortened(lead.status_notes, 1_000)),
        )
        return [row for row in rows if row[1]]

    def _first_contact(self, lead: Lead) -> str:
        at, deadline = lead.first_contact_at, lead.promise.deadline
        if at is None:
            return "" if lead.is_open else "None recorded"
        verdict = "in time" if at <= deadline else f"{formatting.duration(at - deadline)} late"
        return f"{formatting.moment(at, self._zone)}, {verdict}"


def undone_outcome(history: Sequence[Event]) -> Event | None:
    """Return the outcome that was just undone, if any.

    Nothing has happened since.
    """
    events = sorted(history, key=lambda e: (e.version, e.at, e.id))
    if not events or events[-1].kind is not EventKind.OUTCOME_UNDONE:
        return None
    return next((e for e in reversed(events) if e.kind is EventKind.OUTCOME_RECORDED), None)


def _refilled(undone: Event | None, version: int) -> OutcomeForm:
    """Return the form of the undone outcome, else empty."""
    data = undone.data if undone else {}
    words = {name: str(data.get(name) or "") for name in ("outcome", "note", "reason", "spoke_by")}
    return OutcomeForm(submission=version, **words)


def opened(policy: Policy, now: datetime) -> str:
    """Return the form's token of when its page was made.

    It is empty where the policy has no least reading time.
    """
    return format_timestamp(now) if policy.least_reading_time else ""


def _by_field(error: InvalidInquiry) -> dict[str, str]:
    return {p.field: formatting.sentence(p.detail) for p in error.problems}

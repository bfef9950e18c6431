"""Let programs with a key read leads and report outcomes."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from leadtight.app.outcomes.recording import MOST_EVENTS, LeadView, OutcomeForm, OutcomeRecorder
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.contact_points import TimezoneResolver
from leadtight.app.ports.guards import Guard
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.change import Change
from leadtight.domain.compliance.send_permission import Windows
from leadtight.domain.model.errors import InvalidInquiry, LeadClosed, Problem, StaleSubmission
from leadtight.domain.ownership.handover import ReceivingPool
from leadtight.domain.policy.policy import Policy


class LeadApi:
    """Leads for the holders of API keys.

    The caller has checked the key.
    """

    def __init__(
        self, policy: Policy, store: LeadStore, alarms: Alarms, zone_of: TimezoneResolver, windows: Windows
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._recording = OutcomeRecorder(policy, store, alarms, zone_of, windows)

    def find(self, lead_id: str, cursor: str | None = None) -> LeadView:
        """Return a lead with a page of its history.

        It is the latest page, or the one before the `cursor`. Raises NotFound.
        """
        lead, _ = self._recording.fetch(lead_id, None)
        page = self._store.history_page(lead_id, MOST_EVENTS, cursor)
        return LeadView(lead=lead, person="", history=page.events, before=page.before)

    def report(self, lead_id: str, by: str, form: OutcomeForm, guard: Guard | None, now: datetime) -> LeadView:
        """Record an outcome for the person `by`.

        It counts as if that person had recorded it on the lead's page. A `guard` makes the report count once, whatever
        has happened to the lead since. A form without `submission` is about the lead as it is now. Raises
        InvalidInquiry as the rules do, and when `by` is not in the policy or the guard was taken for another report;
        StaleSubmission; LeadClosed; NotFound.
        """
        if by not in self._policy.people:
            raise InvalidInquiry([Problem("by", f"unknown person {by!r}")])
        read = self._recording.reading(lead_id, form.outcome, by)
        try:
            return self._recording.change(read, partial(self._reported, form, now), now, guard)
        except (InvalidInquiry, StaleSubmission, LeadClosed):
            taken = self._store.taken_by(guard, now) if guard else None
            if taken is None or guard is None or taken.fingerprint != guard.fingerprint:
                raise
            return read()[0]

    def _reported(self, form: OutcomeForm, now: datetime, view: LeadView, receiving: ReceivingPool) -> Change | None:
        lead = view.lead
        change = self._recording.outcome(
            replace(form, submission=form.submission or lead.version), now, view, receiving
        )
        if change is not None and not lead.is_open and lead.excluded is None:
            raise LeadClosed(f"this lead is closed as {lead.stage}")
        return change

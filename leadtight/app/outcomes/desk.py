"""Let people see a lead, record and undo outcomes.

They come by signed links.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from leadtight.app.messaging.links import Links
from leadtight.app.outcomes.recording import MOST_EVENTS, LeadView, OutcomeForm, OutcomeRecorder, files_of
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.compliance import DncLists
from leadtight.app.ports.contact_points import TimezoneResolver
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.access.signed_links import Claims, LinkPurpose
from leadtight.domain.change import Change
from leadtight.domain.compliance.call_warning import answer_call_warning, call_warning
from leadtight.domain.compliance.send_permission import Windows
from leadtight.domain.model.errors import LinkExpired, NotFound
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.outcomes.undo import undo_outcome
from leadtight.domain.ownership.handover import ReceivingPool, hand_over
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.stand_ins import may_be_notified


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverForm:
    """A submitted hand-over: pool, reason, and the page's lead version."""

    pool: str
    submission: int
    reason: str = ""


class Desk:
    """The actions behind a signed link.

    Looking changes nothing.
    """

    def __init__(
        self,
        policy: Policy,
        store: LeadStore,
        alarms: Alarms,
        links: Links,
        zone_of: TimezoneResolver,
        call_lists: DncLists,
        windows: Windows,
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._links = links
        self._call_lists = call_lists
        self._recording = OutcomeRecorder(policy, store, alarms, zone_of, windows)

    def look(self, token: str, now: datetime) -> LeadView:
        """Return the lead behind an outcome link.

        Raises InvalidLink when the link is not ours, LinkExpired when it has expired or the lead has another
        owner, NotFound when the lead is gone.
        """
        return self._read(token, now)[0]

    def show(self, token: str, now: datetime) -> LeadView:
        """Return an outcome link's lead with its latest history.

        Raises what `look` raises.
        """
        view = self.look(token, now)
        page = self._store.history_page(view.lead.id, MOST_EVENTS)
        return replace(view, history=page.events, before=page.before, do_not_call=self._do_not_call(view.lead, now))

    def file(self, token: str, number: int, now: datetime) -> StoredFile:
        """Return a file of the lead by its page position.

        Raises what `look` raises, and NotFound.
        """
        files = files_of(self.show(token, now))
        if not 0 <= number < len(files):
            raise NotFound(f"there is no file {number}")
        return files[number]

    def record(self, token: str, form: OutcomeForm, now: datetime) -> LeadView:
        """Record an outcome and return the lead; idempotent.

        Raises InvalidInquiry and StaleSubmission as the rules do, besides what `look` raises.
        """
        read = partial(self._read, token, now, self._recording.leads_to(form.outcome))

        def decide(view: LeadView, receiving: ReceivingPool) -> Change | None:
            is_call = self._recording.is_call(form)
            warned = replace(view, do_not_call=self._do_not_call(view.lead, now)) if is_call else view
            return self._recording.outcome(form, now, warned, receiving)

        return self._recording.change(read, decide, now)

    def answer_call_warning(self, token: str, reason: str, now: datetime) -> LeadView:
        """Record why a person calls despite the warning (H2, H3).

        Nothing is recorded without a warning. Raises InvalidInquiry without a reason, besides what `look` raises.
        """
        return self._recording.change(
            partial(self._read, token, now),
            lambda view, _: answer_call_warning(
                view.lead, self._do_not_call(view.lead, now), reason, by=view.person, now=now
            ),
            now,
        )

    def hand_over(self, token: str, form: HandOverForm, now: datetime) -> LeadView:
        """Hand the lead over to another pool; idempotent.

        Returns the lead afterwards. Raises InvalidInquiry and StaleSubmission as the rules do, besides what `look`
        raises.
        """
        return self._recording.change(
            partial(self._read, token, now, form.pool),
            lambda view, receiving: hand_over(
                self._policy,
                view.lead,
                form.pool,
                receiving,
                by=view.person,
                submission=form.submission,
                now=now,
                reason=form.reason,
            ),
            now,
        )

    def undo(self, token: str, version: int, now: datetime) -> LeadView:
        """Undo the outcome recorded as `version`; idempotent."""
        return self._recording.change(
            partial(self._read, token, now),
            lambda view, _: undo_outcome(self._policy, view.lead, version=version, by=view.person, now=now),
            now,
        )

    def report_path(self, token: str, now: datetime) -> str:
        """Return the path of a report link's report."""
        return self._links.open(token, LinkPurpose.REPORT, now).subject

    def _do_not_call(self, lead: Lead, now: datetime) -> str:
        """Return why not to call the lead now (H2, H3).

        It is empty when the lead may be called.
        """
        if not lead.inquiry.phone or not lead.is_open:
            return ""
        standing = self._call_lists.standing(person_key(lead.inquiry.phone))
        required, windows = self._policy.messaging.do_not_call_lists, self._recording.windows(lead)
        return call_warning(standing, required, windows, self._policy.company.zone, now)

    def _read(self, token: str, now: datetime, pool_id: str | None = None) -> tuple[LeadView, ReceivingPool]:
        """Return an outcome link's lead and the receiving pool."""
        claims = self._links.open(token, LinkPurpose.OUTCOME, now)
        lead, receiving = self._recording.fetch(claims.subject, pool_id)
        self._check_still_theirs(claims, lead)
        return LeadView(lead=lead, person=claims.person), receiving

    def _check_still_theirs(self, claims: Claims, lead: Lead) -> None:
        is_owner = claims.person == lead.owner_id and claims.generation == lead.generation
        if not is_owner and not may_be_notified(self._policy, claims.person, lead.owner_id):
            owner, last = self._policy.person_name(lead.owner_id), lead.last_outcome
            theirs = last is not None and last.by == claims.person
            more = "What you recorded is kept" if theirs else "Tell them if you have spoken to the person"
            raise LinkExpired(f"This lead is now with {owner}. {more}.")

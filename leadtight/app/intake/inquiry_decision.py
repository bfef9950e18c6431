"""Decide whether a submission changes a lead or makes one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leadtight.app.intake.inquiry_parser import OLDEST_RECEIVED
from leadtight.domain.compliance.opt_out import OptOutRequest, opt_out_by_keyword, record_unknown_opt_out
from leadtight.domain.intake import arrival
from leadtight.domain.intake.merging import find_mergeable_lead, latest, merge, prior_leads
from leadtight.domain.model.errors import Problem, UnprovedSender
from leadtight.domain.policy.trust import NAMES_OWNERS, Provenance, Sender, Submitter

if TYPE_CHECKING:  # for annotations: most inquiries need none of them
    from collections.abc import Callable, Mapping

    from leadtight.app.compliance.opt_out import OptOut
    from leadtight.app.intake.inquiry_parser import ParsedInquiry
    from leadtight.app.intake.submission import Submission
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.leads import LeadStore
    from leadtight.domain.change import Change
    from leadtight.domain.intake.historical import HistoricalLead
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.model.lead import Lead
    from leadtight.domain.model.message import Channel
    from leadtight.domain.policy.policy import Policy

LATE = timedelta(minutes=5)
"""Age from which a submission counts as late.

Then its lead's history tells what began since.
"""


class InquiryDecision:
    """Decides on submissions, from the leads that they may concern."""

    def __init__(self, policy: Policy, store: LeadStore, new_id: NewId, opt_outs: Callable[[], OptOut]) -> None:
        """Take the policy, the ports and, lazily, the opt-outs."""
        self._policy = policy
        self._store = store
        self._new_id = new_id
        self._opt_outs = opt_outs

    def change(
        self, submission: Submission, reading: ParsedInquiry, known_ids: frozenset[str], now: datetime
    ) -> Change:
        """Return the change to a lead, or a new lead."""
        answered = self._store.load(submission.lead_id) if submission.lead_id else None
        candidates = [*self._store.load_all(sorted(known_ids))]
        left = opt_out_request(submission, reading)
        is_chat = submission.conversation and (submission.caller is not Submitter.MAIL or left != OptOutRequest())
        leads = self.leads_of_sender(reading.inquiry, candidates, is_chat=is_chat)
        if submission.past:
            return self._record(submission, submission.past, reading, leads, now)
        theirs = leads if answered is None or answered in leads else [*leads, answered]
        is_unproved = submission.sender is Sender.UNPROVED
        if is_unproved and not submission.by_reply_address:
            return self._change_of_unproved_sender(submission, reading, answered, leads, left, now)
        joinable = [lead for lead in leads if lead.sender_unproved is is_unproved]
        joined = answered if answered and answered.is_open else find_mergeable_lead(self._policy, joinable, now)
        if left.nothing_else or (left.is_request_only and not joined):
            return self._opt_out(submission, reading, left.channels, joined or answered or latest(joinable), now)
        joined = joined or self._reopened(submission, answered or latest(joinable), now)
        if joined:
            return self._merge(joined, submission, reading, left, now)
        return self._new_lead(submission, reading, theirs, left, now, is_answer=answered is not None)

    def _merge(
        self, lead: Lead, submission: Submission, reading: ParsedInquiry, left: OptOutRequest, now: datetime
    ) -> Change:
        return merge(
            self._policy,
            lead,
            reading.inquiry,
            source=submission.source,
            form=submission.form,
            acknowledged=reading.acknowledged and not submission.conversation,
            opted_out=left.channels,
            now=now,
            own_words=submission.own_words,
            consent_prompt=reading.asked,
            visitor=submission.visitor,
            booking=submission.booking,
            doubt=left.doubt,
            provenance=provenance_of(submission),
            cause=_cause(submission, now),
            keeps_sequence=self._keeps_sequence(lead, reading, now),
        )

    def leads_of_sender(self, inquiry: Inquiry, leads: list[Lead], *, is_chat: bool) -> list[Lead]:
        """Return the leads that are of an inquiry's sender."""
        if not leads:
            return leads
        from leadtight.app.intake.sender_leads import leads_of_sender  # lazy: most senders are new

        return leads_of_sender(self._store, inquiry, leads, is_chat=is_chat)

    def _change_of_unproved_sender(
        self,
        submission: Submission,
        reading: ParsedInquiry,
        answered: Lead | None,
        leads: list[Lead],
        left: OptOutRequest,
        now: datetime,
    ) -> Change:
        """Return the change by a mail with an unproved sender.

        A person decides what it is. An opt-out is shown at once to the owner of the lead that it would end, and pauses
        automatic messages there. In a thread it is noted. Anything else is a lead of its own, or joins that one. Raises
        UnprovedSender for an opt-out that no open lead could show.
        """
        is_thread = answered is not None and answered.is_open
        target = (
            answered
            if is_thread
            else find_mergeable_lead(self._policy, [x for x in leads if not x.sender_unproved], now)
        )
        own = find_mergeable_lead(self._policy, [x for x in leads if x.sender_unproved], now)
        if is_wish := bool(left.channels or left.doubt):
            target = target or own
        if target and (is_wish or is_thread):
            return self._merge(target, submission, reading, OptOutRequest(doubt=left.doubt), now)
        if left.channels:
            detail = "may be a wish to get no more messages, and its sender's address is not proved"
            raise UnprovedSender([Problem("email", detail)])
        if own:
            return self._merge(own, submission, reading, OptOutRequest(), now)
        return self._new_lead(submission, reading, [], OptOutRequest(), now, is_answer=answered is not None)

    def _keeps_sequence(self, lead: Lead, reading: ParsedInquiry, now: datetime) -> bool:
        """Return whether a lead's sequence began after a late submission.

        A redriven queue brings such submissions.
        """
        is_late = lead.enrolment is not None and now - reading.said_at > LATE
        return is_late and self._opt_outs().has_begun_since(lead, reading.said_at)

    def _reopened(self, submission: Submission, closed: Lead | None, now: datetime) -> Lead | None:
        """Return a closed lead that an answer reopens, if any."""
        if closed is None or submission.is_import:
            return None
        from leadtight.domain.promises.reopening import (
            is_reopened_by_answers,  # lazy: few inquiries find a closed lead
        )

        return closed if is_reopened_by_answers(self._policy, closed, now) else None

    def _opt_out(
        self,
        submission: Submission,
        reading: ParsedInquiry,
        channels: tuple[Channel, ...],
        lead: Lead | None,
        now: datetime,
    ) -> Change:
        """Return the change by an opt-out keyword.

        It is not an inquiry, and is not answered.
        """
        if lead:
            is_kept = self._keeps_sequence(lead, reading, now)
            provenance = provenance_of(submission)
            return opt_out_by_keyword(
                lead, channels, reading.inquiry, submission.source, now, keeps_sequence=is_kept, provenance=provenance
            )
        return record_unknown_opt_out(
            self._policy, channels, reading.inquiry, lead_id=self._new_id(), source=submission.source, now=now
        )

    def _record(
        self, submission: Submission, past: HistoricalLead, reading: ParsedInquiry, leads: list[Lead], now: datetime
    ) -> Change:
        from leadtight.domain.intake.historical import record_historical  # lazy: only imports have past leads

        return record_historical(
            self._policy,
            reading.inquiry,
            past,
            lead_id=self._new_id(),
            source=submission.source,
            received_at=reading.received_at,
            now=now,
            known_owner_id=reading.known_owner_id,
            earlier_lead_ids=prior_leads(leads).lead_ids,
        )

    def _new_lead(
        self,
        submission: Submission,
        reading: ParsedInquiry,
        leads: list[Lead],
        left: OptOutRequest,
        now: datetime,
        *,
        is_answer: bool,
    ) -> Change:
        """Return a new lead.

        An old one, as from a file, is due from now on and gets no late reply. Nor does one in the thread of a closed
        lead: two machines would go on answering each other.
        """
        prior, is_late = prior_leads(leads), now - reading.received_at > OLDEST_RECEIVED
        return arrival.receive(
            self._policy,
            reading.inquiry,
            lead_id=self._new_id(),
            source=submission.source,
            form=submission.form,
            received_at=reading.received_at,
            now=now,
            known_owner_id=reading.known_owner_id or prior.owner_id,
            claimed_by=reading.known_owner_id if submission.caller in NAMES_OWNERS else None,
            acknowledged=reading.acknowledged and not is_answer,
            promised_from=now if is_late else None,
            earlier_lead_ids=prior.lead_ids,
            consent_prompt=reading.asked,
            visitor=submission.visitor,
            opted_out=left.channels,
            doubt=left.doubt,
            own_words=submission.own_words,
            provenance=provenance_of(submission),
            cause=_cause(submission, now),
        )


def _cause(submission: Submission, now: datetime) -> Mapping[str, str]:
    if submission.door is None:
        return {}
    from leadtight.domain.intake.rate_limits import reply_limit_keys

    return reply_limit_keys(submission.door, submission.source, now)


def opt_out_request(submission: Submission, reading: ParsedInquiry) -> OptOutRequest:
    """Return what a submission asks to end, if anything."""
    if submission.answers_by is None:
        return OptOutRequest()
    if submission.ends:
        return OptOutRequest(channels=(submission.answers_by,), nothing_else=True)
    from leadtight.domain.compliance.opt_out_detection import (
        detect_opt_out,  # lazy: forms and the API have no opt-out keywords
    )

    words = reading.inquiry.message if submission.own_words is None else submission.own_words
    return detect_opt_out(words, submission.answers_by)


def provenance_of(submission: Submission) -> Provenance:
    """Return how far a submission is believed."""
    return Provenance(
        caller=submission.caller,
        unbelieved=submission.unbelieved,
        sender=submission.sender,
        by_reply_address=submission.by_reply_address,
        verdicts=submission.verdicts,
    )

"""Receive a submission: validate, normalise, store, acknowledge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from leadtight.app.intake.claims import (
    IMPORTS_NAMESPACE,
    STRANGERS_NAMESPACE,
    believed,
    confirmed,
    namespace,
    phone_proof,
)
from leadtight.app.intake.inquiry_parser import OLDEST_RECEIVED, ParsedInquiry, read
from leadtight.app.intake.submission import Submission
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import LeadStore, NewerLeadExists
from leadtight.domain.compliance.opt_out import OptOutRequest, opt_out_by_keyword, record_unknown_opt_out
from leadtight.domain.intake import arrival
from leadtight.domain.intake.merging import find_mergeable_lead, latest, may_add_contacts, merge, prior_leads
from leadtight.domain.model.bounds import MOST_LEADS
from leadtight.domain.model.errors import (
    Conflict,
    InvalidInquiry,
    NothingToJoin,
    NotStorable,
    Problem,
    UnprovedSender,
    UnreadableRow,
)
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import lookup_keys, person_key, private_keys
from leadtight.domain.policy.trust import NAMES_OWNERS, Provenance, Sender, Submitter

if TYPE_CHECKING:  # for annotations: most inquiries need none of them
    from leadtight.app.compliance.opt_out import OptOut
    from leadtight.app.ports.alarms import Alarms
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.contact_points import Contacts
    from leadtight.domain.change import Change
    from leadtight.domain.intake.historical import HistoricalLead
    from leadtight.domain.intake.spam import RateLimitCounter
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.model.lead import Lead
    from leadtight.domain.model.message import Channel
    from leadtight.domain.policy.policy import Policy

KEY_KEPT = timedelta(days=30)
IMPORT_KEPT = timedelta(days=3650)
"""How long an imported row is recognised, for late re-imports."""

LATE = timedelta(minutes=5)
"""Age from which a submission counts as late.

Then its lead's history tells what began since.
"""

TRIES = 12

CROWD = 500
"""Leads from which a number counts as a placeholder.

Its item in the table must not grow without bound.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """The result of a submission: created, merged or a duplicate.

    `flags` name the fields that could not be read. A lead that is not `is_reachable` cannot be answered.
    """

    lead_id: str
    status: Literal["created", "merged", "duplicate"]
    flags: tuple[str, ...] = ()
    is_reachable: bool = True


class Intake:
    """Turns submissions into leads.

    A repeated delivery is one lead, and so is a person who writes twice.
    """

    def __init__(self, policy: Policy, store: LeadStore, contacts: Contacts, new_id: NewId, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._contacts = contacts
        self._new_id = new_id
        self._alarms = alarms

    @cached_property
    def _everywhere(self) -> OptOut:
        from leadtight.app.compliance.opt_out import OptOut  # lazy: few visitors opt out

        return OptOut(self._store, self._alarms)

    def receive(self, submission: Submission, now: datetime) -> IntakeResult:
        """Store a submission in one transaction, then accept it.

        A new lead is stored with its acknowledgement. An unknown person costs one call. A known person makes that call
        fail with their leads, which are read and joined, or referenced by a new lead, in a second transaction (A12).

        Raises InvalidInquiry when there is neither a name nor a contact point, when an idempotency key comes back with
        other content, or when it is nested too deeply to be kept; NotStorable when the table can never store it, or
        cannot read what it belongs to; TooManyPosts when one of its limits is reached; Conflict when other writers
        about this person won every race.
        """
        try:
            return self._receive(submission, now)
        except UnreadableRow as error:
            raise NotStorable([Problem("body", str(error))]) from error

    def _receive(self, submission: Submission, now: datetime) -> IntakeResult:
        submission, reading, guard = self._parse(submission, now)
        submission = self._resolve_addressee(submission, reading, now)
        known_ids = self._leads_at_unproved_address(submission, reading)
        for _ in range(TRIES):
            is_known = known_ids or not lookup_keys(reading.inquiry)  # otherwise it cannot have been received before
            if is_known and (former := self._taken_formerly(submission, guard, now)):
                return self._accept(
                    submission, self._change(submission, reading, known_ids, now), guard, former, reading, now
                )
            try:
                change = self._change(submission, reading, known_ids, now)
                keys = self._keys(submission, reading.inquiry, change, known_ids)
                answer = self._store_received(change, guard, keys, now, known_ids)
            except Conflict:
                continue
            except UnprovedSender:
                if taken := self._store.taken_by(guard, now):  # its lead showed it, and has been closed since
                    return IntakeResult(lead_id=taken.lead_id, status="duplicate")
                raise
            if isinstance(answer, NewerLeadExists):
                known_ids |= answer.lead_ids
                continue
            if again := self._retry_with(submission, reading, guard, answer, now):
                reading, guard = again
                continue
            assert not isinstance(answer, Full), "it was refused above"
            return self._accept(submission, change, guard, answer, reading, now)
        raise Conflict(f"lost {TRIES} races for the leads of one person")

    def _retry_with(
        self,
        submission: Submission,
        reading: ParsedInquiry,
        guard: Guard,
        answer: AlreadyTaken | Full | None,
        now: datetime,
    ) -> tuple[ParsedInquiry, Guard] | None:
        """Return the inquiry and guard for another try, if any.

        Raises TooManyPosts when one of its limits is reached.
        """
        if isinstance(answer, AlreadyTaken) and submission.is_import and self._is_of_another(answer, reading.inquiry):
            return reading, replace(guard, source=f"{IMPORTS_NAMESPACE}{submission.source}")
        if not isinstance(answer, Full):
            return None
        answers = {count.key for count in submission.answer_counts}
        if answer.key in answers:
            others = tuple(count for count in guard.counts if count.key not in answers)
            return replace(reading, acknowledged=False), replace(guard, counts=others)
        from leadtight.app.intake.over_limit import guard_beyond_limit  # lazy: limits are rarely reached

        return reading, guard_beyond_limit(submission, reading, guard, answer, now)

    def _accept(
        self,
        submission: Submission,
        change: Change,
        guard: Guard,
        taken: AlreadyTaken | None,
        reading: ParsedInquiry,
        now: datetime,
    ) -> IntakeResult:
        """Do what follows from the stored change; return the answer."""
        if taken is None:
            self._arm(change, now)
            if (
                change.before
                and _provenance(submission).is_unproved
                and _opt_out_request(submission, reading) != OptOutRequest()
            ):
                self._everywhere.pause_elsewhere(self._policy, change.after, reading.inquiry.message, now)
        if change.opt_outs:
            said_at = (
                self._said_at(taken.lead_id, reading) if taken else reading.said_at
            )  # more sequences may have begun since
            self._everywhere.elsewhere(change.after, change.after.opted_out, now, said_at)
        accepted = _answer(change, guard, taken)
        return replace(accepted, flags=reading.inquiry.flags, is_reachable=change.after.inquiry.is_reachable)

    def _taken_formerly(self, submission: Submission, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Return who took a stranger's key before namespaces existed.

        Only the same content counts. A redelivery after the deploy that brought namespaces must not become a second
        lead.
        """
        if not (submission.key and guard.source.startswith(STRANGERS_NAMESPACE)):
            return None
        former = self._store.taken_by(replace(guard, source=guard.source.removeprefix(STRANGERS_NAMESPACE)), now)
        return former if former and former.fingerprint == guard.fingerprint else None

    def _is_of_another(self, taken: AlreadyTaken, inquiry: Inquiry) -> bool:
        """Return whether another sender's content took an imported row's key.

        A lead that has forgotten its person was the row's own.
        """
        if taken.fingerprint.startswith(IMPORTS_NAMESPACE):
            return False
        lead = self._store.load(taken.lead_id)
        theirs = set(lookup_keys(lead.inquiry)) if lead else set[str]()
        return bool(theirs) and theirs.isdisjoint(lookup_keys(inquiry))

    def _said_at(self, lead_id: str, reading: ParsedInquiry) -> datetime:
        """Return when a repeated opt-out was first received or written."""
        from leadtight.app.views.history import newest_first  # lazy: few opt-outs are repeated

        words = reading.inquiry.message
        events = (event for event in newest_first(self._store, lead_id) if event.kind is EventKind.LEAD_OPTED_OUT)
        latest_said = next((event.at for event in events if event.data.get("words") == words), None)
        return min(reading.said_at, latest_said) if latest_said else reading.said_at

    def _resolve_addressee(self, submission: Submission, reading: ParsedInquiry, now: datetime) -> Submission:
        """Return a submission that only joins with its open lead.

        Raises NothingToJoin.
        """
        if not submission.joins_only:
            return submission
        keys = lookup_keys(reading.inquiry)
        if former := submission.formerly:
            keys = (person_key((self._contacts.phone(former, "") if former.startswith("+") else None) or former),)
        leads = self._store.load_all(self._recent_ids(keys))
        theirs = leads if submission.formerly else self._leads_of_sender(reading.inquiry, [*leads], is_chat=True)
        lead = find_mergeable_lead(self._policy, theirs, now)
        if lead is None:
            raise NothingToJoin([Problem("body", "not an inquiry, and its sender has no open lead")])
        return replace(submission, lead_id=lead.id)

    def _parse(self, submission: Submission, now: datetime) -> tuple[Submission, ParsedInquiry, Guard]:
        try:
            submission = believed(self._policy, replace(submission, fingerprint=_fingerprint(submission)))
            reading = read(submission.body, self._contacts, self._policy, now, any_time=submission.is_import)
            reading = replace(reading, inquiry=confirmed(self._policy, submission, reading.inquiry))
            proof = phone_proof(submission) if reading.inquiry.phone else ""
            if submission.files or proof:
                inquiry = replace(reading.inquiry, files=submission.files, phone_proof=proof)
                reading = replace(reading, inquiry=inquiry)
            counts = submission.answer_counts if reading.acknowledged else ()
            counts = (*submission.counts, *_door_counts(submission, now), *counts)
            guard = self._guard(replace(submission, counts=counts), now)
        except RecursionError as error:
            raise InvalidInquiry([Problem("body", "is nested too deeply")]) from error
        if submission.sender is Sender.RELAYED and _opt_out_request(submission, reading) != OptOutRequest():
            submission = replace(submission, sender=Sender.UNPROVED)  # a form's owner cannot opt out its visitor
        return submission, reading, guard

    def _change(
        self, submission: Submission, reading: ParsedInquiry, known_ids: frozenset[str], now: datetime
    ) -> Change:
        """Return the change to a lead, or a new lead."""
        answered = self._store.load(submission.lead_id) if submission.lead_id else None
        candidates = [*self._store.load_all(sorted(known_ids))]
        left = _opt_out_request(submission, reading)
        is_chat = submission.conversation and (submission.caller is not Submitter.MAIL or left != OptOutRequest())
        leads = self._leads_of_sender(reading.inquiry, candidates, is_chat=is_chat)
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
            provenance=_provenance(submission),
            cause=_cause(submission, now),
            keeps_sequence=self._keeps_sequence(lead, reading, now),
        )

    def _leads_at_unproved_address(self, submission: Submission, reading: ParsedInquiry) -> frozenset[str]:
        """Return the leads at the address of an unproved sender.

        Their own lead is never the latest one there.
        """
        if submission.sender is not Sender.UNPROVED:
            return frozenset()
        return frozenset(self._recent_ids(lookup_keys(reading.inquiry)))

    def _recent_ids(self, person_keys: Iterable[str]) -> tuple[str, ...]:
        from leadtight.app.intake.sender_leads import recent_ids  # lazy, as below

        return recent_ids(self._store, person_keys)

    def _leads_of_sender(self, inquiry: Inquiry, leads: list[Lead], *, is_chat: bool) -> list[Lead]:
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
        return is_late and self._everywhere.has_begun_since(lead, reading.said_at)

    def _reopened(self, submission: Submission, closed: Lead | None, now: datetime) -> Lead | None:
        """Return a closed lead that an answer reopens, if any."""
        if closed is None or submission.is_import:
            return None
        from leadtight.domain.promises.reopening import (
            is_reopened_by_answers,  # lazy: few inquiries find a closed lead
        )

        return closed if is_reopened_by_answers(self._policy, closed, now) else None

    def _keys(
        self, submission: Submission, inquiry: Inquiry, change: Change, known_ids: frozenset[str]
    ) -> tuple[str, ...]:
        """Return the person keys that lead to the stored lead.

        A number that a crowd has named no longer identifies a person. Raises NotStorable for a person with as many
        leads as are kept of one person.
        """
        if change.before and submission.sender is Sender.UNPROVED and not change.before.sender_unproved:
            return ()  # an unproved address must not lead to a lead
        if change.before and not may_add_contacts(change.before.inquiry, inquiry, _provenance(submission)):
            theirs = set(lookup_keys(change.before.inquiry))
            return tuple(key for key in lookup_keys(inquiry) if key in theirs)
        keys = lookup_keys(inquiry)
        if change.before is None and known_ids and len(self._store.leads_of(keys)) >= CROWD:
            keys = private_keys(inquiry)
            if len(self._store.leads_of(keys)) >= MOST_LEADS:
                raise NotStorable([Problem("body", f"its sender has {MOST_LEADS:,} leads already")])
        return keys

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
            provenance = _provenance(submission)
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
            provenance=_provenance(submission),
            cause=_cause(submission, now),
        )

    def _store_received(
        self, change: Change, guard: Guard, keys: tuple[str, ...], now: datetime, known_ids: frozenset[str]
    ) -> AlreadyTaken | Full | NewerLeadExists | None:
        if change.before is None:
            return self._store.create(change, guard, keys, now, known_ids)
        return self._store.merge(change, guard, keys, now)

    def _arm(self, change: Change, now: datetime) -> None:
        """Arm a lead again after an inquiry has joined it.

        A new lead is armed when it gets its owner.
        """
        if change.before and change.before.owner_id:
            self._alarms.arm(change.after, now)

    def _guard(self, submission: Submission, now: datetime) -> Guard:
        fingerprint = _fingerprint(submission)
        kept = KEY_KEPT if submission.key else self._policy.repeat_window
        if submission.is_import:
            fingerprint, kept = f"{IMPORTS_NAMESPACE}{submission.key}", IMPORT_KEPT
        return Guard(
            source=namespace(self._policy, submission),
            key=submission.key or f"content:{fingerprint}",
            fingerprint=fingerprint,
            expires_at=now + kept,
            counts=submission.counts,
        )


def _cause(submission: Submission, now: datetime) -> Mapping[str, str]:
    if submission.door is None:
        return {}
    from leadtight.domain.intake.rate_limits import reply_limit_keys

    return reply_limit_keys(submission.door, submission.source, now)


def _door_counts(submission: Submission, now: datetime) -> Iterable[RateLimitCounter]:
    if submission.door is None:
        return ()
    from leadtight.domain.intake.rate_limits import counts  # lazy: only form and API posts are counted

    return counts(submission.door, now)


def _opt_out_request(submission: Submission, reading: ParsedInquiry) -> OptOutRequest:
    if submission.answers_by is None:
        return OptOutRequest()
    if submission.ends:
        return OptOutRequest(channels=(submission.answers_by,), nothing_else=True)
    from leadtight.domain.compliance.opt_out_detection import (
        detect_opt_out,  # lazy: forms and the API have no opt-out keywords
    )

    words = reading.inquiry.message if submission.own_words is None else submission.own_words
    return detect_opt_out(words, submission.answers_by)


def _answer(change: Change, guard: Guard, taken: AlreadyTaken | None) -> IntakeResult:
    """Return the result of a delivery.

    Raises InvalidInquiry when its key was used before with other content.
    """
    if taken is None:
        return IntakeResult(lead_id=change.after.id, status="merged" if change.before else "created")
    if guard.fingerprint not in (taken.fingerprint, f"import:{guard.key}"):
        raise InvalidInquiry([Problem("Idempotency-Key", "this key was used before with other content")])
    return IntakeResult(lead_id=taken.lead_id, status="duplicate")


def _provenance(submission: Submission) -> Provenance:
    return Provenance(
        caller=submission.caller,
        unbelieved=submission.unbelieved,
        sender=submission.sender,
        by_reply_address=submission.by_reply_address,
        verdicts=submission.verdicts,
    )


def _fingerprint(submission: Submission) -> str:
    if submission.fingerprint:
        return submission.fingerprint
    canonical = json.dumps(submission.body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{submission.source}\n{submission.form}\n{canonical}".encode("utf-8", "replace")).hexdigest()

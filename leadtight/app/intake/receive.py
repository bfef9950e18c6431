"""Receive a submission: validate, normalise, store, acknowledge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
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
from leadtight.app.intake.inquiry_decision import InquiryDecision, opt_out_request, provenance_of
from leadtight.app.intake.inquiry_parser import ParsedInquiry, read
from leadtight.app.intake.submission import Submission
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import LeadStore, NewerLeadExists
from leadtight.domain.compliance.opt_out import OptOutRequest
from leadtight.domain.intake.merging import find_mergeable_lead, may_add_contacts
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
from leadtight.domain.policy.trust import Sender

if TYPE_CHECKING:  # for annotations: most inquiries need none of them
    from leadtight.app.compliance.opt_out import OptOut
    from leadtight.app.ports.alarms import Alarms
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.contact_points import Contacts
    from leadtight.domain.change import Change
    from leadtight.domain.intake.spam import RateLimitCounter
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.policy.policy import Policy

KEY_KEPT = timedelta(days=30)
IMPORT_KEPT = timedelta(days=3650)
"""How long an imported row is recognised, for late re-imports."""

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
        self._alarms = alarms
        self._decision = InquiryDecision(policy, store, new_id, lambda: self._opt_outs)

    @cached_property
    def _opt_outs(self) -> OptOut:
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
                    submission, self._decision.change(submission, reading, known_ids, now), guard, former, reading, now
                )
            try:
                change = self._decision.change(submission, reading, known_ids, now)
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
                and provenance_of(submission).is_unproved
                and opt_out_request(submission, reading) != OptOutRequest()
            ):
                self._opt_outs.pause_elsewhere(self._policy, change.after, reading.inquiry.message, now)
        if change.opt_outs:
            said_at = (
                self._said_at(taken.lead_id, reading) if taken else reading.said_at
            )  # more sequences may have begun since
            self._opt_outs.elsewhere(change.after, change.after.opted_out, now, said_at)
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
        theirs = leads if former else self._decision.leads_of_sender(reading.inquiry, [*leads], is_chat=True)
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
        if submission.sender is Sender.RELAYED and opt_out_request(submission, reading) != OptOutRequest():
            submission = replace(submission, sender=Sender.UNPROVED)  # a form's owner cannot opt out its visitor
        return submission, reading, guard

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

    def _keys(
        self, submission: Submission, inquiry: Inquiry, change: Change, known_ids: frozenset[str]
    ) -> tuple[str, ...]:
        """Return the person keys that lead to the stored lead.

        A number that a crowd has named no longer identifies a person. Raises NotStorable for a person with as many
        leads as are kept of one person.
        """
        if change.before and submission.sender is Sender.UNPROVED and not change.before.sender_unproved:
            return ()  # an unproved address must not lead to a lead
        if change.before and not may_add_contacts(change.before.inquiry, inquiry, provenance_of(submission)):
            theirs = set(lookup_keys(change.before.inquiry))
            return tuple(key for key in lookup_keys(inquiry) if key in theirs)
        keys = lookup_keys(inquiry)
        if change.before is None and known_ids and len(self._store.leads_of(keys)) >= CROWD:
            keys = private_keys(inquiry)
            if len(self._store.leads_of(keys)) >= MOST_LEADS:
                raise NotStorable([Problem("body", f"its sender has {MOST_LEADS:,} leads already")])
        return keys

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


def _door_counts(submission: Submission, now: datetime) -> Iterable[RateLimitCounter]:
    if submission.door is None:
        return ()
    from leadtight.domain.intake.rate_limits import counts  # lazy: only form and API posts are counted

    return counts(submission.door, now)


def _answer(change: Change, guard: Guard, taken: AlreadyTaken | None) -> IntakeResult:
    """Return the result of a delivery.

    Raises InvalidInquiry when its key was used before with other content.
    """
    if taken is None:
        return IntakeResult(lead_id=change.after.id, status="merged" if change.before else "created")
    if guard.fingerprint not in (taken.fingerprint, f"import:{guard.key}"):
        raise InvalidInquiry([Problem("Idempotency-Key", "this key was used before with other content")])
    return IntakeResult(lead_id=taken.lead_id, status="duplicate")


def _fingerprint(submission: Submission) -> str:
    if submission.fingerprint:
        return submission.fingerprint
    canonical = json.dumps(submission.body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{submission.source}\n{submission.form}\n{canonical}".encode("utf-8", "replace")).hexdigest()

"""Settle each stored mail once (A2).

It becomes a lead, joins the lead it answers, is held, or is set aside. Automatic mail is set aside: it can be found,
and is never a lead, a contact or answered. In a known thread it is noted on the lead. Mail that the receiving server
suspects, or that cannot be read, waits for a person.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from leadtight.app.commit import retry_on_conflict
from leadtight.app.intake.deliveries import Deliveries, PendingDelivery, SettledItem, held_guard
from leadtight.app.intake.own_addresses import OwnAddresses
from leadtight.app.intake.receive import KEY_KEPT
from leadtight.app.intake.sent_mails import SentMails
from leadtight.app.intake.submission import Submission
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.files import MailFiles, ReadMail
from leadtight.app.ports.guards import Guard
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.compliance.opt_out_detection import detect_opt_out
from leadtight.domain.intake.auto_reply import allows_answer, answered_person, auto_reply_reason
from leadtight.domain.intake.email_limits import alike_counts, answer_counts
from leadtight.domain.intake.inbound_email import (
    InboundEmail,
    Invitation,
    Participant,
    ReportKind,
    Suspicion,
    content_hash,
)
from leadtight.domain.intake.merging import record_auto_reply
from leadtight.domain.intake.noreply_addresses import is_noreply_address
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import InvalidInquiry, NotFound, Problem
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel
from leadtight.domain.outcomes.booking import Booking
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Mailbox
from leadtight.domain.policy.trust import Sender, Submitter

CHANNEL = "email"
BY_RULE = "system:mail"
LONGEST_NOTE = 2_000
_OF_CALENDARS = frozenset({"auto-submitted", "x-auto-response-suppress", "return-path"})
_SUSPECTED = {Suspicion.SPAM: Reason.SPAM, Suspicion.VIRUS: Reason.UNSAFE}


class Mails:
    """Settles stored mails; idempotent."""

    def __init__(
        self,
        policy: Policy,
        files: MailFiles,
        read: ReadMail,
        deliveries: Deliveries,
        store: LeadStore,
        alarms: Alarms,
        sent_mails: SentMails,
        report: Callable[[DeliveryReport, datetime], bool],
    ) -> None:
        """Take the policy, the ports and our sent mails.

        `report` records a delivery report on one of our mails.
        """
        self._policy = policy
        self._files = files
        self._read = read
        self._deliveries = deliveries
        self._store = store
        self._alarms = alarms
        self._sent_mails = sent_mails
        self._report = report
        self._own = OwnAddresses(policy)

    def take(self, file: str, now: datetime) -> SettledItem:
        """Settle one mail.

        Raises NotFound when it is gone, Conflict when others wrote at once for too long: let the queue ask again.
        """
        try:
            email, stored_at = self._open(file)
        except InvalidInquiry as error:
            return self._hold(file, Reason.UNREADABLE, str(error), now)
        if email.suspicion:
            detail = f"the receiving server suspects {email.suspicion}"
            return self._hold(file, _SUSPECTED[email.suspicion], detail, now, email=email)
        return self._settle(file, email, stored_at, now)

    def hold_unread(self, file: str, detail: str, now: datetime) -> SettledItem:
        """Hold a mail that takes too long to read."""
        return self._hold(file, Reason.UNREADABLE, detail, now)

    def reread(self, delivery: QuarantinedDelivery) -> list[Submission]:
        """Return a held mail as a released submission.

        Raises InvalidInquiry, also when the mail is gone: values that a person types still make it a lead.
        """
        try:
            email, stored_at = self._open(delivery.file)
        except NotFound as error:
            raise InvalidInquiry([Problem("body", "its mail is no longer stored; it expired or was erased")]) from error
        mailbox = self._own.mailbox(email)
        item = self._submission(
            delivery.file, email, mailbox, self._sent_mails.thread(email), stored_at, may_be_answered=False
        )
        return [replace(item, sender=Sender.PROVED)]  # by the person who released it

    def _open(self, file: str) -> tuple[InboundEmail, datetime]:
        stored = self._files.fetch(file)
        if stored is None:
            raise NotFound(file)
        return self._of_a_person(self._read(file, stored)), stored.stored_at

    def _of_a_person(self, email: InboundEmail) -> InboundEmail:
        """Return a mail sent for a person as that person's.

        A program or our own domain sent it, and it names the person to answer.
        """
        if (guest := self._guest(email)) is not None:
            return replace(email, sender=guest.address, sender_name=guest.name)
        if self._own.share_domain(email.sender) and email.reply_to and not self._own.share_domain(email.reply_to):
            return replace(email, sender=email.reply_to, sender_name=email.reply_to_name)
        return answered_person(email)

    def _guest(self, email: InboundEmail) -> Participant | None:
        """Return the guest of an invitation, if any.

        It is the first who is neither one of us nor a program.
        """
        people = email.invitation.participants if email.invitation else ()
        strangers = (p for p in people if not self._own.share_domain(p.address) and not self._own.is_team(p.address))
        return next((p for p in strangers if not is_noreply_address(p.address)), None)

    def _settle(self, file: str, email: InboundEmail, stored_at: datetime, now: datetime) -> SettledItem:
        mailbox, lead = self._own.mailbox(email), self._sent_mails.thread(email)
        if email.report is ReportKind.DELIVERY:
            return self._record_bounce(file, email, now)
        if email.report is ReportKind.COMPLAINT:
            return self._record_complaint(file, email, now)
        if detail := self._automatic_reason(email, mailbox):
            noted = self._note(email, lead.id, now) if lead else None
            return noted or self._set_aside(file, email, detail, now)
        if self._own.is_team(email.sender) or (lead and self._own.includes(email.sender)):
            return self._hold_team_mail(file, email, lead, now)
        if mailbox is None and lead is None and not detect_opt_out(_own_words(email), Channel.EMAIL).channels:
            detail = "none of its addresses is in the policy's mail section"
            return self._hold(file, Reason.UNMAPPED, detail, now, email=email)
        item = self._submission(file, email, mailbox, lead, stored_at)
        if item.booking and not self._may_book(email):
            item = replace(item, booking=None)
        if mailbox and lead is None:
            counts, answers = alike_counts(mailbox, email, now), answer_counts(mailbox, email, now)
            item = replace(item, counts=tuple(counts), answer_counts=tuple(answers))
        original = _unsettled(file, Reason.UNMAPPED, "", email)
        return self._held_before(item, original, now) or self._deliveries.take(item, CHANNEL, now, original)

    def _held_before(self, item: Submission, original: PendingDelivery, now: datetime) -> SettledItem | None:
        """Return the first result of a mail held as unproved.

        A redelivery must not join a lead that exists by now.
        """
        if item.sender is not Sender.UNPROVED:
            return None
        taken = self._store.taken_by(held_guard(replace(original, key=item.key or original.key), now), now)
        return SettledItem(id=taken.lead_id, status="duplicate") if taken else None

    def _submission(
        self,
        file: str,
        email: InboundEmail,
        mailbox: Mailbox | None,
        lead: Lead | None,
        stored_at: datetime,
        *,
        may_be_answered: bool = True,
    ) -> Submission:
        """Return a mail as a submission.

        It joins the lead that it answers, or becomes a lead. It counts as part of a conversation either way: a reply by
        mail gets no automatic answer, or two machines would go on answering each other. Nor does the person named in a
        forged From.
        """
        may_go = may_be_answered and allows_answer(email) and not email.authentication.is_refuted
        is_answered = may_go and not self._own.includes(email.sender)
        item = Submission(
            source=mailbox.source if mailbox else CHANNEL,
            key=_key(email),
            channel=CHANNEL,
            caller=Submitter.MAIL,
            sender=email.authentication.sender(email.sender),
            by_reply_address=self._sent_mails.is_reply_address(lead, email),
            verdicts=email.authentication.evidence,
            fingerprint=content_hash(email),
            conversation=True,
            answers_by=Channel.EMAIL,
            lead_id=lead.id if lead else None,
            own_words=_own_words(email),
            body={
                "name": email.sender_name,
                "email": email.sender,
                "message": _words(email),
                "received_at": format_timestamp(stored_at),
                "fields": _fields(email, file),
                **({} if is_answered else {"acknowledge": False}),
            },
        )
        invitation = email.invitation if self._guest(email) else None
        return _of_invitation(item, invitation) if invitation else item

    def _may_book(self, email: InboundEmail) -> bool:
        """Return whether an invitation may move a lead.

        Its guest has sent it by a proved address, or a team member has. With any other the owner decides.
        """
        is_theirs = email.author.casefold() == email.sender.casefold() or self._own.is_team(email.author)
        return is_theirs and email.authentication.sender(email.author) is Sender.PROVED

    def _automatic_reason(self, email: InboundEmail, mailbox: Mailbox | None) -> str:
        """Return why a mail is automatic or ours, if so."""
        if self._sent_mails.provider_id(email.message_id):
            return "our own mail came back"
        if self._guest(email):  # calendars mark what they send for a person
            email = replace(email, headers={n: v for n, v in email.headers.items() if n not in _OF_CALENDARS})
        return auto_reply_reason(email, mailbox.lists if mailbox else (), self._own.listed)

    def _record_complaint(self, file: str, email: InboundEmail, now: datetime) -> SettledItem:
        """Record a complaint about our mail, and set it aside.

        It counts as an event of the provider.
        """
        complaint = email.complaint
        message = self._sent_mails.complained_about(complaint) if complaint and complaint.ends_mail else None
        if complaint and message and message.provider_id:
            detail = complaint.feedback_type or "complaint"
            self._report(
                DeliveryReport(provider_id=message.provider_id, reported=DeliveryReceipt.COMPLAINED, detail=detail), now
            )
        return self._set_aside(file, email, "a complaint about a mail", now)

    def _record_bounce(self, file: str, email: InboundEmail, now: datetime) -> SettledItem:
        """Record a delivery report about our mail; set it aside.

        It counts as an event of the provider.
        """
        returned = email.returned
        for message_id in returned.message_ids if returned and returned.failed else ():
            provider_id = self._sent_mails.provider_id(message_id)
            if provider_id and returned:
                bounced = DeliveryReceipt.BOUNCED
                report = DeliveryReport(provider_id=provider_id, reported=bounced, detail=returned.detail)
                self._report(report, now)
        return self._set_aside(file, email, "a delivery report", now)

    def _hold_team_mail(self, file: str, email: InboundEmail, lead: Lead | None, now: datetime) -> SettledItem:
        """Keep mail of team members out of leads.

        In a thread it is set aside; a lead that they forward waits for a person.
        """
        if lead:
            return self._set_aside(file, email, "a team member in a thread", now)
        return self._hold(file, Reason.UNMAPPED, "a team member wrote it, not a lead", now, email=email)

    def _note(self, email: InboundEmail, lead_id: str, now: datetime) -> SettledItem | None:
        """Note an automatic reply on its lead, once.

        Returns None when the lead is gone.
        """
        expires_at = now + KEY_KEPT
        guard = Guard(source=CHANNEL, key=_key(email), fingerprint=content_hash(email), expires_at=expires_at)

        def attempt() -> SettledItem | None:
            lead = self._store.load(lead_id)
            if lead is None:
                return None
            change = record_auto_reply(lead, email.subject, email.text[:LONGEST_NOTE], now)
            taken = self._store.merge(change, guard, (), now)
            if taken is None and lead.owner_id:
                self._alarms.arm(change.after, now)
            return SettledItem(id=lead_id, status="duplicate" if taken else "noted")

        return retry_on_conflict(attempt, f"lead {lead_id}")

    def _set_aside(self, file: str, email: InboundEmail, detail: str, now: datetime) -> SettledItem:
        """Keep a mail that needs no decision findable."""
        aside = _unsettled(file, Reason.AUTOMATIC, detail, email)
        return self._deliveries.hold(replace(aside, settled_by=BY_RULE), now)

    def _hold(
        self, file: str, reason: Reason, detail: str, now: datetime, *, email: InboundEmail | None = None
    ) -> SettledItem:
        return self._deliveries.hold(_unsettled(file, reason, detail, email), now)


def _of_invitation(item: Submission, invitation: Invitation) -> Submission:
    """Return a mail as the booking that its invitation is.

    A cancellation only joins the guest's lead.
    """
    when = format_timestamp(invitation.starts_at) if invitation.starts_at else ""
    said = "[invitation canceled]" if invitation.is_canceled else "[invitation]"
    fields = item.body["fields"] | ({"booked_for": when} if when else {})
    message = " ".join(filter(None, (said, when, invitation.summary)))
    return replace(
        item,
        key=invitation.key,
        fingerprint=invitation.key,
        own_words="",  # a calendar wrote the rest
        body={**item.body, "message": message, "fields": fields, "acknowledge": False},
        joins_only=invitation.is_canceled,
        booking=None if invitation.is_canceled else Booking(starts_at=invitation.starts_at),
    )


def _unsettled(file: str, reason: Reason, detail: str, email: InboundEmail | None) -> PendingDelivery:
    return PendingDelivery(
        channel=CHANNEL,
        source=CHANNEL,
        key=file,
        reason=reason,
        detail=detail,
        file=file,
        data=_excerpt(email) if email else {},
    )


def _excerpt(email: InboundEmail) -> dict[str, str]:
    """Return the parts of a mail for its reviewer.

    These are sender, recipients, subject and as much of the text as fits.
    """
    sender = f"{email.sender_name} <{email.sender}>" if email.sender_name else email.sender
    shown = {"from": sender, "to": ", ".join(email.recipients), "subject": email.subject}
    shown |= {"text": email.text[:LONGEST_NOTE], "attachments": _attached(email)}
    return {name: value for name, value in shown.items() if value}


def _words(email: InboundEmail) -> str:
    return email.text or email.subject


def _own_words(email: InboundEmail) -> str:
    """Return the text that may trigger actions, without quotations."""
    return email.own_text if email.text else email.subject


def _key(email: InboundEmail) -> str:
    return email.message_id or f"content:{content_hash(email)}"


def _fields(email: InboundEmail, file: str) -> dict[str, str]:
    fields = {"subject": email.subject, "message_id": email.message_id, "attachments": _attached(email)}
    fields |= {"mail_file": file, "signature": email.signature}
    return {name: value for name, value in fields.items() if value}


def _attached(email: InboundEmail) -> str:
    return ", ".join(f"{file.name or 'unnamed'} ({file.kind}, {file.size} bytes)" for file in email.attachments)

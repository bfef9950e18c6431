"""Take a mail that was stored: once, as a lead, as part of the lead it answers, held, or set aside (A2).

What a machine sent is set aside: kept findable, and never a lead, a contact or answered. In a known thread it is noted
on the lead. What the receiving server suspects waits for a person, as does what cannot be read.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from leadtight.app.intake.deliveries import Deliveries, PendingDelivery, SettledItem, held_guard
from leadtight.app.intake.receive import KEY_KEPT, TRIES
from leadtight.app.intake.submission import Submission
from leadtight.app.messaging.respond import DeliveryReceipt, DeliveryReport
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.files import MailFiles, ReadMail
from leadtight.app.ports.guards import Guard
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.compliance.opt_out_detection import leaving
from leadtight.domain.intake.auto_reply import allows_answer, answered_person, auto_reply_reason
from leadtight.domain.intake.email_limits import alike_counts, answer_counts
from leadtight.domain.intake.inbound_email import Complaint, InboundEmail, ReportKind, Suspicion, content_hash
from leadtight.domain.intake.merging import note_auto_reply
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import ANY_ADDRESS, Mailbox
from leadtight.domain.policy.trust import Sender, Submitter

CHANNEL = "email"
BY_RULE = "system:mail"
LONGEST_NOTE = 2_000
_SUSPECTED = {Suspicion.SPAM: Reason.SPAM, Suspicion.VIRUS: Reason.UNSAFE}


class Mails:
    """Settles stored mails; safe to ask again for the same one."""

    def __init__(
        self,
        policy: Policy,
        files: MailFiles,
        read: ReadMail,
        deliveries: Deliveries,
        store: LeadStore,
        outbox: Outbox,
        alarms: Alarms,
        *,
        answered_lead: Callable[[str], str | None],
        sent_id: Callable[[str], str | None],
        report: Callable[[DeliveryReport, datetime], bool],
    ) -> None:
        """Take the policy and the ports.

        `answered_lead` opens an address that takes answers for one lead, `sent_id` tells a Message-ID that our
        provider gave a mail of ours, `report` takes what became of one.
        """
        self._policy = policy
        self._files = files
        self._read = read
        self._deliveries = deliveries
        self._store = store
        self._outbox = outbox
        self._alarms = alarms
        self._answered_lead = answered_lead
        self._sent_id = sent_id
        self._report = report

    def take(self, file: str, now: datetime) -> SettledItem:
        """Settle one mail.

        Raises NotFound when it is gone, Conflict when others wrote at once for too long: let the queue ask again.
        """
        try:
            letter, stored_at = self._open(file)
        except InvalidInquiry as error:
            return self._hold(file, Reason.UNREADABLE, str(error), now)
        if letter.suspicion:
            why = f"the receiving server suspects {letter.suspicion}"
            return self._hold(file, _SUSPECTED[letter.suspicion], why, now, letter=letter)
        return self._settle(file, letter, stored_at, now)

    def hold_unread(self, file: str, why: str, now: datetime) -> SettledItem:
        """Keep a mail for a person that is not read, as it takes too long."""
        return self._hold(file, Reason.UNREADABLE, why, now)

    def reread(self, held: QuarantinedDelivery) -> list[Submission]:
        """Return what a held mail is when a person says that it is a lead. Raises InvalidInquiry, NotFound."""
        letter, stored_at = self._open(held.file)
        mailbox = self._mailbox(letter)
        item = self._submission(held.file, letter, mailbox, self._thread(letter), stored_at, may_be_answered=False)
        return [replace(item, sender=Sender.PROVED)]  # by the person who looked

    def _open(self, file: str) -> tuple[InboundEmail, datetime]:
        stored = self._files.fetch(file)
        if stored is None:
            raise NotFound(file)
        return self._of_a_person(self._read(file, stored)), stored.stored_at

    def _of_a_person(self, letter: InboundEmail) -> InboundEmail:
        """Return a mail sent for a person as that person's.

        A program or our own domain sent it, and it names the person to answer.
        """
        if self._is_of_our_domain(letter.sender) and letter.reply_to and not self._is_of_our_domain(letter.reply_to):
            return replace(letter, sender=letter.reply_to, sender_name=letter.reply_to_name)
        return answered_person(letter)

    def _settle(self, file: str, letter: InboundEmail, stored_at: datetime, now: datetime) -> SettledItem:
        mailbox, lead = self._mailbox(letter), self._thread(letter)
        if letter.report is ReportKind.DELIVERY:
            return self._take_back(file, letter, now)
        if letter.report is ReportKind.COMPLAINT:
            return self._take_complaint(file, letter, now)
        if why := self._automatic_reason(letter, mailbox):
            noted = self._note(letter, lead.id, now) if lead else None
            return noted or self._set_aside(file, letter, why, now)
        if self._is_team(letter.sender) or (lead and self._is_ours(letter.sender)):
            return self._take_from_team(file, letter, lead, now)
        if mailbox is None and lead is None and not leaving(_own_words(letter), Channel.EMAIL).channels:
            why = "none of its addresses is in the policy's mail section"
            return self._hold(file, Reason.UNMAPPED, why, now, letter=letter)
        item = self._submission(file, letter, mailbox, lead, stored_at)
        if mailbox and lead is None:
            counts, answers = alike_counts(mailbox, letter, now), answer_counts(mailbox, letter, now)
            item = replace(item, counts=tuple(counts), answer_counts=tuple(answers))
        original = _unsettled(file, Reason.UNMAPPED, "", letter)
        return self._held_before(item, original, now) or self._deliveries.take(item, CHANNEL, now, original)

    def _held_before(self, item: Submission, original: PendingDelivery, now: datetime) -> SettledItem | None:
        """Return what a mail is that was held because its sender was not proved: told again, it joins no lead since."""
        if item.sender is not Sender.UNPROVED:
            return None
        taken = self._store.taken_by(held_guard(replace(original, key=item.key or original.key), now), now)
        return SettledItem(id=taken.lead_id, status="duplicate") if taken else None

    def _submission(
        self,
        file: str,
        letter: InboundEmail,
        mailbox: Mailbox | None,
        lead: Lead | None,
        stored_at: datetime,
        *,
        may_be_answered: bool = True,
    ) -> Submission:
        """Return a mail as what joins the lead it answers, or is a lead.

        It counts as part of a conversation either way: whoever joins a lead by mail gets no automatic answer, or two
        machines would go on answering each other. Nor does the person whom a forged From names.
        """
        may_go = may_be_answered and allows_answer(letter) and not letter.authentication.is_refuted
        is_answered = may_go and not self._is_ours(letter.sender)
        return Submission(
            source=mailbox.source if mailbox else CHANNEL,
            key=_key(letter),
            channel=CHANNEL,
            caller=Submitter.MAIL,
            sender=letter.authentication.sender(letter.sender),
            by_reply_address=lead is not None and lead.id in map(self._answered_lead, letter.recipients),
            verdicts=letter.authentication.evidence,
            fingerprint=content_hash(letter),
            conversation=True,
            answers_by=Channel.EMAIL,
            lead_id=lead.id if lead else None,
            own_words=_own_words(letter),
            body={
                "name": letter.sender_name,
                "email": letter.sender,
                "message": _words(letter),
                "received_at": format_timestamp(stored_at),
                "fields": _fields(letter, file),
                **({} if is_answered else {"acknowledge": False}),
            },
        )

    def _automatic_reason(self, letter: InboundEmail, mailbox: Mailbox | None) -> str:
        """Return what shows that a machine wrote a mail, or that it is one of ours."""
        sent = self._sent_id(letter.message_id)
        if sent and self._outbox.find_by_provider_id(sent):
            return "our own mail came back"
        return auto_reply_reason(letter, mailbox.lists if mailbox else (), self._addresses())

    def _addresses(self) -> frozenset[str]:
        """Return the addresses of our own: those of the policy's mail section, and where answers go."""
        return frozenset(self._policy.mail) - {ANY_ADDRESS} | {(self._policy.company.reply_to or "").casefold()} - {""}

    def _is_ours(self, address: str) -> bool:
        local, _, domain = address.casefold().rpartition("@")
        is_for_answers = bool(domain) and domain == (self._policy.company.reply_domain or "").casefold()
        return is_for_answers or bool({address.casefold(), f"{local.partition('+')[0]}@{domain}"} & self._addresses())

    def _is_of_our_domain(self, address: str) -> bool:
        domains = {own.rpartition("@")[2] for own in self._addresses()}
        return self._is_ours(address) or address.casefold().rpartition("@")[2] in domains

    def _take_complaint(self, file: str, letter: InboundEmail, now: datetime) -> SettledItem:
        """Believe a complaint about a mail of ours, as an event of the provider; set it aside in any case."""
        complaint = letter.complaint
        message = self._complained_about(complaint) if complaint and complaint.ends_mail else None
        if complaint and message and message.provider_id:
            detail = complaint.feedback_type or "complaint"
            self._report(
                DeliveryReport(provider_id=message.provider_id, reported=DeliveryReceipt.COMPLAINED, detail=detail), now
            )
        return self._set_aside(file, letter, "a complaint about a mail", now)

    def _complained_about(self, complaint: Complaint) -> Message | None:
        """Return our message that a complaint is about: by its Message-ID, else by our mark in what it returns."""
        sent = filter(None, map(self._sent_id, complaint.message_ids))
        named = next((m for m in map(self._outbox.find_by_provider_id, sent) if m), None)
        lead_id, _, message_id = complaint.mark.partition("/")
        return named or (self._outbox.find(lead_id, message_id) if lead_id and message_id else None)

    def _take_back(self, file: str, letter: InboundEmail, now: datetime) -> SettledItem:
        """Believe a delivery report about a mail of ours, as an event of the provider; set it aside in any case."""
        returned = letter.returned
        for message_id in returned.message_ids if returned and returned.failed else ():
            sent = self._sent_id(message_id)
            if sent and returned and self._outbox.find_by_provider_id(sent):
                told = DeliveryReport(provider_id=sent, reported=DeliveryReceipt.BOUNCED, detail=returned.detail)
                self._report(told, now)
        return self._set_aside(file, letter, "a delivery report", now)

    def _take_from_team(self, file: str, letter: InboundEmail, lead: Lead | None, now: datetime) -> SettledItem:
        """Take no mail of our own people for a lead's; a lead that they forward is for a person to see."""
        if lead:
            return self._set_aside(file, letter, "a team member in a thread", now)
        return self._hold(file, Reason.UNMAPPED, "a team member wrote it, not a lead", now, letter=letter)

    def _note(self, letter: InboundEmail, lead_id: str, now: datetime) -> SettledItem | None:
        """Keep a machine's answer on its lead, once; None when the lead is gone."""
        expires_at = now + KEY_KEPT
        guard = Guard(source=CHANNEL, key=_key(letter), fingerprint=content_hash(letter), expires_at=expires_at)
        for _ in range(TRIES):
            lead = self._store.load(lead_id)
            if lead is None:
                return None
            change = note_auto_reply(lead, letter.subject, letter.text[:LONGEST_NOTE], now)
            try:
                taken = self._store.merge(change, guard, (), now)
            except Conflict:
                continue
            if taken is None and lead.owner_id:
                self._alarms.arm(change.after, now)
            return SettledItem(id=lead_id, status="duplicate" if taken else "noted")
        raise Conflict(f"lost {TRIES} races for lead {lead_id}")

    def _thread(self, letter: InboundEmail) -> Lead | None:
        """Return the lead that a mail answers: by the address it was sent to, else by a mail of ours that it names."""
        for address in letter.recipients:
            named = self._answered_lead(address)
            if lead := self._store.load(named) if named else None:
                return lead
        for sent in filter(None, map(self._sent_id, letter.references)):
            message = self._outbox.find_by_provider_id(sent)
            if lead := self._store.load(message.lead_id) if message else None:
                return lead
        return None

    def _mailbox(self, letter: InboundEmail) -> Mailbox | None:
        """Return the first of its addresses that the policy names, also without what follows a plus.

        Else a webhook that delivered it takes mail to any address, as does a policy without a mail section.
        """
        boxes = self._policy.mail
        for address in letter.recipients:
            local, _, domain = address.rpartition("@")
            if box := boxes.get(address) or boxes.get(f"{local.partition('+')[0]}@{domain}"):
                return box
        if letter.source or not boxes:
            return Mailbox(id=ANY_ADDRESS, source=letter.source or CHANNEL)
        return boxes.get(ANY_ADDRESS)

    def _is_team(self, sender: str) -> bool:
        return sender.casefold() in {person.email.casefold() for person in self._policy.people.values()}

    def _set_aside(self, file: str, letter: InboundEmail, why: str, now: datetime) -> SettledItem:
        """Keep what needs no person to settle it so that it can be found."""
        aside = _unsettled(file, Reason.AUTOMATIC, why, letter)
        return self._deliveries.hold(replace(aside, settled_by=BY_RULE), now)

    def _hold(
        self, file: str, reason: Reason, why: str, now: datetime, *, letter: InboundEmail | None = None
    ) -> SettledItem:
        return self._deliveries.hold(_unsettled(file, reason, why, letter), now)


def _unsettled(file: str, reason: Reason, why: str, letter: InboundEmail | None) -> PendingDelivery:
    return PendingDelivery(
        channel=CHANNEL,
        source=CHANNEL,
        key=file,
        reason=reason,
        detail=why,
        file=file,
        data=_excerpt(letter) if letter else {},
    )


def _excerpt(letter: InboundEmail) -> dict[str, str]:
    """Return what a person needs to judge a held mail: who wrote, about what, and the words as far as they fit."""
    sender = f"{letter.sender_name} <{letter.sender}>" if letter.sender_name else letter.sender
    shown = {"from": sender, "to": ", ".join(letter.recipients), "subject": letter.subject}
    shown |= {"text": letter.text[:LONGEST_NOTE], "attachments": _attached(letter)}
    return {name: value for name, value in shown.items() if value}


def _words(letter: InboundEmail) -> str:
    return letter.text or letter.subject


def _own_words(letter: InboundEmail) -> str:
    """Return what acts: nothing in a quotation does."""
    return letter.own_text if letter.text else letter.subject


def _key(letter: InboundEmail) -> str:
    return letter.message_id or f"content:{content_hash(letter)}"


def _fields(letter: InboundEmail, file: str) -> dict[str, str]:
    given = {"subject": letter.subject, "message_id": letter.message_id, "attachments": _attached(letter)}
    given |= {"mail_file": file, "signature": letter.signature}
    return {name: value for name, value in given.items() if value}


def _attached(letter: InboundEmail) -> str:
    return ", ".join(f"{file.name or 'unnamed'} ({file.kind}, {file.size} bytes)" for file in letter.attachments)

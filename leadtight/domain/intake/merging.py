"""Merging an inquiry of a known person (A4, A12).

One matter stays one lead, and its owner is notified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.intake.identity_match import names_agree
from leadtight.domain.model.bounds import fields_within, sources_within
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import LEAD, PHONE_PROOF, Channel, Template
from leadtight.domain.policy.evaluation import Arrival, tier_of
from leadtight.domain.policy.trust import NOBODY_SAID, STRANGERS, Provenance
from leadtight.domain.promises.deadlines import next_action_clock, promise
from leadtight.domain.routing.scoring import score

if TYPE_CHECKING:
    from leadtight.domain.model.consent_record import ConsentPrompt, Visitor
    from leadtight.domain.model.inquiry import Inquiry
    from leadtight.domain.outcomes.booking import Booking
    from leadtight.domain.policy.policy import Policy

FILLED = (
    *("name", "email", "phone", "handle", "company", "language", "country"),
    *("region", "postcode", "product", "company_size", "permalink"),
)
_CONTACTS = frozenset({"email", "phone", "handle"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorLeads:
    """Prior leads of a person: ids and latest owner."""

    lead_ids: tuple[str, ...] = ()
    owner_id: str | None = None


def find_mergeable_lead(policy: Policy, leads: Iterable[Lead], now: datetime) -> Lead | None:
    """Return the latest open lead that a new inquiry joins.

    Its last inquiry must lie within `identity.merge_within` before `now`.
    """
    joinable = [x for x in leads if x.is_open and now - x.last_inquiry < policy.identity.merge_within]
    return max(joinable, key=lambda lead: (lead.last_inquiry, lead.id), default=None)


def latest(leads: Iterable[Lead]) -> Lead | None:
    """Return the lead with the latest inquiry, open or not."""
    return max(leads, key=lambda lead: (lead.is_open, lead.last_inquiry, lead.id), default=None)


def prior_leads(leads: Sequence[Lead]) -> PriorLeads:
    """Return the prior leads that a new lead remembers."""
    ordered = sorted(leads, key=lambda lead: (lead.received_at, lead.id))
    owners = [owner for lead in ordered if (owner := lead.owner_id or (lead.excluded and lead.known_owner_id))]
    return PriorLeads(lead_ids=tuple(lead.id for lead in ordered), owner_id=owners[-1] if owners else None)


def merge(
    policy: Policy,
    lead: Lead,
    inquiry: Inquiry,
    *,
    source: str,
    form: str | None,
    acknowledged: bool,
    opted_out: tuple[Channel, ...] = (),
    now: datetime,
    own_words: str | None = None,
    consent_prompt: ConsentPrompt | None = None,
    visitor: Visitor | None = None,
    booking: Booking | None = None,
    doubt: str = "",
    provenance: Provenance = NOBODY_SAID,
    cause: Mapping[str, Any] = MappingProxyType({}),
    keeps_sequence: bool = False,
) -> Change:
    """Merge another inquiry into a lead.

    Present values are not overwritten: blanks are filled, the whole inquiry is kept in the event. The first promise
    does not change. On a lead that was answered already, answering again becomes the next action, due as for a new
    inquiry, unless something else is due before. A closed lead is reopened, with answering as its next action. A
    sequence that a reply stops ends, unless it began after the reply was written (`keeps_sequence`). A `booking` is the
    answer itself. `opted_out` are the channels that the inquiry opts out of (H4); a `doubt` about that is for a person.
    An acknowledgement keeps its `cause`, by which it is limited.
    """
    builder, is_unproved = ChangeBuilder(lead, lead, now), provenance.is_unproved and not lead.sender_unproved
    builder.set(
        inquiry=lead.inquiry if is_unproved else _fill_blanks(lead.inquiry, inquiry, provenance),
        also_from=sources_within(lead.also_from, source),
        last_inquiry_at=now,
    )
    if not lead.is_open:
        _reopen(builder, policy, inquiry, source, form, now)
    elif lead.first_contact_at is not None and lead.owner_id is not None and not booking:
        _answer_again(builder, policy, inquiry, source, form, now)
    builder.event(EventKind.INQUIRY_JOINED, "lead", source=source, form=form, inquiry=inquiry, **provenance.evidence)
    if consent_prompt:
        said_by = str(provenance.caller or "")
        builder.record_consent(
            consent_prompt, visitor, inquiry, source=source, form=form, policy_version=policy.version, said_by=said_by
        )
    if booking:
        from leadtight.domain.outcomes.booking import book  # imported here: it would slow every cold start

        book(builder, policy, booking, source, now)
    if is_unproved:
        from leadtight.domain.intake.human_handoff import (
            raise_unverified_sender,
        )  # imported here: most inquiries are not mails

        raise_unverified_sender(builder, policy, inquiry.message if own_words is None else own_words, now)
    else:
        _end(builder, opted_out, inquiry, source, keeps_sequence=keeps_sequence, provenance=provenance)
    due = builder.lead.next_action.due_at if builder.lead.next_action else lead.promise.deadline
    words = inquiry.message if own_words is None else own_words
    raised = is_unproved or _raise_concern(builder, policy, words, due, doubt, now)
    if acknowledged:
        _acknowledge(builder, inquiry, due, cause)
    if lead.owner_id is not None:
        differs = {"differs": other} if (other := differences(lead.inquiry, inquiry)) else {}
        _notify_owner(
            builder, policy, lead.owner_id, raised, due_at=due, source=source, words=inquiry.message, **differs
        )
    return builder.build()


def _end(
    builder: ChangeBuilder,
    opted_out: tuple[Channel, ...],
    inquiry: Inquiry,
    source: str,
    *,
    keeps_sequence: bool,
    provenance: Provenance,
) -> None:
    """End the sequence that a reply stops, and opted-out channels."""
    enrolment = builder.lead.enrolment
    if enrolment and OutcomeMeaning.REPLY in enrolment.stop_on and not keeps_sequence:
        from leadtight.domain.sequences import progress  # imported here: a new visitor has no sequence

        progress.end(builder, OutcomeMeaning.REPLY)
    if opted_out:
        from leadtight.domain.compliance.opt_out import opt_out  # imported here: most messages are not an opt-out

        opt_out(builder, opted_out, LEAD, inquiry, source, keeps_sequence=keeps_sequence, provenance=provenance)


def _notify_owner(builder: ChangeBuilder, policy: Policy, owner: str, raised: bool, **data: Any) -> None:
    concern = {"reason": builder.lead.concern.summary} if raised and builder.lead.concern else {}
    template = Template.NEEDS_PERSON if raised else Template.WROTE_AGAIN
    builder.message_person(policy, template, owner, **data, **concern)


def _raise_concern(
    builder: ChangeBuilder, policy: Policy, words: str, due_at: datetime, doubt: str, now: datetime
) -> bool:
    if not (policy.concerns or doubt):
        return False
    from leadtight.domain.intake.human_handoff import (
        raise_concern,
        raise_possible_opt_out,
    )  # imported here: it would slow every cold start

    if raise_concern(builder, policy, words, due_at, now):
        return True
    if doubt:
        raise_possible_opt_out(builder, policy, doubt, now)
    return bool(doubt)


def _acknowledge(builder: ChangeBuilder, inquiry: Inquiry, due_at: datetime, cause: Mapping[str, Any]) -> None:
    if inquiry.email:
        builder.message(Template.ACKNOWLEDGE, LEAD, to=inquiry.email, due_at=due_at, **cause)
    if inquiry.phone and inquiry.consent.sms:
        proof = {PHONE_PROOF: inquiry.phone_proof} if inquiry.phone_proof else {}
        data = {"to": inquiry.phone, "due_at": due_at, **proof, **cause}
        builder.message(Template.ACKNOWLEDGE, LEAD, Channel.SMS, **data)


def record_auto_reply(lead: Lead, subject: str, words: str, now: datetime) -> Change:
    """Record an automatic reply on a lead.

    It is not a contact, so every timer keeps running.
    """
    builder = ChangeBuilder(lead, lead, now)
    builder.event(EventKind.AUTO_REPLY_NOTED, "lead", subject=subject, words=words)
    return builder.build()


def may_add_contacts(existing: Inquiry, new: Inquiry, provenance: Provenance) -> bool:
    """Return whether an inquiry may add contact details.

    A stranger's does only under the same name: any caller may type another person's address beside their own number.
    """
    is_named = bool(existing.name and new.name) and names_agree(existing.name, new.name)
    return is_named or provenance.caller not in STRANGERS


def differences(existing: Inquiry, new: Inquiry) -> dict[str, str]:
    """Return what a joined inquiry says differently of its sender.

    That is another name, address or number.
    """
    differs = {} if names_agree(existing.name, new.name) else {"name": new.name}
    pairs = (("address", existing.email, new.email), ("number", existing.phone_text, new.phone_text))
    return differs | {name: other for name, first, other in pairs if other and other != first}


def _fill_blanks(existing: Inquiry, new: Inquiry, provenance: Provenance) -> Inquiry:
    """Return the present inquiry with its blanks filled.

    Consent given later counts, with its wording.
    """
    names: tuple[str, ...] = FILLED
    if not may_add_contacts(existing, new, provenance):
        names = tuple(name for name in FILLED if name not in _CONTACTS)
        new = replace(
            _without_unparsed(new), phone=existing.phone, extension=existing.extension, consent=existing.consent
        )
    filled = {name: getattr(existing, name) or getattr(new, name) for name in names}
    return replace(
        existing,
        **filled,
        value=existing.value if existing.value is not None else new.value,
        phone_proof=existing.phone_proof or (new.phone_proof if existing.phone in (None, new.phone) else ""),
        extension=existing.extension
        if existing.phone not in (None, new.phone)
        else existing.extension or new.extension,
        consent=new.consent if new.consent.sms else existing.consent,
        fields=fields_within(existing.fields, new.fields),
        flags=tuple(sorted({*existing.flags, *new.flags})),
    )


def _without_unparsed(inquiry: Inquiry) -> Inquiry:
    """Return an inquiry without an unparsed address and number.

    A person is known by the text of those.
    """
    unread = {name for name in ("email", "phone") if f"{name}_odd" in inquiry.flags}
    fields = {name: text for name, text in inquiry.fields.items() if name not in unread}
    return replace(
        inquiry, fields=fields, flags=tuple(f for f in inquiry.flags if f.removesuffix("_odd") not in unread)
    )


def _answer_again(
    builder: ChangeBuilder, policy: Policy, inquiry: Inquiry, source: str, form: str | None, now: datetime
) -> None:
    lead, due = builder.lead, _answer_due(builder.lead, policy, inquiry, source, form, now)
    if lead.next_action and lead.next_action.due_at <= due:
        return
    clock = next_action_clock(policy, due, now)
    builder.set(next_action=NextAction(what=_answering(lead), due_at=due))
    builder.start(clock)


def _reopen(
    builder: ChangeBuilder, policy: Policy, inquiry: Inquiry, source: str, form: str | None, now: datetime
) -> None:
    from leadtight.domain.promises.reopening import reopen  # imported here: most inquiries find no closed lead

    due = _answer_due(builder.lead, policy, inquiry, source, form, now)
    reopen(builder, policy, _answering(builder.lead), due, now)


def _answering(lead: Lead) -> str:
    return f"Answer {lead.inquiry.display_name}, who wrote again"


def _answer_due(lead: Lead, policy: Policy, inquiry: Inquiry, source: str, form: str | None, now: datetime) -> datetime:
    """Return when an answer is due, as on arrival."""
    arrival = Arrival(source=source, form=form, inquiry=inquiry, received_at=now, known_owner_id=lead.owner_id)
    tier = tier_of(policy, replace(arrival, score=score(policy, arrival).total))
    return promise(policy, tier, now, source).deadline

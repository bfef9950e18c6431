"""Opt-outs: permanent, on all leads and sequences of a person.

Capabilities G9 and H4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Exclusion, Lead
from leadtight.domain.model.message import LEAD, Channel
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import NOBODY_SAID, Provenance, Sender
from leadtight.domain.promises.deadlines import promise

RULE, REASON = "opt_out_word", "opted_out"
"""Exclusion of a lead that only records an opt-out keyword of an unknown sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutRequest:
    """Channels that a message opts out of.

    `is_request_only` when the message contains nothing besides the request, `nothing_else` when it is only an opt-out
    keyword. `doubt` are words that may be a request, in a message that ends nothing.
    """

    channels: tuple[Channel, ...] = ()
    nothing_else: bool = False
    is_request_only: bool = False
    doubt: str = ""


def opt_out_lead(lead: Lead, channels: tuple[Channel, ...], actor: str, now: datetime) -> Change | None:
    """Return the change that opts a lead out of channels.

    None when it is opted out already and not in a sequence.
    """
    if lead.enrolment is None and set(channels) <= set(lead.opted_out):
        return None
    builder = ChangeBuilder(lead, lead, now)
    opt_out(builder, channels, actor)
    return builder.build()


def opt_out_by_keyword(
    lead: Lead,
    channels: tuple[Channel, ...],
    inquiry: Inquiry,
    source: str,
    now: datetime,
    *,
    keeps_sequence: bool = False,
    provenance: Provenance = NOBODY_SAID,
) -> Change:
    """Record a message that is only an opt-out keyword.

    It is recorded each time. The sender is opted out too when they are not the lead's person. A sequence that began
    after the message continues (`keeps_sequence`).
    """
    builder = ChangeBuilder(lead, lead, now)
    opt_out(builder, channels, LEAD, inquiry, source, keeps_sequence=keeps_sequence, provenance=provenance)
    return builder.build()


def record_unknown_opt_out(
    policy: Policy, channels: tuple[Channel, ...], inquiry: Inquiry, *, lead_id: str, source: str, now: datetime
) -> Change:
    """Record an opt-out keyword from an unknown sender.

    The record is a closed lead that no one is notified of: proof that the person opted out, when and how.
    """
    lead = Lead(
        id=lead_id,
        source=source,
        form=None,
        received_at=now,
        recorded_at=now,
        inquiry=inquiry,
        promise=promise(policy, policy.tiers[-1], now, source),
        excluded=Exclusion(rule=RULE, reason=REASON, policy_version=policy.version),
        closed_at=now,
    )
    builder = ChangeBuilder(None, lead, now)
    builder.event(EventKind.LEAD_RECEIVED, LEAD, source=source, flags=inquiry.flags)
    builder.event(EventKind.LEAD_EXCLUDED, "system:intake", rule=RULE, reason=REASON)
    opt_out(builder, channels, LEAD, inquiry, source)
    return builder.build()


def opt_out(
    builder: ChangeBuilder,
    channels: tuple[Channel, ...],
    actor: str,
    inquiry: Inquiry | None = None,
    source: str = "",
    *,
    keeps_sequence: bool = False,
    provenance: Provenance = NOBODY_SAID,
) -> None:
    """Opt the person out and end the lead's sequence.

    `keeps_sequence` is for a sequence that began after the message. The `inquiry` and its source are kept as proof. The
    sender's own address is opted out too where it is proved: anyone may write to a reply address.
    """
    proof = {"words": inquiry.message, "source": source, **provenance.evidence} if inquiry else {}
    builder.set(opted_out=tuple(sorted({*builder.lead.opted_out, *channels})))
    builder.event(EventKind.LEAD_OPTED_OUT, actor, channels=channels, **proof)
    is_theirs = inquiry is not None and provenance.sender is Sender.PROVED
    builder.suppress(channels, person_keys(inquiry) if inquiry and is_theirs else ())
    if not keeps_sequence:
        from leadtight.domain.sequences import progress  # imported here: intake does not need it

        progress.end(builder, OutcomeMeaning.OPT_OUT, actor)

"""Somebody leaves a channel: for good, on all their leads, and out of every sequence (G9, H4)."""

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
"""Why a word of opt-out from somebody unknown is kept as a lead that counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutRequest:
    """The channels that a message ends; `is_wish` when it says no more, `nothing_else` when it is a word of opt-out.

    `doubt` are words that may mean us, in a message that ends nothing.
    """

    channels: tuple[Channel, ...] = ()
    nothing_else: bool = False
    is_wish: bool = False
    doubt: str = ""


def opt_out_lead(lead: Lead, channels: tuple[Channel, ...], actor: str, now: datetime) -> Change | None:
    """Return the change of a lead that leaves channels; None when it has, and is in no sequence any more."""
    if lead.enrolment is None and set(channels) <= set(lead.opted_out):
        return None
    builder = ChangeBuilder(lead, lead, now)
    opt_out(builder, channels, actor)
    return builder.build()


def opt_out_by_keyword(
    lead: Lead,
    channels: tuple[Channel, ...],
    said: Inquiry,
    source: str,
    now: datetime,
    *,
    keeps_sequence: bool = False,
    provenance: Provenance = NOBODY_SAID,
) -> Change:
    """Return the change of a lead whose person sent nothing but a word of opt-out: it is noted each time.

    Its sender leaves too, should they be another than the lead names. A sequence that began after the word was
    said goes on (`keeps_sequence`).
    """
    builder = ChangeBuilder(lead, lead, now)
    opt_out(builder, channels, LEAD, said, source, keeps_sequence=keeps_sequence, provenance=provenance)
    return builder.build()


def record_unknown_opt_out(
    policy: Policy, channels: tuple[Channel, ...], said: Inquiry, *, lead_id: str, source: str, now: datetime
) -> Change:
    """Return the record of a word of opt-out from somebody whom nobody knows: closed, and nobody is told.

    What matters is that the person has left, and that there is proof of when and how.
    """
    lead = Lead(
        id=lead_id,
        source=source,
        form=None,
        received_at=now,
        recorded_at=now,
        inquiry=said,
        promise=promise(policy, policy.tiers[-1], now, source),
        excluded=Exclusion(rule=RULE, reason=REASON, policy_version=policy.version),
        closed_at=now,
    )
    builder = ChangeBuilder(None, lead, now)
    builder.event(EventKind.LEAD_RECEIVED, LEAD, source=source, flags=said.flags)
    builder.event(EventKind.LEAD_EXCLUDED, "system:intake", rule=RULE, reason=REASON)
    opt_out(builder, channels, LEAD, said, source)
    return builder.build()


def opt_out(
    builder: ChangeBuilder,
    channels: tuple[Channel, ...],
    actor: str,
    said: Inquiry | None = None,
    source: str = "",
    *,
    keeps_sequence: bool = False,
    provenance: Provenance = NOBODY_SAID,
) -> None:
    """End channels for the person and the lead's sequence with them, within a change.

    With `keeps_sequence` that one began after the person said so. What the person `said`, and by which source, is
    kept as proof. Their own address leaves with the lead's where it is theirs: by our reply address anybody may write.
    """
    proof = {"words": said.message, "source": source, **provenance.evidence} if said else {}
    builder.set(opted_out=tuple(sorted({*builder.lead.opted_out, *channels})))
    builder.event(EventKind.LEAD_OPTED_OUT, actor, channels=channels, **proof)
    is_theirs = said is not None and provenance.sender is Sender.PROVED
    builder.suppress(channels, person_keys(said) if said and is_theirs else ())
    if not keeps_sequence:
        from leadtight.domain.sequences import progress  # here: intake needs none of it

        progress.end(builder, OutcomeMeaning.OPT_OUT, actor)

"""Somebody leaves a channel: for good, on all their leads, and out of every sequence (G9, H4)."""

from datetime import datetime

from leadtight.domain import sequence
from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.event import EventKind
from leadtight.domain.lead import Lead
from leadtight.domain.message import Channel
from leadtight.domain.sequences import Means


def leave(lead: Lead, channels: tuple[Channel, ...], actor: str, now: datetime) -> Change | None:
    """Return the change of a lead that leaves channels; None when it has, and is in no sequence any more."""
    if lead.enrolment is None and set(channels) <= set(lead.opted_out):
        return None
    builder = ChangeBuilder(lead, lead, now)
    opt_out(builder, channels, actor)
    return builder.build()


def opt_out(builder: ChangeBuilder, channels: tuple[Channel, ...], actor: str) -> None:
    """End channels for the person and the lead's sequence with them, within a change."""
    builder.set(opted_out=tuple(sorted({*builder.lead.opted_out, *channels})))
    builder.event(EventKind.LEAD_OPTED_OUT, actor, channels=channels)
    builder.suppress(channels)
    sequence.end(builder, Means.OPT_OUT, actor)

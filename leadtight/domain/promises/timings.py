"""What a change of a lead says about its promise."""

from collections.abc import Iterator

from leadtight.domain.change import Change
from leadtight.domain.model.event import EventKind

SECONDS_TO_OWNER, SECONDS_TO_REPLY = "SecondsToOwner", "SecondsToReply"
PROMISES_KEPT, PROMISES_BROKEN = "PromisesKept", "PromisesBroken"


def timings(change: Change) -> Iterator[tuple[str, float]]:
    """Yield measurements by name, in seconds or as counts.

    Each lead yields them at its first owner, at the first contact, and when its first promise is broken. The nightly
    figures, not these, are the company's numbers: they know corrections and working hours.
    """
    before, after = change.before, change.after
    if before is None or after.excluded:
        return
    if after.first_assigned_at and not before.first_assigned_at:
        yield SECONDS_TO_OWNER, (after.first_assigned_at - after.received_at).total_seconds()
    if before.first_contact_at:
        return
    if after.first_contact_at:
        yield SECONDS_TO_REPLY, (after.first_contact_at - after.received_at).total_seconds()
        if after.first_contact_at <= after.promise.deadline:
            yield PROMISES_KEPT, 1
    elif any(event.kind is EventKind.DEADLINE_MISSED for event in change.events):
        yield PROMISES_BROKEN, 1

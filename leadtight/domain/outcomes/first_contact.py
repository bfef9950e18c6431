"""Time of the first contact: the earliest one proven.

The order of arrival does not matter. Proof (a provider's event, a mail's headers, a call log) counts from when it says
the contact happened, however late it comes (R10). A typed time counts so only while it cannot clear a missed promise
(F9): before the deadline, and within the time in which an outcome may be undone. Otherwise it counts from when it was
recorded, and is kept as a claim.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import ARRIVAL, COVER, FIRST_RESPONSE
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy

FIELD = "happened_at"
SKEW = timedelta(minutes=2)
"""How far another system's clock may be ahead."""

ROUNDING = timedelta(minutes=1)
"""People and call logs write minutes: a contact in the minute of the lead's arrival is not before it."""


class ProofSource(StrEnum):
    """Evidence of a contact that no team member typed."""

    PROVIDER_EVENT = "provider_event"
    MAIL_HEADERS = "mail_headers"
    CALL_LOG = "call_log"


class SpokeBy(StrEnum):
    """How a person states that they spoke."""

    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in_person"
    WRITING = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactProof:
    """One proof of one contact.

    `ref` is its source's own id, so that the same proof counts once. `seconds` is how long a call lasted, where its
    source says so.
    """

    proof: ProofSource
    ref: str
    at: datetime
    seconds: int | None = None

    @property
    def key(self) -> str:
        """Return the key by which the lead remembers this proof."""
        return f"{self.proof}:{self.ref}"


def proven_at(lead: Lead, evidence: ContactProof, now: datetime) -> datetime:
    """Return when a proven contact counts.

    Raises InvalidInquiry when it lies in the future, or before the lead.
    """
    return _possible(lead, evidence.at, now)


def reported_at(policy: Policy, lead: Lead, claimed_at: datetime | None, now: datetime) -> datetime:
    """Return when a contact typed at `now` counts.

    `claimed_at` is when it happened according to the person. Raises InvalidInquiry when that is in the future, or
    before the lead.
    """
    if claimed_at is None:
        return now
    at = min(_possible(lead, claimed_at, now), now)
    believed = now <= lead.promise.deadline and now - at <= policy.undo_within
    return at if believed else now


def is_contact(rule: OutcomeRule, *, is_stated: bool) -> bool:
    """Return whether an outcome is a contact.

    `is_stated` tells that it is proved, or that a person said how they spoke. Without that, an outcome that closes the
    lead, changes its stage or reports an attempt is none, whatever the policy says (F12, Q3).
    """
    return rule.is_conversation or (rule.asks_how and is_stated)


def record_contact(builder: ChangeBuilder, by: str, at: datetime) -> None:
    """Count a contact and stop the first-response timer.

    It is the first one when none is known to be earlier. The owner keeps the lead: it no longer waits for its pool, and
    is not returned at the end of a leave.
    """
    lead = builder.lead
    if _is_first(lead, by, at):
        builder.set(first_contact_at=at, first_contact_by=by)
    builder.set(last_contact_at=max(at, lead.last_contact_at or at), waiting_since=None)
    builder.stop(COVER, ARRIVAL)
    if (
        lead.handover is None or at >= lead.handover.promise.starts_at
    ):  # a former team's contact does not answer for the new one
        builder.stop(FIRST_RESPONSE)


def record_correction(builder: ChangeBuilder, previous: Lead, actor: str) -> None:
    """Add an event for an earlier first contact."""
    after = builder.lead
    if previous.first_contact_at is None or after.first_contact_at == previous.first_contact_at:
        return
    builder.event(
        EventKind.FIRST_CONTACT_CORRECTED,
        actor,
        first_contact_at=after.first_contact_at,
        first_contact_by=after.first_contact_by,
        previous_at=previous.first_contact_at,
        previous_by=previous.first_contact_by,
    )


def _is_first(lead: Lead, by: str, at: datetime) -> bool:
    """Return whether a contact precedes the first one known.

    At the same instant the order of ids decides.
    """
    first = lead.first_contact_at
    return first is None or (at, by) < (first, lead.first_contact_by or "")


def _possible(lead: Lead, at: datetime, now: datetime) -> datetime:
    if at > now + SKEW:
        raise InvalidInquiry([Problem(FIELD, "this time is in the future")])
    if at < lead.received_at - ROUNDING:
        raise InvalidInquiry([Problem(FIELD, "this is before the lead arrived")])
    return max(at, lead.received_at)

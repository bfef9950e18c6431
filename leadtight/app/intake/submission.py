"""The submission that intake receives from every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leadtight.domain.policy.trust import Sender, Submitter

if TYPE_CHECKING:  # for annotations: most inquiries need none of them
    from leadtight.domain.intake.historical import HistoricalLead
    from leadtight.domain.intake.rate_limits import PostOrigin
    from leadtight.domain.intake.spam import RateLimitCounter
    from leadtight.domain.model.consent_record import Visitor
    from leadtight.domain.model.message import Channel
    from leadtight.domain.model.stored_file import StoredFile
    from leadtight.domain.outcomes.booking import Booking


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An untrusted submission: a JSON object or form fields.

    In a `conversation` (a chat, a mail thread) messages after the first get no acknowledgement of their own. A reply to
    us names its lead (`lead_id`), from any sender. `channel` is the scope of its key when that is more than its source;
    `fingerprint` stands for its content when the body is more than that. With `is_import` it comes from a file: its
    time is believed however long ago it was, and its key alone says that it was received before. One with a `past` was
    over then and becomes a record. `answers_by` is the channel that its sender can end by a keyword (H4); `ends` when
    their provider already took one. With a `booking` it reports a booked call: an open lead of that person moves on.
    `caller` says who submits it, and so which claims are believed (`claims`); `mapped` are the names of ours that the
    policy itself maps, `unbelieved` the claims that became plain fields. Of a mail, `sender` says how certain its
    sender is by the receiving server's `verdicts`, and `by_reply_address` that it came to an address of ours that takes
    answers for its lead. It counts once in each of `counts`, and in the limits of its `door`. `files` came with it and
    are kept. `phone_proof` shows that the number is the sender's, as in an inquiry. With `joins_only` it is not an
    inquiry by itself, as a reaction in a chat: it joins the open lead of its sender, who may have been known `formerly`
    by another number (`+E164`) or handle.
    """

    source: str
    form: str | None = None
    key: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    conversation: bool = False
    lead_id: str | None = None
    channel: str | None = None
    fingerprint: str | None = None
    answers_by: Channel | None = None
    ends: bool = False
    caller: Submitter = Submitter.API
    mapped: frozenset[str] = frozenset()
    unbelieved: tuple[str, ...] = ()
    sender: Sender = Sender.PROVED
    by_reply_address: bool = False
    verdicts: Mapping[str, str] = field(default_factory=dict)
    is_import: bool = False
    past: HistoricalLead | None = None
    visitor: Visitor | None = None
    counts: tuple[RateLimitCounter, ...] = ()
    door: PostOrigin | None = None
    phone_proof: str = ""
    booking: Booking | None = None
    joins_only: bool = False
    formerly: str = ""
    answer_counts: tuple[RateLimitCounter, ...] = ()
    own_words: str | None = None
    files: tuple[StoredFile, ...] = ()

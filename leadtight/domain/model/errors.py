"""Errors that Leadtight raises on purpose, as one tree.

LeadtightError
├── PolicyError       a policy that is incomplete or invalid; names each path
├── StageFileError    a stage's file that is missing or invalid; names each path
├── InvalidInquiry    a submission that cannot become a lead; names each field
│   ├── NothingToJoin a chat reaction without a lead of its sender
│   └── NotStorable   a valid delivery that can never be stored as it is, or whose lead is unreadable: for a person
├── InvalidLink       a signed link that is forged, malformed or signed by an unknown key
├── LinkExpired       a genuine link that has expired, or whose lead has a new owner
├── Conflict          the record was changed first; read again and decide again
├── NotFound          an unknown lead
├── UnreadableRow     a stored row, requested by key, that this version cannot read
├── StaleSubmission   an outcome form that was opened before the latest outcome was recorded
├── LeadClosed        an outcome for a closed lead: nothing more is recorded on it
├── KeyRefused        an API key that is unknown, or not permitted the request
├── TooManyPosts      posts over the rate limit: they are held
├── OutOfTime         an item that exceeded its share of the time
├── SendRefused       the provider will never accept this message
├── SendFailed        the provider did not accept this message this time
│   └── SendThrottled the provider accepts no more in this second
└── SendUnsure        without an answer: the provider may have accepted the message or not
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadtight.domain.model.listing import Unreadable


class LeadtightError(Exception):
    """Base of every error that Leadtight raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of an input: field and detail.

    The field may be a path.
    """

    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


class _Problems(LeadtightError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(p) for p in self.problems))


class PolicyError(_Problems):
    """The policy is not usable.

    Every problem names its path.
    """


class StageFileError(_Problems):
    """A stage's file is missing, or not usable.

    Every problem names its path.
    """


class InvalidInquiry(_Problems):
    """The submission cannot become a lead.

    Every problem names its field.
    """


class NothingToJoin(InvalidInquiry):
    """A message has no lead to join.

    It is a chat reaction or the like. It is not an inquiry by itself, and its sender has no open lead.
    """


class NotStorable(InvalidInquiry):
    """A valid delivery can never be stored.

    It is quarantined for a person, whatever its sender.
    """


class InvalidLink(LeadtightError):
    """The link is invalid, or for another purpose."""


class LinkExpired(LeadtightError):
    """The link is valid but expired.

    The text says why, for its reader.
    """


class Conflict(LeadtightError):
    """The stored record has changed since this decision was made."""


class NotFound(LeadtightError):
    """There is no such lead."""


class UnreadableRow(LeadtightError):
    """A stored row requested by key cannot be read.

    This version neither shows nor changes any of it.
    """

    def __init__(self, row: Unreadable) -> None:
        self.row = row
        super().__init__(f"the {row.kind} {row.key} cannot be read by this version: {row.error}")


class StaleSubmission(LeadtightError):
    """The form was opened before the latest outcome was recorded."""


class LeadClosed(LeadtightError):
    """The lead is closed: nothing more is recorded on it."""


class KeyRefused(LeadtightError):
    """The API key is unknown, or not permitted.

    `is_known` keys lack the scope.
    """

    def __init__(self, detail: str, *, is_known: bool) -> None:
        self.is_known = is_known
        super().__init__(detail)


class UnprovedSender(InvalidInquiry):
    """A mail requests an action that needs a proved sender."""


class TooManyPosts(LeadtightError):
    """A rate limit of posts was exceeded.

    The text names the limit.
    """


class OutOfTime(LeadtightError):
    """One of many items exceeded its share of the time.

    The text says how long it took.
    """


class SendRefused(LeadtightError):
    """The provider rejects this message permanently; the text says why."""


class OptedOut(SendRefused):
    """The recipient opted out at the provider."""


class SendFailed(LeadtightError):
    """The provider rejected this message temporarily; try again later."""


class SendThrottled(SendFailed):
    """The provider accepts no more messages in this second."""


class SendUnsure(LeadtightError):
    """It is unknown whether the provider accepted this message.

    Its event, or the lease, decides.
    """


class FetchFailed(LeadtightError):
    """A source failed to provide an item; try again later.

    It had announced the item.
    """


class FetchRefused(LeadtightError):
    """A source will never provide an announced item.

    The text says why.
    """

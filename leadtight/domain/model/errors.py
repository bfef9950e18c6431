"""What can go wrong, as one small tree.

LeadtightError
├── PolicyError       the policy file does not say something it must; names each path
├── InvalidInquiry    a submission that cannot become a lead; names each field
│   ├── NothingToJoin a chat reaction without a lead of its sender
│   └── NotStorable   the table will never take it as it is, or cannot read what it belongs to: for a person
├── InvalidLink       a signed link that is forged, malformed or signed by an unknown key
├── LinkOver          a genuine link whose time is over, or whose lead has moved on to somebody else
├── Conflict          somebody else changed the record first; read again and decide again
├── NotFound          no such lead
├── UnreadableRow     a stored row that was asked for by its key, and that this version cannot read
├── StaleSubmission   an outcome form that was opened before the latest outcome was recorded
├── LeadClosed        an outcome for a lead that is closed: nothing more is recorded on it
├── KeyRefused        an API key that is not ours, or not good for what was asked
├── TooManyPosts      more than a form takes at once for leads: it is held instead
├── OutOfTime         one of many items took longer than its share of the time
├── SendRefused       the provider will never accept this message
├── SendFailed        the provider did not accept this message this time
│   └── SendThrottled it takes no more in this second
└── SendUnsure        no answer came: the provider may have accepted the message or not
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadtight.domain.model.listing import Unreadable


class LeadtightError(Exception):
    """Base of every error that Leadtight raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with some input: where (`field` or path) and what."""

    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


class _Problems(LeadtightError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(p) for p in self.problems))


class PolicyError(_Problems):
    """The policy is not usable; every problem is named by its path."""


class InvalidInquiry(_Problems):
    """The submission cannot become a lead; every problem names its field."""


class NothingToJoin(InvalidInquiry):
    """A chat reaction or the like has no lead to join.

    It is not an inquiry by itself, and its sender has no open lead.
    """


class NotStorable(InvalidInquiry):
    """What was sent is good, and the table will never take it: it is held for a person, whatever its sender."""


class InvalidLink(LeadtightError):
    """The link was not made by us, or not for this."""


class LinkExpired(LeadtightError):
    """The link was ours, but no longer opens this; the text says why in words for its reader."""


class Conflict(LeadtightError):
    """The stored record is not the one this decision was made on."""


class NotFound(LeadtightError):
    """There is no such lead."""


class UnreadableRow(LeadtightError):
    """A stored row that was asked for by its key cannot be read by this version; nothing of it is told or changed."""

    def __init__(self, row: Unreadable) -> None:
        self.row = row
        super().__init__(f"the {row.kind} {row.key} cannot be read by this version: {row.error}")


class StaleSubmission(LeadtightError):
    """The form was opened before the latest outcome was recorded."""


class LeadClosed(LeadtightError):
    """The lead is closed: nothing more is recorded on it."""


class KeyRefused(LeadtightError):
    """The API key is not ours, or (`known`) not good for what was asked."""

    def __init__(self, detail: str, *, known: bool) -> None:
        self.known = known
        super().__init__(detail)


class UnprovedSender(InvalidInquiry):
    """A mail asks for what only a sender acts on who is proved."""


class TooManyPosts(LeadtightError):
    """More came within a window than is taken for leads; the text says of what."""


class OutOfTime(LeadtightError):
    """One of many items took longer than its share of the time; the text says how long."""


class SendRefused(LeadtightError):
    """The provider refuses this message for good; the text says why."""


class SendFailed(LeadtightError):
    """The provider did not take this message now; try again later."""


class SendThrottled(SendFailed):
    """The provider takes no more messages in this second, whichever they are."""


class SendUnsure(LeadtightError):
    """Nobody knows whether the provider took this message; its event, or the lease, will tell."""


class FetchFailed(LeadtightError):
    """A source did not give now what it had announced; try again later."""


class FetchRefused(LeadtightError):
    """A source will not give what it had announced, however often it is asked; the text says why."""

"""Concerns: rules for messages that need a person (H5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Concern(StrEnum):
    """Why a message needs a person.

    Automation pauses after it.
    """

    LOW_CONFIDENCE = "low_confidence"
    STRONG_SENTIMENT = "strong_sentiment"
    HIGH_INTENT = "high_intent"
    COMPLIANCE_RISK = "compliance_risk"

    @property
    def label(self) -> str:
        """Return its name for people."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRule:
    """Matches messages with one of `words`, or very short ones.

    Words match whole and in any case; `at_most_words` is the length of a short message. `notify` is alerted besides the
    owner: `owner` for no one else, `manager` (theirs) or a person's id.
    """

    id: str
    """The rule's name, in the history."""
    concern: Concern
    """Why: `compliance_risk`, `strong_sentiment`, `high_intent` or `low_confidence`."""
    words: tuple[str, ...] = ()
    """Words or phrases that a message contains, whole, in upper or lower case."""
    at_most_words: int | None = None
    """Or that it has no more words than this: too little to go by."""
    notify: str = "owner"
    """Who is alerted at once besides the owner: `manager` (the owner's; while the lead has no owner,
    `routing.catch_all`) or a person's id.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedConcern:
    """A concern that waits for a person to act.

    It names the rule, the words found, the time and the policy version.
    """

    rule: str
    concern: Concern
    found: str
    at: datetime
    policy_version: str

    @property
    def summary(self) -> str:
        """Return its label and the words found."""
        return f"{self.concern.label}: {self.found}"

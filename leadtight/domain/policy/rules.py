"""Rules over conditions, for exclusion, scoring and routing."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.formats import Points


class UnwantedReason(StrEnum):
    """Why a lead is excluded, as reports show it."""

    TEST = "test"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    SUPPLIER = "supplier"
    APPLICANT = "applicant"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeRule:
    """Excludes matching leads from routing, timers, messages and rates."""

    id: str
    """The rule's name, on the lead and in its history."""
    reason: UnwantedReason
    """What reports call these leads."""
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRule:
    """Adds points to the score of matching leads."""

    id: str
    """The rule's name, in the breakdown of the score."""
    points: Points
    """What it adds; may be negative."""
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Sends leads that meet a condition to a pool."""

    id: str
    """The rule's name, on every receipt."""
    pool: str
    """The pool that gets the lead."""
    when: Condition = field(default_factory=Condition)
    to_existing_owner: bool = False
    """Whether the lead goes to its contact's existing owner, while they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The ordered routing rules, and the catch-all person."""

    catch_all: str
    """The one person who gets leads that no pool can take."""
    rules: tuple[RoutingRule, ...]
    """The first rule whose condition holds decides; the last must have no condition, so that there is no gap."""
    unowned_grace: timedelta = timedelta(seconds=30)
    """How long a lead may be without an owner before the sweep routes it."""

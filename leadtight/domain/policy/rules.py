"""Rules over conditions: what is excluded, what scores, and where a lead is routed."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from leadtight.domain.policy.conditions import Condition


class Unwanted(StrEnum):
    """Why a lead counts for nothing: what the reports say of it."""

    TEST = "test"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    SUPPLIER = "supplier"
    APPLICANT = "applicant"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeRule:
    """Keeps leads that meet a condition out of routing, clocks, messages and rates; the first that holds says why."""

    id: str
    reason: Unwanted
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRule:
    """Adds its points, which may be negative, to the score of every lead that meets a condition."""

    id: str
    points: int
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Sends leads that meet a condition to a pool; the first rule that holds wins."""

    id: str
    pool: str
    when: Condition = field(default_factory=Condition)
    to_existing_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The ordered rules, and the one person who gets what nobody else can take."""

    catch_all: str
    rules: tuple[RoutingRule, ...]
    unowned_grace: timedelta = timedelta(seconds=30)

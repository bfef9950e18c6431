"""Checks of conditions and of rules with only a condition."""

from collections.abc import Iterable, Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import ExcludeRule, ScoringRule
from leadtight.domain.text.suggestions import unknown


def check_conditions(policy: Policy) -> Iterator[Problem]:
    """Yield problems of conditions.

    They are unknown calendars, invalid addresses, scores that depend on scores, and rules that exclude every lead.
    """
    yield from _criteria(policy)
    yield from _same_names("exclude", policy.exclude)
    yield from _same_names("scoring", policy.scoring)
    for number, excluding in enumerate(policy.exclude):
        if excluding.when == Condition():
            yield Problem(f"exclude[{number}].when", "needs a condition: without one it would exclude every lead")
    for number, scoring in enumerate(policy.scoring):
        if scoring.when.min_score is not None:
            yield Problem(f"scoring[{number}].when.min_score", "a score cannot depend on itself")


def _criteria(policy: Policy) -> Iterator[Problem]:
    for path, condition in _conditions(policy):
        for pattern in condition.email:
            if "@" not in pattern:
                detail = f"is neither an address nor a domain such as @example.com: {pattern!r}"
                yield Problem(f"{path}.when.email", detail)
        calendar = condition.after_hours_of
        if calendar is not None and calendar not in policy.calendars:
            yield Problem(f"{path}.when.after_hours_of", unknown("calendar", calendar, policy.calendars))


def _same_names(path: str, rules: Iterable[ExcludeRule | ScoringRule]) -> Iterator[Problem]:
    names: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.id in names:
            yield Problem(f"{path}[{number}].id", f"duplicate rule {rule.id!r}")
        names.add(rule.id)


def _conditions(policy: Policy) -> Iterator[tuple[str, Condition]]:
    for number, excluding in enumerate(policy.exclude):
        yield f"exclude[{number}]", excluding.when
    for number, score in enumerate(policy.scoring):
        yield f"scoring[{number}]", score.when
    for number, tier in enumerate(policy.tiers):
        yield f"tiers[{number}]", tier.when
    for number, rule in enumerate(policy.routing.rules):
        yield f"routing.rules[{number}]", rule.when

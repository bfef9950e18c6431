"""Traces of tiers and rules: which criteria did not hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from leadtight.domain.policy.evaluation import Arrival, unmet
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import ExcludeRule, RoutingRule
from leadtight.domain.policy.targets import Tier


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One tier or rule, with its unmet criteria."""

    id: str
    holds: bool
    missing: tuple[str, ...]


def trace_rules(
    rules: Iterable[Tier | RoutingRule | ExcludeRule], policy: Policy, arrival: Arrival
) -> tuple[RuleTrace, ...]:
    """Trace tiers or rules up to the first that holds.

    Each has its unmet criteria.
    """
    traces = []
    for rule in rules:
        missing = unmet(rule.when, policy, arrival)
        traces.append(RuleTrace(rule.id, holds=not missing, missing=missing))
        if not missing:
            break
    return tuple(traces)

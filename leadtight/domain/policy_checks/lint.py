"""Warnings about valid policies that are probably mistaken.

They are rules that never apply, hours without members, and people without leads.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from leadtight.domain.model.errors import Problem
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import ExcludeRule, RoutingRule, ScoringRule
from leadtight.domain.policy.targets import Tier
from leadtight.domain.policy_checks.condition_algebra import covers, disjoint
from leadtight.domain.policy_checks.coverage_gaps import find_gaps


def lint(policy: Policy) -> Iterator[Problem]:
    """Yield probable mistakes in a valid policy, by path."""
    yield from _unreachable("exclude", policy.exclude)
    yield from _unreachable("tiers", policy.tiers)
    yield from _unreachable("routing.rules", policy.routing.rules)
    yield from _overlapping(policy.routing.rules)
    yield from _without_form(policy)
    yield from find_gaps(policy)
    yield from _without_leads(policy)
    yield from _expiring_before_due(policy)
    yield from _moving_unreached(policy)


def _unreachable(path: str, rules: Sequence[Tier | RoutingRule | ExcludeRule]) -> Iterator[Problem]:
    for number, rule in enumerate(rules):
        earlier = next((other for other in rules[:number] if covers(other.when, rule.when)), None)
        if earlier is not None:
            yield Problem(f"{path}[{number}]", f"{rule.id!r} never decides: {earlier.id!r} before it always does")


def _overlapping(rules: Sequence[RoutingRule]) -> Iterator[Problem]:
    """Yield pairs of rules where only the order decides.

    A narrow rule before a wide one is the usual way to write an exception.
    """
    for (_, first), (number, second) in combinations(enumerate(rules), 2):
        if first.pool != second.pool and not first.to_existing_owner and _cross(first.when, second.when):
            detail = f"overlaps {first.id!r}: a lead that meets both goes to {first.pool!r}, which comes first"
            yield Problem(f"routing.rules[{number}].when", detail)


def _cross(first: Condition, second: Condition) -> bool:
    return not (covers(first, second) or covers(second, first) or disjoint(first, second))


def _without_form(policy: Policy) -> Iterator[Problem]:
    lists: tuple[tuple[str, Sequence[Tier | RoutingRule | ScoringRule | ExcludeRule]], ...] = (
        ("exclude", policy.exclude),
        ("scoring", policy.scoring),
        ("tiers", policy.tiers),
        ("routing.rules", policy.routing.rules),
    )
    for path, rules in lists:
        for number, rule in enumerate(rules):
            for form in sorted(set(rule.when.form) - policy.forms.keys()):
                yield Problem(f"{path}[{number}].when.form", f"there is no form {form!r}, so no lead comes through it")


def _without_leads(policy: Policy) -> Iterator[Problem]:
    owners = {person for pool in policy.pools.values() for person in pool.members}
    managers = {team.manager for team in policy.teams.values()}
    recipients = {rung.notify for target in policy.targets.values() for rung in target.escalate}
    for name in policy.people:
        if name not in owners | managers | recipients | {policy.routing.catch_all}:
            yield Problem(f"people.{name}", "is not in a pool, manages no team and receives no escalation")


def _expiring_before_due(policy: Policy) -> Iterator[Problem]:
    """Yield tiers whose leads expire before they are due.

    The limit (D3) is time by the clock, which is never more than the working time of a target.
    """
    for number, tier in enumerate(policy.tiers):
        for name in sorted({tier.target, *tier.target_by_source.values()}):
            within = policy.targets[name].within
            if within and tier.expire_after <= within:
                detail = f"is over before targets.{name} is due: its leads move on while their owner is in time"
                yield Problem(f"tiers[{number}].expire_after", detail)


def _moving_unreached(policy: Policy) -> Iterator[Problem]:
    """Yield outcomes that move an unreached lead on (I2)."""
    for name, rule in policy.outcomes.items():
        if not rule.contact and rule.stage not in (None, Stage.NEW) and not rule.closes:
            detail = "is no contact: a lead that was never reached leaves “New” without a last contact"
            yield Problem(f"outcomes.{name}.stage", detail)

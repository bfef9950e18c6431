"""Checks of sequences, and of their preconditions (C11)."""

from collections.abc import Iterator
from itertools import pairwise

from leadtight.domain.model.enrolment import OutcomeMeaning, StepAction
from leadtight.domain.model.errors import Problem
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import ATTEMPTS_BEFORE_RETIRING, Sequence
from leadtight.domain.policy.targets import Tier
from leadtight.domain.text.suggestions import unknown


def check_sequences(policy: Policy) -> Iterator[Problem]:
    """Yield sequences that cannot be kept, and contradictory outcomes."""
    for name, sequence in policy.sequences.items():
        yield from _unusable(policy, f"sequences.{name}", sequence)
    for name, outcome in policy.outcomes.items():
        yield from _contradictory(f"outcomes.{name}", outcome)
    for stage, rule in policy.stages.items():
        if rule.sequence is not None and not rule.start_after:
            yield Problem(f"stages.{stage}.start_after", "is missing: the sequence starts after it")
    yield from _unknown_names(policy)
    yield from _missing_preconditions(policy)


def _unusable(policy: Policy, path: str, sequence: Sequence) -> Iterator[Problem]:
    yield from _bad_steps(path, sequence)
    if sequence.max_attempts not in ATTEMPTS_BEFORE_RETIRING:
        least, most = min(ATTEMPTS_BEFORE_RETIRING), max(ATTEMPTS_BEFORE_RETIRING)
        yield Problem(f"{path}.max_attempts", f"must be {least} to {most}")
    if policy.voice is None:
        for number, step in enumerate(sequence.steps):
            if step.action is StepAction.VOICE:
                yield Problem(f"{path}.steps[{number}].call", "needs a section [voice]: calls are off without it")
    if sequence.sends(StepAction.EMAIL) and not policy.company.postal_address:
        yield Problem("company.postal_address", f"is missing: the mails of {path} must carry it")
    yield from _bad_retirement(policy, path, sequence)


def _bad_steps(path: str, sequence: Sequence) -> Iterator[Problem]:
    if not sequence.steps:
        yield Problem(f"{path}.steps", "must have at least one")
    for number, (earlier, later) in enumerate(pairwise(sequence.steps), start=1):
        if later.after <= earlier.after:
            yield Problem(f"{path}.steps[{number}].after", f"must be later than that of {earlier.id!r} before it")
    ids = [step.id for step in sequence.steps]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield Problem(f"{path}.steps[{number}].id", f"duplicate step {id_!r}")


def _bad_retirement(policy: Policy, path: str, sequence: Sequence) -> Iterator[Problem]:
    if sequence.retire is None:
        return
    outcome = policy.outcomes.get(sequence.retire)
    if outcome is None:
        yield Problem(f"{path}.retire", unknown("outcome", sequence.retire, policy.outcomes))
    elif outcome.stage is not Stage.LOST:
        yield Problem(f"{path}.retire", f"must be an outcome of the stage lost: {sequence.retire!r}")


def _contradictory(path: str, outcome: OutcomeRule) -> Iterator[Problem]:
    if outcome.means in (OutcomeMeaning.OPT_OUT, OutcomeMeaning.NO_RESPONSE) and outcome.stage is not Stage.LOST:
        yield Problem(f"{path}.stage", f"must be lost: it means {outcome.means}")
    if outcome.sequence is not None and outcome.closes:
        yield Problem(f"{path}.sequence", "cannot start: the lead is closed")
    if outcome.sequence is None and outcome.sequence_after:
        yield Problem(f"{path}.sequence_after", "has no sequence that starts after it")


def _unknown_names(policy: Policy) -> Iterator[Problem]:
    for name, sequence in policy.sequences.items():
        if sequence.calendar not in policy.calendars:
            yield Problem(f"sequences.{name}.calendar", unknown("calendar", sequence.calendar, policy.calendars))
    for path, used in _used(policy):
        if used not in policy.sequences:
            yield Problem(path, unknown("sequence", used, policy.sequences))


def _used(policy: Policy) -> Iterator[tuple[str, str]]:
    for number, tier in enumerate(policy.tiers):
        if tier.sequence is not None:
            yield f"tiers[{number}].sequence", tier.sequence
    yield from _used_by_all_pools(policy)


def _used_by_all_pools(policy: Policy) -> Iterator[tuple[str, str]]:
    for name, outcome in policy.outcomes.items():
        if outcome.sequence is not None:
            yield f"outcomes.{name}.sequence", outcome.sequence
    for stage, rule in policy.stages.items():
        if rule.sequence is not None:
            yield f"stages.{stage}.sequence", rule.sequence


def _missing_preconditions(policy: Policy) -> Iterator[Problem]:
    """Yield missing preconditions of automation (C11).

    They are, in this order, routing, accountability and capacity.
    """
    ruled = {rule.pool for rule in policy.routing.rules}
    handed = {outcome.pool for outcome in policy.outcomes.values() if outcome.pool}
    handed |= {pool for from_ in policy.pools.values() for pool in from_.hands_over_to}
    handed |= {rule.bypass for rule in policy.stages.values() if rule.bypass}
    tier_pools = {tier.pool for tier in policy.tiers if tier.pool} - policy.test_pools
    for number, tier in enumerate(policy.tiers):
        if tier.sequence is not None:
            pools = {tier.pool} if tier.pool else ruled
            yield from _missing_before(policy, f"tiers[{number}].sequence", ((number, tier),), pools, pools - ruled)
    for path, _ in _used_by_all_pools(policy):
        tiers = tuple(enumerate(policy.tiers))
        yield from _missing_before(policy, path, tiers, ruled | handed | tier_pools, tier_pools - ruled - handed)


def _missing_before(
    policy: Policy, path: str, tiers: tuple[tuple[int, Tier], ...], pools: set[str], unrouted: set[str]
) -> Iterator[Problem]:
    for pool in sorted(unrouted & policy.pools.keys()):
        yield Problem(path, f"needs routing first: no routing rule leads to pools.{pool}")
    for number, tier in tiers:
        for name in sorted({tier.target, *tier.target_by_source.values()}):
            if not _is_accountable(policy, name):
                detail = f"needs a promise first: no one else is told when targets.{name} of tiers[{number}] is missed"
                yield Problem(path, detail)
    for pool in sorted(pools & policy.pools.keys()):
        uncapped = sorted(p for p in policy.pools[pool].members if p in policy.people and not _is_capped(policy, p))
        if uncapped:
            yield Problem(path, f"needs capacity first: no caps on {', '.join(uncapped)} of pools.{pool}")


def _is_accountable(policy: Policy, target: str) -> bool:
    promise = policy.targets.get(target)
    return promise is not None and (bool(promise.escalate) or promise.reassign is not None)


def _is_capped(policy: Policy, person: str) -> bool:
    caps = policy.people[person].caps
    return caps.hour is not None or caps.day is not None or caps.open is not None

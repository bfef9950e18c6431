"""Relations of two conditions: coverage and disjointness.

Both answers are conservative: true is proved from the conditions alone, false means that it could not be.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.matchers import ONE_OF_EACH, folded

_NAMES = tuple(field.name for field in fields(Condition) if field.init)


def covers(wide: Condition, narrow: Condition) -> bool:
    """Return whether `wide` holds wherever `narrow` does."""
    return all(_covers(name, getattr(wide, name), getattr(narrow, name)) for name in _NAMES)


def disjoint(first: Condition, second: Condition) -> bool:
    """Return whether no lead can meet both conditions.

    Two lists without a common value never hold together.
    """
    apart = (
        folded(getattr(first, n)).isdisjoint(folded(getattr(second, n))) for n in ONE_OF_EACH if _both(first, second, n)
    )
    owners = first.existing_owner, second.existing_owner
    return any(apart) or (None not in owners and owners[0] != owners[1]) or _sizes_apart(first, second)


def _covers(name: str, wide: Any, narrow: Any) -> bool:
    if _is_open(wide):
        return True
    if _is_open(narrow):
        return False
    if isinstance(wide, tuple):
        return folded(narrow) <= folded(wide)
    if isinstance(wide, Mapping):
        return all(key in narrow and folded(narrow[key]) <= folded(wide[key]) for key in wide)
    if name.startswith("min_"):
        return bool(narrow >= wide)
    if name.startswith("max_"):
        return bool(narrow <= wide)
    return bool(wide == narrow)


def _is_open(criterion: Any) -> bool:
    return criterion is None or criterion in ((), {})


def _both(first: Condition, second: Condition, name: str) -> bool:
    return not _is_open(getattr(first, name)) and not _is_open(getattr(second, name))


def _sizes_apart(first: Condition, second: Condition) -> bool:
    return any(
        low.min_company_size is not None
        and high.max_company_size is not None
        and low.min_company_size > high.max_company_size
        for low, high in ((first, second), (second, first))
    )

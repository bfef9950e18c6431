"""Read from the policy the choices that only it has: `toml` alone is light, for what reads a duration."""

from typing import Any

from leadtight.domain.policy.pools import OutsideHours, Returning, Strategy
from leadtight.domain.policy.rules import Unwanted
from leadtight.domain.policy.sources import MAIL_PROVIDERS, PROVIDERS, AnswersToLost
from leadtight.policy import toml_table


def strategy(value: Any) -> Strategy:
    """Read how a pool chooses."""
    return toml_table.one_of(Strategy, value)


def unwanted(value: Any) -> Unwanted:
    """Read why a lead counts for nothing."""
    return toml_table.one_of(Unwanted, value)


def outside_hours(value: Any) -> OutsideHours:
    """Read what happens to somebody who is not at work."""
    return toml_table.one_of(OutsideHours, value)


def returning(value: Any) -> Returning:
    """Read what somebody who was away comes back to."""
    return toml_table.one_of(Returning, value)


def provider(value: Any) -> str:
    """Read the name of a provider of webhooks."""
    if value not in PROVIDERS | MAIL_PROVIDERS:
        raise ValueError(f"must be one of {', '.join(sorted(PROVIDERS | MAIL_PROVIDERS))}")
    return str(value)


def answers_to_lost(value: Any) -> AnswersToLost:
    """Read what an answer to a lost lead does."""
    return toml_table.one_of(AnswersToLost, value)

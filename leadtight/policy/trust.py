"""Read from the policy what is believed of which caller."""

from typing import Any

from leadtight.domain.policy.trust import STANDARD, Caller, Claim, Trust
from leadtight.policy import toml_table


def trust(table: toml_table.Table) -> Trust:
    """Return what is believed of each caller; one that the policy does not name keeps its default."""
    with table.closed():
        return Trust(believed={caller: table.get(str(caller), claims, STANDARD[caller]) for caller in Caller})


def claims(value: Any) -> tuple[Claim, ...]:
    """Read which claims are believed."""
    return tuple(toml_table.one_of(Claim, name) for name in toml_table.texts(value))

"""What a rule asks of a lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from leadtight.domain.policy.matchers import sought


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold of a lead; an empty field holds of every lead, and all fields must hold.

    `wishes` are the fields that are not empty, each with what to look for: those that are quickest to ask come first.
    """

    source: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    phone_prefix: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    min_value: Decimal | None = None
    min_company_size: int | None = None
    max_company_size: int | None = None
    min_score: int | None = None
    existing_owner: bool | None = None
    email: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    postcode: tuple[str, ...] = ()
    field_is: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    message_has: tuple[str, ...] = ()
    after_hours_of: str | None = None
    wishes: tuple[tuple[str, Any], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what to look for, for every lead is asked many conditions."""
        named = ((f.name, getattr(self, f.name)) for f in fields(self) if f.init)
        wishes = tuple((name, sought(name, wish)) for name, wish in named if wish not in (None, (), {}))
        object.__setattr__(self, "wishes", wishes)

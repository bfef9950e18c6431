"""Conditions of rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from leadtight.domain.policy.formats import AnyCaseCountryCode, Points
from leadtight.domain.policy.matchers import compile_criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Every given key must hold. Without any it always holds."""

    source: tuple[str, ...] = ()
    """The lead comes from one of these sources, such as `web_form` or `api`."""
    form: tuple[str, ...] = ()
    """It came through one of these forms."""
    country: tuple[AnyCaseCountryCode, ...] = ()
    """It is from one of these countries (two letters)."""
    language: tuple[str, ...] = ()
    """It is in one of these languages."""
    region: tuple[str, ...] = ()
    """It is from one of these regions, such as a state, as the lead gives it."""
    phone_prefix: tuple[str, ...] = ()
    """Its number, in international form, starts with one of these (`+4940`)."""
    product: tuple[str, ...] = ()
    """It asks for one of these products."""
    min_value: Decimal | None = None
    """It is worth at least this much."""
    min_company_size: int | None = None
    """The company has at least so many people."""
    max_company_size: int | None = None
    """The company has at most so many people; unknown sizes do not count."""
    min_score: Points | None = None
    """Its score is at least this."""
    existing_owner: bool | None = None
    """Whether a person of the policy knows this contact from an earlier lead."""
    email: tuple[str, ...] = ()
    """Its address is one of these: whole, or by its domain (`@example.com`)."""
    account: tuple[str, ...] = ()
    """It is one of these companies, by name or by the domain of the address."""
    postcode: tuple[str, ...] = ()
    """Its postcode is one of these: exactly (`20457`), in a range (`20000-22999`), or by how it starts (`SW1*`)."""
    field_is: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further fields of the inquiry, each with the values that count: `{ budget = ["high"] }`. All of
    them must hold."""
    message_has: tuple[str, ...] = ()
    """Its message has one of these words or phrases, in capitals or not."""
    after_hours_of: str | None = None
    """It arrived outside this calendar's working day; a break at noon is not outside."""
    criteria: tuple[tuple[str, Any], ...] = field(init=False, repr=False, compare=False)
    """The compiled criteria of the keys; the quickest to check come first."""

    def __post_init__(self) -> None:
        """Compile the criteria once, for use with every lead."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self) if f.init)
        criteria = tuple(
            (name, compile_criterion(name, criterion)) for name, criterion in values if criterion not in (None, (), {})
        )
        object.__setattr__(self, "criteria", criteria)

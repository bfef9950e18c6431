"""Evaluation of conditions, for scores, tiers and routing rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.matchers import (
    ONE_OF_EACH,
    at_least,
    at_most,
    has_word,
    is_account,
    is_email,
    is_fields,
    packed,
    starts,
)
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Facts about a lead that conditions use.

    All of them are known on arrival and never change. `normalized` are the texts in the form in which conditions
    compare them.
    """

    source: str
    form: str | None
    inquiry: Inquiry
    received_at: datetime
    score: int = 0
    known_owner_id: str | None = None
    said: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Normalize the texts for comparison."""
        inquiry = self.inquiry
        texts = (self.source, self.form or "", inquiry.country, inquiry.region, inquiry.language, inquiry.product)
        said = {name: text.casefold() for name, text in zip(ONE_OF_EACH, texts, strict=True)}
        object.__setattr__(self, "said", {**said, "postcode": packed(inquiry.postcode)})

    @classmethod
    def of(cls, lead: Lead) -> "Arrival":
        """Return how a lead arrived."""
        return cls(
            source=lead.source,
            form=lead.form,
            inquiry=lead.inquiry,
            received_at=lead.received_at,
            score=lead.score.total,
            known_owner_id=lead.known_owner_id,
        )


def holds(condition: Condition, policy: Policy, arrival: Arrival) -> bool:
    """Tell whether every field of `condition` that is set holds."""
    for name, wish in condition.wishes:  # noqa: SIM110 - all() takes twice as long, and there are many conditions
        if not _TESTS[name](wish, policy, arrival):
            return False
    return True


def unmet(condition: Condition, policy: Policy, arrival: Arrival) -> tuple[str, ...]:
    """Return the fields of `condition` that do not hold.

    Each is checked separately.
    """
    return tuple(name for name, wish in condition.wishes if not _TESTS[name](wish, policy, arrival))


def tier_of(policy: Policy, arrival: Arrival) -> Tier:
    """Return the first tier whose condition holds.

    A checked policy always has one.
    """
    return next(tier for tier in policy.tiers if holds(tier.when, policy, arrival))


_Test = Callable[[Any, Policy, Arrival], bool]


def _is_said(name: str) -> _Test:
    return lambda wish, _, lead: lead.said[name] in wish


_TESTS: Mapping[str, _Test] = {
    **{name: _is_said(name) for name in ONE_OF_EACH},
    "phone_prefix": lambda wish, _, lead: starts(wish, lead.inquiry.phone),
    "min_value": lambda wish, _, lead: at_least(wish, lead.inquiry.value),
    "min_company_size": lambda wish, _, lead: at_least(wish, lead.inquiry.company_size),
    "max_company_size": lambda wish, _, lead: at_most(wish, lead.inquiry.company_size),
    "min_score": lambda wish, _, lead: at_least(wish, lead.score),
    "existing_owner": lambda wish, policy, lead: (lead.known_owner_id in policy.people) is wish,
    "email": lambda wish, _, lead: is_email(wish, lead.inquiry.email),
    "account": lambda wish, _, lead: is_account(wish, lead.inquiry.company, lead.inquiry.email),
    "postcode": lambda wish, _, lead: wish.have(lead.said["postcode"]),
    "field_is": lambda wish, _, lead: is_fields(wish, lead.inquiry.fields),
    "message_has": lambda wish, _, lead: has_word(wish, lead.inquiry.message),
    "after_hours_of": lambda wish, policy, lead: policy.calendars[wish].is_after_hours(lead.received_at),
}
"""Whether a lead meets a criterion: a test for every field of `Condition`."""

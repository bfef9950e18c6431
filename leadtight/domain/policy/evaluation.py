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
    normalized: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Normalize the texts for comparison."""
        inquiry = self.inquiry
        texts = (self.source, self.form or "", inquiry.country, inquiry.region, inquiry.language, inquiry.product)
        normalized = {name: text.casefold() for name, text in zip(ONE_OF_EACH, texts, strict=True)}
        object.__setattr__(self, "normalized", {**normalized, "postcode": packed(inquiry.postcode)})

    @classmethod
    def of(cls, lead: Lead) -> "Arrival":
        """Return the facts of a lead's arrival."""
        return cls(
            source=lead.source,
            form=lead.form,
            inquiry=lead.inquiry,
            received_at=lead.received_at,
            score=lead.score.total,
            known_owner_id=lead.known_owner_id,
        )


def holds(condition: Condition, policy: Policy, arrival: Arrival) -> bool:
    """Return whether every key of `condition` holds."""
    for name, criterion in condition.criteria:  # noqa: SIM110 - all() takes twice as long, and there are many conditions
        if not _TESTS[name](criterion, policy, arrival):
            return False
    return True


def unmet(condition: Condition, policy: Policy, arrival: Arrival) -> tuple[str, ...]:
    """Return the fields of `condition` that do not hold.

    Each is checked separately.
    """
    return tuple(name for name, criterion in condition.criteria if not _TESTS[name](criterion, policy, arrival))


def tier_of(policy: Policy, arrival: Arrival) -> Tier:
    """Return the first tier whose condition holds.

    A checked policy always has one.
    """
    return next(tier for tier in policy.tiers if holds(tier.when, policy, arrival))


_Test = Callable[[Any, Policy, Arrival], bool]


def _is_said(name: str) -> _Test:
    return lambda criterion, _, lead: lead.normalized[name] in criterion


_TESTS: Mapping[str, _Test] = {
    **{name: _is_said(name) for name in ONE_OF_EACH},
    "phone_prefix": lambda criterion, _, lead: starts(criterion, lead.inquiry.phone),
    "min_value": lambda criterion, _, lead: at_least(criterion, lead.inquiry.value),
    "min_company_size": lambda criterion, _, lead: at_least(criterion, lead.inquiry.company_size),
    "max_company_size": lambda criterion, _, lead: at_most(criterion, lead.inquiry.company_size),
    "min_score": lambda criterion, _, lead: at_least(criterion, lead.score),
    "existing_owner": lambda criterion, policy, lead: (lead.known_owner_id in policy.people) is criterion,
    "email": lambda criterion, _, lead: is_email(criterion, lead.inquiry.email),
    "account": lambda criterion, _, lead: is_account(criterion, lead.inquiry.company, lead.inquiry.email),
    "postcode": lambda criterion, _, lead: criterion.matches(lead.normalized["postcode"]),
    "field_is": lambda criterion, _, lead: is_fields(criterion, lead.inquiry.fields),
    "message_has": lambda criterion, _, lead: has_word(criterion, lead.inquiry.message),
    "after_hours_of": lambda criterion, policy, lead: policy.calendars[criterion].is_after_hours(lead.received_at),
}
"""Whether a lead meets a criterion: a test for every field of `Condition`."""

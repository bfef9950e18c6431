"""Does a condition hold of a lead? The same question for scores, tiers and routing rules."""

from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.lead import Inquiry, Lead
from leadtight.domain.matching import among, has_word, is_account, is_fields, is_postcode, starts, within
from leadtight.domain.policy import Condition, Policy, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a condition may ask of a lead: all of it is known on arrival and never changes."""

    source: str
    form: str | None
    inquiry: Inquiry
    received_at: datetime
    score: int = 0
    known_owner_id: str | None = None

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
    return (
        _came_as(condition, arrival)
        and _comes_from(condition, arrival.inquiry)
        and _asks_for(condition, arrival.inquiry)
        and _is_company(condition, arrival.inquiry)
        and _is_known(condition, policy, arrival)
        and (
            condition.after_hours_of is None
            or policy.calendars[condition.after_hours_of].is_after_hours(arrival.received_at)
        )
    )


def tier_of(policy: Policy, arrival: Arrival) -> Tier:
    """Return the first tier whose condition holds; a checked policy always ends in one that does."""
    return next(tier for tier in policy.tiers if holds(tier.when, policy, arrival))


def _came_as(condition: Condition, arrival: Arrival) -> bool:
    return among(condition.source, arrival.source) and among(condition.form, arrival.form or "")


def _comes_from(condition: Condition, inquiry: Inquiry) -> bool:
    return (
        among(condition.country, inquiry.country)
        and among(condition.region, inquiry.region)
        and is_postcode(condition.postcode, inquiry.postcode)
        and starts(condition.phone_prefix, inquiry.phone)
        and among(condition.language, inquiry.language)
    )


def _asks_for(condition: Condition, inquiry: Inquiry) -> bool:
    return (
        among(condition.product, inquiry.product)
        and within(inquiry.value, condition.min_value, None)
        and is_fields(condition.field_is, inquiry.fields)
        and has_word(condition.message_has, inquiry.message)
    )


def _is_company(condition: Condition, inquiry: Inquiry) -> bool:
    return within(inquiry.company_size, condition.min_company_size, condition.max_company_size) and is_account(
        condition.account, inquiry.company, inquiry.email
    )


def _is_known(condition: Condition, policy: Policy, arrival: Arrival) -> bool:
    known = arrival.known_owner_id in policy.people
    return within(arrival.score, condition.min_score, None) and condition.existing_owner in (None, known)

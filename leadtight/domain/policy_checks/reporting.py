"""Checks of report settings."""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.text.suggestions import unknown


def check_reporting(policy: Policy) -> Iterator[Problem]:
    """Yield unknown names, and double prices of one lead."""
    if policy.money.cost_per_lead is not None and policy.money.monthly_spend:
        yield Problem("money.cost_per_lead", "give this or `monthly_spend`: together they would count a lead twice")
    calendar = policy.reports.calendar
    if calendar is not None and calendar not in policy.calendars:
        yield Problem("reports.calendar", unknown("calendar", calendar, policy.calendars))
    for person in policy.reports.readers:
        if person not in policy.people:
            yield Problem("reports.readers", unknown("person", person, policy.people))
    tiers = [tier.id for tier in policy.tiers]
    for tier in policy.reports.qualified_tiers:
        if tier not in tiers:
            yield Problem("reports.qualified_tiers", unknown("tier", tier, tiers))

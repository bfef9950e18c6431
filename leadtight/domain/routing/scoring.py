"""Scoring of leads by points of rules (B1).

It is a pure function of the lead and the policy version.
"""

from leadtight.domain.model.lead import Score
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.domain.policy.policy import Policy


def score(policy: Policy, arrival: Arrival) -> Score:
    """Return the points of every scoring rule that holds.

    They sum to the total.
    """
    breakdown = {rule.id: rule.points for rule in policy.scoring if holds(rule.when, policy, arrival)}
    return Score(total=sum(breakdown.values()), breakdown=breakdown, policy_version=policy.version)

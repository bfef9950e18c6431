"""A stage's monthly budget, which mails the operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from leadtight.stages.stage_settings import StageFile

MOST_ADDRESSES = 10
"""Mail addresses that one threshold warns.

https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
"""

THRESHOLDS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""Percent of the budget that is spent, or forecast for the month."""


class MonthlyBudget(Construct):
    """The limit of the cost that has the stage's tags.

    AWS counts it once an administrator has activated both tags for cost allocation: docs/guides/deploy.md.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: StageFile, tags: Mapping[str, str], usd: float) -> None:
        super().__init__(scope, id_)
        emails = stage.operators.emails
        region = budgets.CfnBudget.ExpressionDimensionValuesProperty(key="REGION", values=[stage.region])
        parts = [budgets.CfnBudget.ExpressionProperty(dimensions=region), *map(_tagged, tags.items())]
        self.budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=f"{stage.stack}-{stage.region}",  # unique in the account, which has it for all regions
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
                filter_expression=budgets.CfnBudget.ExpressionProperty(and_=parts),
                metrics=["UnblendedCost"],
            ),
            notifications_with_subscribers=[
                _notification(kind, percent, emails[:MOST_ADDRESSES]) for kind, percent in THRESHOLDS
            ],
        )


def _tagged(tag: tuple[str, str]) -> budgets.CfnBudget.ExpressionProperty:
    key, value = tag
    return budgets.CfnBudget.ExpressionProperty(
        tags=budgets.CfnBudget.TagValuesProperty(key=key, values=[value], match_options=["EQUALS"])
    )


def _notification(
    kind: str, percent: int, emails: Sequence[str]
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=address) for address in emails
        ],
    )

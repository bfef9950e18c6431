"""Alarms on messages that do not arrive."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.monitoring.alarms import Advice, OperatorAlarms, own_metric, total
from infra.stage import StageSettings

LOST = ("MessagesRefused", "MessagesDead", "MessagesBounced", "MessagesUnconfirmed")
LEADS_AN_HOUR = 2
"""Messages to leads that may be refused or given up in an hour.

Some addresses are wrong; three in an hour are more than that.
"""

SPENT = 0.8
"""Share of the month's limit for texts at which to raise it."""

REPUTATION = {"bounce-rate": ("Reputation.BounceRate", 0.04), "complaint-rate": ("Reputation.ComplaintRate", 0.0008)}
"""Rates of the whole account at which to act.

SES reviews an account at 5 % bounces or 0.1 % complaints.
"""


def to_the_team(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring on the first lost message to the team.

    It was refused, given up, bounced, or never confirmed.
    """
    lost = [own_metric(stage, name, "sum", service="messages", to="team") for name in LOST]
    advice = Advice(reason="a message to the team did not arrive", see="team-messages")
    alarms.above("team-messages", total(lost), 0, advice)


def to_leads(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring when several messages to leads are lost."""
    hour = Duration.hours(1)
    lost = [own_metric(stage, name, "sum", period=hour, service="messages", to="lead") for name in LOST[:2]]
    advice = Advice(reason="messages to leads are not sent", see="lead-messages")
    alarms.above("lead-messages", total(lost, period=hour), LEADS_AN_HOUR, advice)


def unknown_events(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring when a service sent what this version cannot read."""
    metric = own_metric(stage, "EventsNotUnderstood", "sum", service="all")
    alarms.above("unknown-events", metric, 0, Advice(reason="an event was not understood", see="unknown-events"))


def text_spending(alarms: OperatorAlarms, stage: StageSettings) -> None:
    """Ring before SNS stops sending texts for this month.

    It says *sent* of a text that it no longer sends. End User Messaging reports each text, which `to_the_team` counts.
    """
    texts = stage.file.texts
    if texts.origination:
        return
    metric = cloudwatch.Metric(
        namespace="AWS/SNS", metric_name="SMSMonthToDateSpentUSD", period=Duration.hours(1), statistic="max"
    )
    advice = Advice(reason="most of the month's spending on texts is used", see="text-spending")
    alarms.above("text-spending", metric, SPENT * texts.monthly_usd, advice)


def reputation(alarms: OperatorAlarms) -> None:
    """Ring before SES reviews the account."""
    for name, (metric_name, most) in REPUTATION.items():
        metric = cloudwatch.Metric(
            namespace="AWS/SES", metric_name=metric_name, period=Duration.hours(1), statistic="max"
        )
        alarms.above(name, metric, most, Advice(reason="SES may pause the account's mails", see="reputation"))

"""Write the scheduled reports.

The event is `{"kind": "nightly" | "weekly", "date": "YYYY-MM-DD"}`, the date being optional.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.dynamodb import row_reader
from leadtight.adapters.presentation.timeline import sentence
from leadtight.app.scheduled_runs import ScheduledRun
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.lead import Lead
from leadtight.domain.notifications.review_mail import PublishedReview
from leadtight.reporting.review.service import ReportService, page_of

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write one report and return its key facts.

    Raises for an unknown kind or a future day.
    """
    summary = REPORTS[event["kind"]](_reports(), event.get("date"), bootstrap.clock()())
    metrics.add_metric(name="ReportProblems", unit=MetricUnit.Count, value=len(summary["problems"]))
    if not event.get("date"):
        bootstrap.app().scheduled_runs.succeeded(ScheduledRun(event["kind"]), bootstrap.clock()())
    logger.info("reported", extra={**_about(summary), "problems": summary["problems"]})
    return _about(summary)


def nightly(reports: ReportService, day: str | None, now: datetime) -> dict[str, Any]:
    """Report on a day, by default yesterday and missing days."""
    if day:
        return reports.nightly(date.fromisoformat(day), now)
    last = reports.last_day(now)
    night = reports.first_missing(last)
    while night < last:
        reports.nightly(night, now)
        logger.info("caught_up", night=str(night))
        night += timedelta(days=1)
    return reports.nightly(last, now)


def weekly(reports: ReportService, day: str | None, now: datetime) -> dict[str, Any]:
    """Review a day's week; owe its mails once over.

    The default is the latest week.
    """
    summary = reports.weekly(date.fromisoformat(day) if day else reports.review_day(now), now)
    if summary["complete"]:
        week = Week.named(summary["week"])
        review = PublishedReview(week=week, path=page_of(week), headline=tuple(summary["in_words"]))
        mails = bootstrap.app().weekly_mail.owe(review, now)
        logger.info("review_mails_owed", extra={"week": summary["week"], "mails": mails})
    return summary


REPORTS = {"nightly": nightly, "weekly": weekly}


def _reports() -> ReportService:
    links = bootstrap.ports().links.outcome_of
    policy, tell = bootstrap.policy(), partial(sentence, bootstrap.policy())
    return ReportService(policy, bootstrap.table(), bootstrap.report_files(), _name, _lost_reason, links, tell)


def _name(lead_id: str) -> str | None:
    lead = _readable(lead_id)
    return lead.inquiry.display_name if lead else None


def _lost_reason(lead_id: str) -> str | None:
    lead = _readable(lead_id)
    return lead.lost_reason if lead else None


def _readable(lead_id: str) -> Lead | None:
    """Return a lead; None also when it cannot be read.

    The page of a week is about many.
    """
    try:
        return bootstrap.ports().store.load(lead_id)
    except UnreadableRow as error:
        row_reader.report([error.row])
        return None


def _about(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: summary[key] for key in ("schema", "date", "week", "complete", "restated") if key in summary}

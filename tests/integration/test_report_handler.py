"""The report function over moto, from leads to linked files.

Leads come by HTTP, files go to S3, and links open.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.report.handler import handle as report
from functions.route.handler import handle as route
from leadtight import bootstrap
from leadtight.domain.notifications.review_mail import readers
from leadtight.domain.policy.reporting import Money
from tests.integration.conftest import REGION, Stage
from tests.integration.http_events import post_lead, request

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TUESDAY_NIGHT = datetime(2026, 3, 3, 0, 15, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "call me today"}


@pytest.fixture(autouse=True)
def a_monday(stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, MONDAY)
    for name in ("Ada Obi", "Bo Berg", "Cy Cole"):
        intake(post_lead(ADA | {"name": name, "email": f"{name[:2].lower()}@example.com"}), context)
    route(stage.inserted("LEAD"), context)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: moment)


def with_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = replace(bootstrap.policy(), money=Money(cost_per_lead=Decimal(40)))
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    bootstrap.app.cache_clear()


def stored(key: str) -> bytes:
    body: bytes = boto3.client("s3", region_name=REGION).get_object(Bucket="reports", Key=key)["Body"].read()
    return body


def test_the_night_reports_the_companys_yesterday(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, TUESDAY_NIGHT)
    answer = report({"kind": "nightly"}, context)
    assert answer == {"schema": "leadtight.metrics/1", "date": "2026-03-02", "complete": True, "restated": []}
    metrics = json.loads(stored("metrics/dt=2026-03-02/metrics.json"))
    assert (metrics["leads"], metrics["never_contacted"], metrics["missed"]) == (3, 3, 3)
    assert metrics["day"]["events"]["assigned"] == 3
    assert stored("facts/dt=2026-03-02/facts.parquet").startswith(b"PAR1")


def test_a_much_later_run_writes_the_same_bytes(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("metrics/dt=2026-03-02/metrics.json", "facts/dt=2026-03-02/facts.parquet")
    at(monkeypatch, TUESDAY_NIGHT)
    report({"kind": "nightly"}, context)
    first = [stored(key) for key in keys]
    at(monkeypatch, NEXT_MONDAY)
    report({"kind": "nightly", "date": "2026-03-02"}, context)
    assert [stored(key) for key in keys] == first


def test_on_monday_last_week_is_reviewed_and_its_links_open(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NEXT_MONDAY)
    assert report({"kind": "weekly"}, context)["week"] == "2026-W10"
    assert json.loads(stored("weekly/latest.json"))["html"] == "weekly/2026-W10/index.html"
    assert json.loads(stored("weekly/2026-W10/review.json"))["questions"]["not_contacted"]["total"] == 3
    page = stored("weekly/2026-W10/index.html").decode()
    assert "Ada Obi" in page
    link = re.search(r'href="https://leads\.leadtight\.example/o/([^"]+)"', page)
    assert link
    opened = desk(request("GET /o/{token}", token=link[1]), context)
    assert opened["statusCode"] == 200
    assert "Ada Obi" in opened["body"]


def test_logs_and_facts_contain_no_personal_data(
    context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at(monkeypatch, NEXT_MONDAY)
    report({"kind": "nightly", "date": "2026-03-02"}, context)
    report({"kind": "weekly"}, context)
    logged = capsys.readouterr().out.encode()
    for text in (logged, stored("facts/dt=2026-03-02/facts.parquet"), stored("weekly/2026-W10/review.json")):
        assert b"Ada" not in text
        assert b"ada@" not in text
    assert b'"ReportProblems":[0.0]' in logged.replace(b" ", b"")


@pytest.mark.filterwarnings("ignore:No application metrics")  # it failed before loading any
def test_a_future_day_and_an_unknown_kind_fail_loudly(context: Any) -> None:
    with pytest.raises(ValueError, match="has not begun"):
        report({"kind": "nightly", "date": "2026-03-03"}, context)
    with pytest.raises(KeyError):
        report({"kind": "hourly"}, context)


def test_on_monday_each_reader_is_owed_one_mail_however_often_the_job_runs(
    context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NEXT_MONDAY)
    for _ in range(2):
        report({"kind": "weekly"}, context)
    owed = bootstrap.ports().outbox.messages("WEEK-2026-W10")
    assert sorted(m.recipient for m in owed) == sorted(readers(bootstrap.policy()))
    assert {m.next_try_at for m in owed} == {datetime(2026, 3, 9, 7, 0, tzinfo=UTC)}  # 08:00 in Berlin
    assert owed[0].data["headline"][0] == "0 of 3 new leads answered in time (0\u202f%)"
    assert bootstrap.app().weekly_mail.lost(NEXT_MONDAY) == 0
    assert bootstrap.app().weekly_mail.lost(datetime(2026, 3, 9, 9, 0, tzinfo=UTC)) == len(owed)


@pytest.mark.proves("N3")
def test_the_mailed_headline_has_rate_money_and_cause(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with_costs(monkeypatch)
    at(monkeypatch, NEXT_MONDAY)
    report({"kind": "weekly"}, context)
    headline = bootstrap.ports().outbox.messages("WEEK-2026-W10")[0].data["headline"]
    assert headline[0] == "0 of 3 new leads answered in time (0\u202f%)"
    assert "Leads without a contact cost 120.00 a month." in headline
    assert "Fix first: accountability." in headline


WEDNESDAY_NIGHT = datetime(2026, 3, 4, 0, 15, tzinfo=UTC)


def test_a_night_writes_the_nights_that_were_missed_before_it(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, TUESDAY_NIGHT)
    report({"kind": "nightly"}, context)
    at(monkeypatch, NEXT_MONDAY)
    assert report({"kind": "nightly"}, context)["date"] == "2026-03-08"
    for day in range(3, 9):
        assert json.loads(stored(f"metrics/dt=2026-03-0{day}/metrics.json"))["complete"] is True


def test_the_first_night_of_a_stage_writes_no_days_before_it(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, WEDNESDAY_NIGHT)
    report({"kind": "nightly"}, context)
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket="reports", Prefix="metrics/")
    assert [file["Key"] for file in listed["Contents"]] == ["metrics/dt=2026-03-03/metrics.json"]


def test_a_day_that_was_asked_for_is_no_night(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, WEDNESDAY_NIGHT)
    report({"kind": "nightly", "date": "2026-03-02"}, context)
    assert bootstrap.ports().runs.last_runs() == {}
    report({"kind": "nightly"}, context)
    assert bootstrap.ports().runs.last_runs() == {"nightly": WEDNESDAY_NIGHT}

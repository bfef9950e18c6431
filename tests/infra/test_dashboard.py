"""The dashboard shows promises, messages, waits, faults and what costs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from leadtight.adapters.aws.message_metrics import METRICS
from leadtight.domain.model.message import Channel
from leadtight.domain.promises.timings import PROMISES_BROKEN, PROMISES_KEPT, SECONDS_TO_OWNER, SECONDS_TO_REPLY
from tests.infra.synth import FUNCTIONS, Synthesised

RUNBOOK = Path(__file__).resolve().parents[2] / "docs/guides/runbook.md"


def widgets(template: Synthesised) -> list[dict[str, Any]]:
    [dashboard] = template.properties("CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == "leadtight-prod"
    body = dashboard["DashboardBody"]
    parts = body["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else part.get("Ref") or part["Fn::GetAtt"][0] for part in parts)
    return [widget["properties"] for widget in json.loads(text)["widgets"]]


def shown(template: Synthesised) -> list[list[Any]]:
    return [metric for widget in widgets(template) for metric in widget["metrics"]]


def test_it_shows_what_the_product_measures_about_its_promises(prod: Synthesised) -> None:
    own = {metric[1] for metric in shown(prod) if metric[0] == "Leadtight/prod"}
    assert {PROMISES_KEPT, PROMISES_BROKEN, SECONDS_TO_OWNER, SECONDS_TO_REPLY} <= own
    assert set(METRICS.values()) <= own


def test_it_shows_messages_by_every_channel(prod: Synthesised) -> None:
    channels = {metric[3] for metric in shown(prod) if metric[0] == "Leadtight/prod" and metric[2] == "channel"}
    assert channels == {channel.value for channel in Channel}


def test_it_shows_every_function_and_every_queue_that_is_worked_off(prod: Synthesised) -> None:
    functions = {metric[3] for metric in shown(prod) if metric[:2] == ["AWS/Lambda", "Errors"]}
    assert functions == {prod.function_id(name) for name in FUNCTIONS}
    queues = {metric[3] for metric in shown(prod) if metric[1] == "ApproximateAgeOfOldestMessage"}
    assert queues == {id_ for id_, q in prod.of_type("SQS::Queue").items() if "RedrivePolicy" in q["Properties"]}


def test_its_address_is_an_output(prod: Synthesised) -> None:
    assert "#dashboards/dashboard/" in json.dumps(prod.body["Outputs"]["DashboardUrl"]["Value"])


def test_the_runbook_explains_every_graph(prod: Synthesised) -> None:
    section = re.split(r"^## ", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [text] = [part for part in section if part.startswith("The dashboard\n")]
    assert [widget["title"] for widget in widgets(prod) if f"*{widget['title']}*" not in text] == []

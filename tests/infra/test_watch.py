"""Everything that means a slipping promise wakes a person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from functions.sla.handler import WATCHED
from leadtight.domain.compliance.send_limits import ALARM_AT, SHARES
from tests.infra.synth import FUNCTIONS, Synthesised


def alarms(template: Synthesised, metric: str) -> list[dict[str, Any]]:
    return [a for a in template.properties("CloudWatch::Alarm") if a["MetricName"] == metric]


def dimension(alarm: dict[str, Any]) -> Any:
    [only] = alarm["Dimensions"]
    return only["Value"]


def test_every_alarm_reaches_the_operators(prod: Synthesised) -> None:
    [(topic, _)] = [
        (id_, t)
        for id_, t in prod.of_type("SNS::Topic").items()
        if t["Properties"]["TopicName"] == "leadtight-prod-operators"
    ]
    every_alarm = prod.properties("CloudWatch::Alarm")
    assert len(every_alarm) > 40
    for alarm in every_alarm:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        is_switch = alarm["ComparisonOperator"].startswith("LessThan")
        assert alarm["TreatMissingData"] == ("breaching" if is_switch else "notBreaching")
        assert alarm["AlarmDescription"]


def test_cloudwatch_may_publish_to_the_operators(prod: Synthesised) -> None:
    allowed = [
        statement.get("Principal")
        for policy in prod.properties("SNS::TopicPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert {"Service": "cloudwatch.amazonaws.com"} in allowed


def test_every_dead_letter_queue_is_watched(prod: Synthesised) -> None:
    dead = {id_ for id_, q in prod.of_type("SQS::Queue").items() if "RedrivePolicy" not in q["Properties"]}
    watched = {dimension(a)["Fn::GetAtt"][0] for a in alarms(prod, "ApproximateNumberOfMessagesVisible")}
    assert watched == dead
    assert len(dead) == 8


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_is_watched(prod: Synthesised, metric: str) -> None:
    watched = {dimension(alarm)["Ref"] for alarm in alarms(prod, metric)}
    assert watched == {prod.function_id(name) for name in FUNCTIONS}


def test_waiting_messages_and_lagging_streams_are_watched(prod: Synthesised) -> None:
    assert sorted(a["Threshold"] for a in alarms(prod, "ApproximateAgeOfOldestMessage")) == [300, 300, 600, 1200, 1200]
    assert {dimension(a)["Ref"] for a in alarms(prod, "IteratorAge")} == {
        prod.function_id("route"),
        prod.function_id("respond"),
    }


def test_repairs_alarm_only_when_they_continue(prod: Synthesised) -> None:
    [repairs] = alarms(prod, "SweepRepairs")
    assert (repairs["Namespace"], repairs["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "sla"}])
    assert (repairs["DatapointsToAlarm"], repairs["EvaluationPeriods"], repairs["Threshold"]) == (3, 6, 0)


def test_long_waits_alarm_by_kind_and_so_do_unfinished_sweeps(prod: Synthesised) -> None:
    by_kind = {kind: alarms(prod, f"BacklogAge{kind.title()}") for kind in WATCHED}
    for kind, [alarm] in by_kind.items():
        assert (alarm["Namespace"], alarm["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "sla"}])
        assert alarm["Threshold"] == 60 * {"unowned": 10, "overdue": 10, "messages": 15, "digests": 30}[kind]
        assert (alarm["Statistic"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == ("Maximum", 2, 3)
    sweeps = alarms(prod, "SweepUnfinished")
    assert sorted(dimension(unfinished) for unfinished in sweeps) == ["collect", "sla"]
    for unfinished in sweeps:
        assert (unfinished["DatapointsToAlarm"], unfinished["EvaluationPeriods"], unfinished["Threshold"]) == (3, 6, 0)


def test_a_review_that_has_not_reached_everybody_alarms(prod: Synthesised) -> None:
    [lost] = alarms(prod, "ReviewMailsLost")
    assert (lost["Namespace"], lost["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "sla"}])
    assert (lost["Statistic"], lost["Threshold"]) == ("Maximum", 0)


def test_unreadable_rows_alarm_whichever_function_met_them(prod: Synthesised) -> None:
    [unreadable] = alarms(prod, "UnreadableRows")
    assert (unreadable["Namespace"], unreadable["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "all"}])
    assert (unreadable["Statistic"], unreadable["Threshold"]) == ("Sum", 0)


def test_an_item_that_took_too_long_alarms_whichever_function_met_it(prod: Synthesised) -> None:
    [slow] = alarms(prod, "ItemsOutOfTime")
    assert (slow["Namespace"], slow["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "all"}])
    assert (slow["Statistic"], slow["Threshold"]) == ("Sum", 0)


def test_a_days_budget_alarms_before_answers_begin_to_wait(prod: Synthesised) -> None:
    [used] = alarms(prod, "BudgetUsed")
    assert (used["Namespace"], used["Dimensions"]) == ("Leadtight", [{"Name": "service", "Value": "sla"}])
    assert (used["Statistic"], used["Threshold"]) == ("Maximum", 100 * ALARM_AT)
    assert SHARES["answer"] > ALARM_AT


RUNBOOK = Path(__file__).resolve().parents[2] / "docs/guides/runbook.md"
PARTS = ("Means", "At risk", "Look", "Do", "Over when")


def test_every_alarm_links_to_a_runbook_section_with_instructions(prod: Synthesised) -> None:
    parts = re.split(r"^#+ (.+)$", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    descriptions = [alarm["AlarmDescription"] for alarm in prod.properties("CloudWatch::Alarm")]
    assert len(descriptions) == 46
    used = {}
    for text in descriptions:
        match = re.fullmatch(r"([\w-]+): .+ What to do: docs/guides/runbook\.md#([\w-]+)", text)
        assert match, text
        alarm, section = match.groups()
        used[section] = sections[section]
        subject = re.sub(r"-(dead-letters|backlog|errors|throttles|stream-lag|waiting)$", "", alarm)
        assert subject == section or f"`{subject}`" in sections[section], alarm
    incomplete = {section for section, text in used.items() if not all(f"**{part}" in text for part in PARTS)}
    assert incomplete == set()

"""Everything that means a slipping promise wakes a person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from functions.sla.handler import WATCHED
from leadtight.domain.compliance.send_limits import ALARM_AT, SHARES
from tests.infra.synth import FUNCTIONS, Synthesised

OWN = "Leadtight/prod"
"""The namespace of the stage's own metrics: another stage has another."""


def alarms(template: Synthesised, metric: str) -> list[dict[str, Any]]:
    return [a for a in template.properties("CloudWatch::Alarm") if a.get("MetricName") == metric]


def watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the metrics of an alarm on their sum."""
    return [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]


def named(template: Synthesised, name: str) -> dict[str, Any]:
    [alarm] = [a for a in template.properties("CloudWatch::Alarm") if a["AlarmName"] == f"leadtight-prod-{name}"]
    return alarm


def dimension(alarm: dict[str, Any]) -> Any:
    [only] = alarm["Dimensions"]
    return only["Value"]


SWITCHES = {f"leadtight-prod-{name}-stopped" for name in ("sweep", "route-stream", "respond-stream")}
"""Dead-man's switches: what writes their metric must never fall silent."""


def test_missing_data_is_bad_only_where_silence_is(prod: Synthesised) -> None:
    by_treatment: dict[str, set[str]] = {"breaching": set(), "notBreaching": set()}
    for alarm in prod.properties("CloudWatch::Alarm"):
        by_treatment[alarm["TreatMissingData"]].add(alarm["AlarmName"])
    assert by_treatment["breaching"] == SWITCHES


def test_a_dead_mans_switch_is_created_after_what_feeds_it(prod: Synthesised) -> None:
    schedules = set(prod.of_type("Scheduler::Schedule"))
    every = prod.of_type("CloudWatch::Alarm").values()
    switches = [each for each in every if each["Properties"]["AlarmName"] in SWITCHES]
    assert len(switches) == len(SWITCHES)
    for switch in switches:
        assert schedules <= set(switch["DependsOn"])


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


def test_every_function_is_watched_for_errors_or_for_its_answers(prod: Synthesised) -> None:
    by_function = {dimension(alarm)["Ref"]: alarm for alarm in alarms(prod, "Errors")}
    answering = {prod.function_id("intake"), prod.function_id("desk")}
    assert by_function.keys() | answering == {prod.function_id(name) for name in FUNCTIONS}
    assert len(alarms(prod, "5xx")) == 1
    at_once = by_function.pop(prod.function_id("sla"))
    assert (at_once["DatapointsToAlarm"], at_once["EvaluationPeriods"]) == (1, 1)
    for alarm in by_function.values():
        assert (alarm["Period"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (60, 3, 15)


def test_one_alarm_watches_the_throttles_of_every_function(prod: Synthesised) -> None:
    metrics = watched(named(prod, "throttles"))
    assert {metric["MetricName"] for metric in metrics} == {"Throttles"}
    assert {dimension(metric)["Ref"] for metric in metrics} == {prod.function_id(name) for name in FUNCTIONS}


def test_waiting_messages_and_lagging_streams_are_watched(prod: Synthesised) -> None:
    assert sorted(a["Threshold"] for a in alarms(prod, "ApproximateAgeOfOldestMessage")) == [300, 300, 1080]
    lagging = {dimension(a)["Ref"] for a in alarms(prod, "IteratorAge")}
    assert lagging == {prod.function_id("route"), prod.function_id("respond")}


def test_a_queues_age_rings_before_its_third_receive_hides_it(prod: Synthesised) -> None:
    queues = prod.of_type("SQS::Queue")
    aged = alarms(prod, "ApproximateAgeOfOldestMessage")
    assert aged
    for alarm in aged:
        queue = queues[dimension(alarm)["Fn::GetAtt"][0]]["Properties"]
        assert alarm["Threshold"] + alarm["Period"] <= 2 * queue["VisibilityTimeout"]


def test_the_spill_queue_is_counted_whether_its_posts_wait_or_are_tried(prod: Synthesised) -> None:
    assert [metric["MetricName"] for metric in watched(named(prod, "spill-backlog"))] == [
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
    ]


def test_the_stream_readers_count_what_they_poll(prod: Synthesised) -> None:
    mappings = prod.of_type("Lambda::EventSourceMapping")
    readers = {id_ for id_, m in mappings.items() if "StartingPosition" in m["Properties"]}
    assert {dimension(a)["Ref"] for a in alarms(prod, "PolledEventCount")} == readers
    assert all(mappings[id_]["Properties"]["MetricsConfig"] == {"Metrics": ["EventCount"]} for id_ in readers)


def test_repairs_alarm_only_when_they_continue(prod: Synthesised) -> None:
    repairs = named(prod, "sweep-repairs")
    assert (repairs["Namespace"], repairs["Dimensions"]) == (OWN, [{"Name": "service", "Value": "sla"}])
    assert (repairs["DatapointsToAlarm"], repairs["EvaluationPeriods"], repairs["Threshold"]) == (3, 6, 0)


def test_long_waits_alarm_by_kind_and_so_do_unfinished_sweeps(prod: Synthesised) -> None:
    by_kind = {kind: alarms(prod, f"BacklogAge{kind.title()}") for kind in WATCHED}
    for kind, [alarm] in by_kind.items():
        assert (alarm["Namespace"], alarm["Dimensions"]) == (OWN, [{"Name": "service", "Value": "sla"}])
        assert alarm["Threshold"] == 60 * {"unowned": 10, "overdue": 10, "messages": 15, "digests": 30}[kind]
        assert (alarm["Statistic"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == ("Maximum", 2, 3)
    sweeps = alarms(prod, "SweepUnfinished")
    assert sorted(dimension(unfinished) for unfinished in sweeps) == ["collect", "sla"]
    for unfinished in sweeps:
        assert (unfinished["DatapointsToAlarm"], unfinished["EvaluationPeriods"], unfinished["Threshold"]) == (3, 6, 0)


def test_a_review_that_has_not_reached_everybody_alarms(prod: Synthesised) -> None:
    [lost] = alarms(prod, "ReviewMailsLost")
    assert (lost["Namespace"], lost["Dimensions"]) == (OWN, [{"Name": "service", "Value": "sla"}])
    assert (lost["Statistic"], lost["Threshold"]) == ("Maximum", 0)


def test_unreadable_rows_alarm_whichever_function_met_them(prod: Synthesised) -> None:
    [unreadable] = alarms(prod, "UnreadableRows")
    assert (unreadable["Namespace"], unreadable["Dimensions"]) == (OWN, [{"Name": "service", "Value": "all"}])
    assert (unreadable["Statistic"], unreadable["Threshold"]) == ("Sum", 0)


def test_an_item_that_took_too_long_alarms_whichever_function_met_it(prod: Synthesised) -> None:
    [slow] = alarms(prod, "ItemsOutOfTime")
    assert (slow["Namespace"], slow["Dimensions"]) == (OWN, [{"Name": "service", "Value": "all"}])
    assert (slow["Statistic"], slow["Threshold"]) == ("Sum", 0)


def test_a_days_budget_alarms_before_answers_begin_to_wait(prod: Synthesised) -> None:
    [used] = alarms(prod, "BudgetUsed")
    assert (used["Namespace"], used["Dimensions"]) == (OWN, [{"Name": "service", "Value": "sla"}])
    assert (used["Statistic"], used["Threshold"]) == ("Maximum", 100 * ALARM_AT)
    assert SHARES["answer"] > ALARM_AT


RUNBOOK = Path(__file__).resolve().parents[2] / "docs/guides/runbook.md"
PARTS = ("Means", "At risk", "Look", "Do", "Over when")


def test_every_alarm_links_to_a_runbook_section_with_instructions(prod: Synthesised) -> None:
    parts = re.split(r"^#+ (.+)$", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    descriptions = [alarm["AlarmDescription"] for alarm in prod.properties("CloudWatch::Alarm")]
    used = {}
    assert descriptions
    for text in descriptions:
        match = re.fullmatch(r"([\w-]+): .+ What to do: docs/guides/runbook\.md#([\w-]+)", text)
        assert match, text
        alarm, section = match.groups()
        used[section] = sections[section]
        subject = re.sub(r"-(dead-letters|backlog|errors|stream-lag|stream-stopped|waiting)$", "", alarm)
        assert subject == section or f"`{subject}`" in sections[section], alarm
    incomplete = {section for section, text in used.items() if not all(f"**{part}" in text for part in PARTS)}
    assert incomplete == set()


def test_an_event_that_is_not_understood_rings(prod: Synthesised) -> None:
    alarm = named(prod, "unknown-events")
    assert (alarm["MetricName"], alarm["Namespace"], alarm["Threshold"]) == ("EventsNotUnderstood", OWN, 0)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "all"}]


def test_a_delivery_that_is_too_large_rings(prod: Synthesised) -> None:
    alarm = named(prod, "http-413")
    filters = [f for f in prod.properties("Logs::MetricFilter") if "413" in f["FilterPattern"]]
    [pattern] = [f["FilterPattern"] for f in filters]
    assert '($.status = "413")' in pattern
    assert '($.route = "POST /webhooks/{provider}")' in pattern
    [[written]] = [f["MetricTransformations"] for f in filters]
    assert (alarm["MetricName"], alarm["Namespace"]) == (written["MetricName"], written["MetricNamespace"])

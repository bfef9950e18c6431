"""The model evaluates alarms as AWS documents it."""

from __future__ import annotations

import pytest

from tests.watching.aws_services import Queue
from tests.watching.cloudwatch import ALARM, OK, Alarm, Metrics, Reading, WatchedMetric

KEY = ("Test", "Value", frozenset[tuple[str, str]]())
AS_DOCUMENTED = Reading(spare=2, slides=True)


def alarm(*, of: int, at_least: int, missing: str) -> Alarm:
    watched = (WatchedMetric(KEY, "Maximum"),)
    return Alarm("a", watched, 1, of, at_least, 0.5, "GreaterThanThreshold", missing, {})


def state(points: str, alarm: Alarm) -> str:
    """Return the state after five minutes, newest last.

    0 is good, X bad, - missing.
    """
    metrics = Metrics()
    for minute, point in enumerate(points.split()):
        if point != "-":
            metrics.put("Test", "Value", minute, float(point == "X"))
    alarm.evaluate(metrics, 7, AS_DOCUMENTED)
    return alarm.state


@pytest.mark.parametrize(
    ("points", "breaching", "not_breaching"),
    [
        ("0 - X - X", OK, OK),
        ("0 - - - -", OK, OK),
        ("- - - - -", ALARM, OK),
        ("0 X X - X", ALARM, ALARM),
        ("- - X - -", ALARM, OK),
    ],
)
def test_three_of_three_periods_have_the_states_of_the_documentation(
    points: str, breaching: str, not_breaching: str
) -> None:
    assert state(points, alarm(of=3, at_least=3, missing="breaching")) == breaching
    assert state(points, alarm(of=3, at_least=3, missing="notBreaching")) == not_breaching


def test_one_bad_period_rings_until_it_is_no_longer_retrieved() -> None:
    assert state("0 0 X - -", alarm(of=1, at_least=1, missing="notBreaching")) == ALARM
    assert state("X 0 - - -", alarm(of=1, at_least=1, missing="notBreaching")) == OK


def test_a_message_that_is_received_again_and_again_leaves_the_oldest_age() -> None:
    metrics = Metrics()
    queue = Queue(metrics, "q", visibility=2, tries=1000)
    queue.send(0)
    for minute in range(120):
        queue.receive(minute, lambda minute: False)
        queue.report(minute)
    dimensions = frozenset({("QueueName", "q")})
    oldest = metrics.statistic(("AWS/SQS", "ApproximateAgeOfOldestMessage", dimensions), "Maximum", 0, 120)
    assert oldest is not None
    assert oldest < 600
    in_flight = ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", dimensions)
    assert metrics.statistic(in_flight, "Minimum", 30, 90) == 1


def test_a_queue_without_use_stops_its_metrics_and_begins_again_late() -> None:
    metrics = Metrics()
    queue = Queue(metrics, "q")
    key = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({("QueueName", "q")}))
    for minute in range(60):
        queue.report(minute)
    assert metrics.statistic(key, "Maximum", 0, 60) is None
    queue.send(60)
    for minute in range(60, 90):
        queue.report(minute)
    assert sorted(metrics.samples[key]) == list(range(75, 90))

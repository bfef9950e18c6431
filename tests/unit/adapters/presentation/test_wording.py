"""Plain words for moments, durations and events."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.adapters.presentation import formatting
from leadtight.adapters.presentation.timeline import sentence, timeline
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.notifications.bounces import SUPPRESSED
from tests.unit.adapters.presentation.leads import ADA, HOSTILE, MONDAY_NINE, POLICY, answered, assigned, received

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "a moment"),
        (timedelta(milliseconds=900), "a moment"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(minutes=5, seconds=20), "5 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=1, seconds=40), "1 hour"),
        (timedelta(hours=1, minutes=20), "1 hour 20 minutes"),
        (timedelta(days=2, hours=3, minutes=9), "2 days 3 hours"),
        (timedelta(days=1, minutes=9), "1 day"),
        (-timedelta(minutes=5), "5 minutes"),
    ],
)
def test_durations_read_naturally(span: timedelta, words: str) -> None:
    assert formatting.duration(span) == words


def test_times_are_in_the_companys_zone() -> None:
    assert formatting.moment(MONDAY_NINE, BERLIN) == "Mon 23 Nov, 09:00"
    assert formatting.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), BERLIN) == "Thu 2 Jul, 00:30"


def test_a_promise_is_rounded_up_to_the_minute() -> None:
    assert formatting.long_moment(MONDAY_NINE, BERLIN) == "Monday 23 November at 09:00 (Berlin time)"
    assert "09:01" in formatting.long_moment(MONDAY_NINE + timedelta(seconds=1), BERLIN)


@pytest.mark.parametrize(
    ("zone", "words"),
    [("America/New_York", "New York time"), ("UTC", "UTC"), ("America/Argentina/Buenos_Aires", "Buenos Aires time")],
)
def test_zones_have_common_names(zone: str, words: str) -> None:
    assert formatting.zone_name(ZoneInfo(zone)) == words


@pytest.mark.parametrize("name", ["Ada Obi", "محمد الأحمد", "Zoë O'Neil-Smith", "Dr. Müller, Jr."])
def test_names_are_greeted(name: str) -> None:
    assert formatting.greeted(name) == name


def test_the_company_name_is_not_repeated_before_the_address() -> None:
    assert formatting.signature(POLICY.company).count("Harbour Home Services") == 1


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_a_sentence_even_without_details(kind: EventKind) -> None:
    event = Event(id="1", lead_id="L1", at=MONDAY_NINE, kind=kind, actor="system:sla")
    assert "None" not in sentence(POLICY, event)


def test_a_timeline_is_short_and_newest_first() -> None:
    changes = (received(ADA), assigned(ADA), answered(ADA, "lost"))
    entries = timeline(POLICY, [event for change in changes for event in change.events])
    assert [entry.text for entry in entries] == [
        "Ana Costa recorded: Lost. Chose another offer",
        "Assigned to Ana Costa",
        "Arrived: Web form",
    ]
    assert len(timeline(POLICY, received(ADA).events * 20)) == 6


def test_bookkeeping_and_internal_mail_are_not_in_the_timeline() -> None:
    event = Event(id="1", lead_id="L1", at=MONDAY_NINE, kind=EventKind.MESSAGE_CONFIRMED, actor="system:respond")
    assert timeline(POLICY, [event]) == ()


@pytest.mark.parametrize(
    ("detail", "says"),
    [
        ("smtp; 550 5.1.1 user unknown", "A message to the lead bounced"),
        (
            f"{SUPPRESSED} (OnAccountSuppressionList); to send there again: aws sesv2 …",
            f"A message to the lead bounced: {SUPPRESSED} (OnAccountSuppressionList); to send there again: aws sesv2 …",
        ),
    ],
)
def test_a_bounce_of_a_suppressed_address_says_how_to_write_there_again(detail: str, says: str) -> None:
    data = {"message": "acknowledge-1-0", "recipient": "lead", "channel": "email", "detail": detail}
    event = Event(
        id="1", lead_id="L1", at=MONDAY_NINE, kind=EventKind.MESSAGE_BOUNCED, actor="system:respond", data=data
    )
    assert sentence(POLICY, event) == says


def test_a_sentence_is_one_line_whatever_the_note() -> None:
    note = {"outcome": "connected", "note": HOSTILE.message}
    event = Event(id="1", lead_id="L1", at=MONDAY_NINE, kind=EventKind.OUTCOME_RECORDED, actor="person:ana", data=note)
    assert "\n" not in sentence(POLICY, event)

"""Strangers' large posts take turns; small ones never wait.

Programs come again, forms are spilled.
"""

from leadtight.app.intake.large_posts import AT_MOST_A_MINUTE
from scripts.load import requests
from tests.hostile.conftest import Door

LARGE = "word " * 4_000


def large_json(door: Door, number: int, key: str | None = None) -> int:
    body = {"name": f"Bo {number}", "email": f"bo{number}@example.com", "message": LARGE}
    return int(door.stage._visit(requests.lead(body, key=key, address=f"203.0.{number}.1"), "intake")["statusCode"])


def large_form(door: Door, number: int) -> int:
    fields = {"your-name": f"Bo {number}", "your-email": f"bo{number}@example.com", "your-message": LARGE}
    event = requests.form("contact", fields, address=f"203.0.{number}.1")
    return int(door.stage._visit(event, "intake")["statusCode"])


def test_beyond_a_minutes_turns_programs_retry_and_forms_are_spilled_into_leads(door: Door) -> None:
    assert [large_json(door, number) for number in range(AT_MOST_A_MINUTE)] == [202] * AT_MOST_A_MINUTE
    assert large_json(door, 50) == 503
    assert large_form(door, 51) == 303
    assert door.stage.queues["spill"].message_count == 1
    assert large_json(door, 52, key=door.key) == 202, "a program with a key takes no turns"
    assert door.post(name="Ada Obi", email="ada@example.com", message="hello")["statusCode"] == 202
    door.settle(400)
    assert door.stage.queues["spill"].message_count == 0
    names = [event["data"] for _, event in door.stage.events if event["kind"] == "lead_received"]
    assert len(names) == AT_MOST_A_MINUTE + 3

"""One delivery is one lead, however often and concurrent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.errors import InvalidInquiry
from tests.scenarios.world import World

BODY = {"name": "Ada Obi", "email": "ada@example.com"}


def submission(*, key: str | None = None, form: str | None = None, source: str = "api", **body: Any) -> Submission:
    return Submission(source=source, form=form, key=key, body=BODY | body)


@pytest.mark.proves("A11")
def test_one_key_five_times_at_once_is_one_lead() -> None:
    world = World()

    def send(_: int) -> IntakeResult:
        return world.intake.receive(submission(key="evt-1"), world.now)

    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(send, range(5)))
    assert len({a.lead_id for a in answers}) == len(world.lead_ids()) == 1
    assert sorted(a.status for a in answers) == ["created", *["duplicate"] * 4]


def test_a_used_key_with_other_content_names_the_changed_field() -> None:
    world = World()
    world.submit(submission(key="evt-1"))
    with pytest.raises(InvalidInquiry) as caught:
        world.submit(submission(key="evt-1", message="other"))
    assert [p.field for p in caught.value.problems] == ["Idempotency-Key"]
    assert len(world.lead_ids()) == 1


def test_a_key_belongs_to_its_source() -> None:
    world = World()
    world.submit(submission(key="1", source="typeform"))
    assert world.submit(submission(key="1", source="facebook", email="bo@example.com")).status == "created"


def test_a_key_expires_after_thirty_days() -> None:
    world = World()
    world.submit(submission(key="evt-1"))
    world.now += timedelta(days=30)
    assert world.submit(submission(key="evt-1", message="other")).status == "merged"


def test_a_repeated_form_within_the_window_is_a_duplicate_and_later_another_inquiry() -> None:
    world = World()
    first = world.submit(submission(form="contact", source="web_form"))
    assert world.lead(first.lead_id).form == "contact"
    world.advance(minutes=9, seconds=59)
    again = world.submit(submission(form="contact", source="web_form"))
    assert (again.status, again.lead_id) == ("duplicate", first.lead_id)
    world.advance(seconds=1)
    assert world.submit(submission(form="contact", source="web_form")).status == "merged"


def test_the_same_words_in_another_form_are_another_inquiry() -> None:
    world = World()
    world.submit(submission(form="contact"))
    assert world.submit(submission(form="callback")).status == "merged"


def test_a_refused_submission_keeps_its_key_free() -> None:
    world = World()
    with pytest.raises(InvalidInquiry):
        world.submit(Submission(source="api", key="evt-1", body={}))
    assert world.submit(submission(key="evt-1")).status == "created"

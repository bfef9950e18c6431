"""Who somebody is: the second message joins the first, whatever they are called by."""

import pytest

from leadtight.app.intake import Accepted, Submission
from leadtight.domain.message import Channel
from tests.scenarios.sequences import AGREED, planned_policy, until
from tests.scenarios.world import World


def chat(world: World, text: str, **body: object) -> Accepted:
    """Deliver one message of a chat."""
    body |= {"message": text}
    return world.submit(Submission(source="whatsapp", body=body, conversation=True, answers_by=Channel.SMS))


def test_the_user_of_a_chat_without_a_number_is_one_lead() -> None:
    world = World()
    first = chat(world, "Hello", name="Bia", handle="whatsapp:BR.1029384756")
    second = chat(world, "Still there?", handle="whatsapp:BR.1029384756")
    assert (second.status, second.lead_id) == ("merged", first.lead_id)
    assert chat(world, "Hello", handle="whatsapp:BR.99").lead_id != first.lead_id


def test_a_user_who_hides_their_number_later_is_still_the_same_lead() -> None:
    world = World()
    first = chat(world, "Hello", phone="+4930901820", handle="whatsapp:DE.1")
    assert chat(world, "It is me", handle="whatsapp:DE.1").lead_id == first.lead_id


def test_an_answer_of_a_chat_user_stops_the_sequence_and_stop_is_heard() -> None:
    world = World()
    world.govern(planned_policy())
    lead_id = world.receive(**AGREED, handle="whatsapp:DE.1")
    until(world, 2)
    assert world.lead(lead_id).enrolment is not None
    chat(world, "STOP", handle="whatsapp:DE.1")
    lead = world.lead(lead_id)
    assert (lead.enrolment, lead.opted_out) == (None, (Channel.SMS,))


@pytest.mark.parametrize("handle", ["@ada", "", "ada obi", 7, ["whatsapp:1"], "https:", "whatsapp:\ud800"])
def test_a_handle_without_a_network_is_a_field_as_any_other(handle: object) -> None:
    world = World()
    lead = world.lead(world.submit(Submission(source="api", body={"name": "Ada", "handle": handle})).lead_id)
    assert lead.inquiry.handle == ""
    assert "handle" in lead.inquiry.fields

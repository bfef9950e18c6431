"""Amazon Connect and its twin place one call per message.

moto has no outbound calls: botocore's Stubber stands in, which checks every parameter against the service's own model.
"""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.senders import ConnectCaller
from leadtight.adapters.memory.senders import MemoryCaller
from leadtight.app.ports.messaging import CallPlacer, Envelope
from leadtight.domain.model.errors import SendFailed, SendRefused
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.messaging import Voice
from tests.permissions import to_lead

ID = "12345678-1234-1234-1234-123456789012"
VOICE = Voice(instance=ID, contact_flow=ID.replace("1", "2"), source_number="+4930123450")
PERMISSION = to_lead(Channel.VOICE, "+4930901820", Template.SEQUENCE_STEP)
ENVELOPE = Envelope(lead_id="L1", message_id="sequence_step-3-0")
EXPECTED = {
    "DestinationPhoneNumber": "+4930901820",
    "InstanceId": ID,
    "ContactFlowId": VOICE.contact_flow,
    "ClientToken": "L1.sequence_step-3-0",
    "Attributes": {"lead_id": "L1", "message_id": "sequence_step-3-0"},
    "SourcePhoneNumber": "+4930123450",
}


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client: Any = botocore.session.get_session().create_client(
        "connect", region_name="eu-central-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    monkeypatch.setattr(clients, "client", lambda service, **_: client if service == "connect" else None)
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture(params=["memory", "connect"])
def caller(request: pytest.FixtureRequest) -> CallPlacer:
    if request.param == "memory":
        return MemoryCaller()
    stubber: Stubber = request.getfixturevalue("connect")
    for _ in range(2):  # Connect answers the same token with the same contact
        stubber.add_response("start_outbound_voice_contact", {"ContactId": "c-1"}, EXPECTED)
    return ConnectCaller(VOICE)


def test_the_same_message_is_the_same_call(caller: CallPlacer) -> None:
    first, again = caller.place_call(PERMISSION, ENVELOPE), caller.place_call(PERMISSION, ENVELOPE)
    assert first == again != ""


def test_a_queued_call_names_no_number(connect: Stubber) -> None:
    expected = {name: value for name, value in EXPECTED.items() if name != "SourcePhoneNumber"} | {"QueueId": ID}
    connect.add_response("start_outbound_voice_contact", {"ContactId": "c-1"}, expected)
    queue = Voice(instance=ID, contact_flow=VOICE.contact_flow, queue=ID)
    assert ConnectCaller(queue).place_call(PERMISSION, ENVELOPE) == "c-1"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("DestinationNotAllowedException", SendRefused),
        ("OutboundContactNotPermittedException", SendRefused),
        ("ResourceNotFoundException", SendRefused),
        ("LimitExceededException", SendFailed),
        ("InternalServiceException", SendFailed),
    ],
)
def test_a_refusal_differs_from_a_failure(connect: Stubber, code: str, error: type[Exception]) -> None:
    connect.add_client_error("start_outbound_voice_contact", code, "no", 400)
    with pytest.raises(error, match=code):
        ConnectCaller(VOICE).place_call(PERMISSION, ENVELOPE)


def test_without_the_section_no_calls_are_placed() -> None:
    with pytest.raises(SendRefused, match="no calls"):
        ConnectCaller(None).place_call(PERMISSION, ENVELOPE)

"""Our ids as tags that SES accepts."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.aws import message_tags, receipts
from leadtight.app.messaging.delivery_reports import DeliveryReport
from leadtight.app.ports.messaging import Envelope
from leadtight.domain.model.message import Template
from tests.recorded_events import recorded

ACCEPTED = re.compile(r"[A-Za-z0-9_-]{1,256}")


@given(st.text(max_size=80) | st.from_regex(r"\Ab64_.*\Z"))
def test_any_id_is_read_back_from_a_tag_that_ses_accepts(value: str) -> None:
    tag = message_tags.encoded(value)
    if tag is not None:
        assert ACCEPTED.fullmatch(tag)
        assert message_tags.decoded(tag) == value
    assert tag is not None or not value or len(value.encode()) > 180


@pytest.mark.parametrize("person", ["mia.k", "mia k@x", "jörg", "李雷", "b64_mia", "ana"])
def test_a_report_on_a_review_names_its_message_whatever_the_readers_id_is(person: str) -> None:
    envelope = Envelope(lead_id="2026-W48", message_id=f"{Template.WEEKLY_REVIEW}-{person}")
    event = recorded("ses", "delivery")
    event["mail"]["tags"] = {name: [value] for name, value in message_tags.of(envelope).items()}
    tags = event["mail"]["tags"]
    assert tags
    assert [value for values in tags.values() for value in values if not ACCEPTED.fullmatch(value)] == []
    report = receipts.read(json.dumps(event))
    assert isinstance(report, DeliveryReport)
    assert (report.lead_id, report.message_id) == (envelope.lead_id, envelope.message_id)


@pytest.mark.parametrize("template", list(Template))
def test_the_ids_of_every_kind_of_message_are_their_own_tags(template: Template) -> None:
    assert message_tags.encoded(f"{template}-12-3") == f"{template}-12-3"
    assert message_tags.encoded(f"{template}-12-3-slack") == f"{template}-12-3-slack"


@pytest.mark.parametrize("length", [256, 257])
def test_an_id_that_no_tag_can_hold_leaves_the_mail_without_tags(length: int) -> None:
    envelope = Envelope(lead_id="L1", message_id="m" * length)
    assert bool(message_tags.of(envelope)) is (length == message_tags.LONGEST)


@pytest.mark.parametrize("tag", ["b64_", "b64_$", "b64_/w", "b64__w", "b64_a", "leadtight"])
def test_a_tag_that_is_not_ours_is_its_own_value(tag: str) -> None:
    assert message_tags.decoded(tag) == (tag if tag != "b64_" else "")

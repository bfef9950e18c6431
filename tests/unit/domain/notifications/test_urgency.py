"""Send order by urgency.

Mass messages take no turn of any other.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadtight.domain.model.message import LEAD, Channel, Message, Status, Template
from leadtight.domain.notifications.urgency import SHARES, OutboxLane, in_sending_order, lane

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def owed(
    lead_id: str, template: Template = Template.ACKNOWLEDGE, *, to: str = LEAD, source: str = "api", second: int = 0
) -> Message:
    at = NOW + timedelta(seconds=second)
    return Message(
        id=f"{template}-{second}-0",
        lead_id=lead_id,
        template=template,
        channel=Channel.EMAIL,
        recipient=to,
        created_at=at,
        next_try_at=at,
        source=source,
    )


def places(messages: list[Message], *of: Message) -> list[int]:
    order = list(in_sending_order(messages))
    assert len(order) == len(messages)
    return [order.index(message) for message in of]


def test_a_new_leads_messages_precede_thousands_of_sequences_and_reviews() -> None:
    flood = [owed(f"S{n}", Template.SEQUENCE_STEP) for n in range(2_000)]
    new = owed("L1", second=9), owed("L1", Template.ALERT_OWNER, to="ana", second=9)
    assert places([*flood, *new], *new) == [0, 1]


def test_thousands_of_urgent_messages_leave_turns_to_the_others() -> None:
    flood = [owed(f"F{n}") for n in range(1_000)]
    warning, reminder = owed("L1", Template.WARN_OWNER, to="ana"), owed("L2", Template.REMIND, to="ana")
    assert max(places([*flood, warning, reminder], warning, reminder)) < sum(SHARES.values())


@pytest.mark.parametrize(
    "flood",
    [
        [owed(f"F{n}", source="page", second=n) for n in range(1_000)],
        [owed("F", second=n) for n in range(1_000)],
        [owed("F", Template.NEEDS_PERSON, to="ana", second=n) for n in range(1_000)],
        [owed(f"F{n}", Template.NEEDS_PERSON, to="ana", second=n) for n in range(1_000)],
        [owed(f"F{n}", second=n) for n in range(1_000)],
    ],
    ids=["another source", "one lead", "one colleague about one lead", "one colleague", "new leads of its own source"],
)
def test_any_flood_leaves_a_new_lead_its_turn(flood: list[Message]) -> None:
    new = owed("L1", second=2_000)
    assert max(places([*flood, new], new)) < 4


def test_equal_messages_alternate_earliest_and_latest() -> None:
    order = list(in_sending_order([owed(f"F{n}", second=n) for n in range(5)]))
    assert [m.lead_id for m in order] == ["F0", "F4", "F1", "F3", "F2"]


@pytest.mark.parametrize("template", list(Template))
def test_every_template_has_the_right_lane(template: Template) -> None:
    assert lane(owed("L1", template)) in SHARES


def test_claimed_messages_wait_for_their_lease_and_queued_ones_for_their_digest() -> None:
    message = owed("L1")
    assert lane(replace(message, queued=True)) is OutboxLane.DIGEST
    assert lane(replace(message, queued=True, status=Status.CLAIMED)) is OutboxLane.LEASED

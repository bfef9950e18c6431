"""Owed messages in every Outbox."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.memory.table import MemoryTable
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Channel, Message, Status, Template
from tests.contracts.changes import NOW, sent, stored
from tests.contracts.conftest import Table

ACK = "acknowledge-1-0"
MINUTE = timedelta(minutes=1)
LEASE = NOW + 2 * MINUTE


def claimed(table: Table, holder: str = "me") -> Message:
    message = table.claim("L1", ACK, holder, NOW, LEASE)
    assert message is not None
    return message


def done(message: Message, status: Status = Status.SENT, provider_id: str | None = "p-1") -> Message:
    return replace(message, status=status, provider_id=provider_id)


def stored_message(table: Table) -> Message:
    message = table.find("L1", ACK)
    assert message is not None
    return message


def test_a_claim_counts_the_attempt_and_holds_the_message_until_its_lease_ends(table: Table) -> None:
    stored(table)
    message = claimed(table)
    assert (message.status, message.attempts, message.next_try_at) == (Status.CLAIMED, 1, LEASE)
    assert stored_message(table) == message
    assert table.claim("L1", ACK, "other", LEASE - MINUTE, LEASE) is None
    again = table.claim("L1", ACK, "other", LEASE, LEASE + MINUTE)
    assert again is not None
    assert (again.attempts, again.next_try_at) == (2, LEASE + MINUTE)


def test_a_claim_with_a_lost_answer_finds_its_own_result(table: Table) -> None:
    stored(table)
    first, again = claimed(table), claimed(table)
    assert first == again
    assert stored_message(table).attempts == 1


def test_a_missing_or_settled_message_cannot_be_claimed(table: Table) -> None:
    stored(table)
    table.finish(done(claimed(table)), None)
    assert table.claim("L1", ACK, "other", LEASE + MINUTE, LEASE + 2 * MINUTE) is None
    assert table.claim("L1", "nothing", "me", NOW, LEASE) is None
    assert table.claim("L0", ACK, "me", NOW, LEASE) is None
    assert table.find("L0", ACK) is None


def test_a_postponed_message_waits_until_its_time(table: Table) -> None:
    stored(table)
    waits = replace(claimed(table), status=Status.PENDING, next_try_at=NOW + 9 * MINUTE, detail="at night 🌙")
    table.finish(waits, None)
    assert stored_message(table) == waits
    assert table.claim("L1", ACK, "me", NOW + 8 * MINUTE, LEASE) is None
    assert table.claim("L1", ACK, "me", NOW + 9 * MINUTE, NOW + 10 * MINUTE) is not None


def test_of_many_concurrent_claims_one_wins() -> None:
    table = MemoryTable()  # not in moto: its UpdateItem checks and writes in two steps that threads interleave
    stored(table)

    def claim(number: int) -> Message | None:
        return table.claim("L1", ACK, f"holder {number}", NOW, LEASE)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(claim, range(8)))
    assert len([a for a in answers if a]) == 1


def test_a_finished_claim_is_stored_with_its_event(table: Table) -> None:
    stored(table)
    message = done(claimed(table))
    table.finish(message, sent(message))
    assert stored_message(table) == message
    assert sent(message) in table.history("L1")
    assert table.find_by_provider_id("p-1") == message


def test_a_claim_that_lost_its_lease_to_another_cannot_finish(table: Table) -> None:
    stored(table)
    first = claimed(table)
    second = table.claim("L1", ACK, "other", LEASE, LEASE + MINUTE)
    late = done(first, provider_id="p-late")
    table.finish(late, sent(late))
    assert stored_message(table) == second
    assert sent(late) not in table.history("L1")


def test_a_longer_lease_can_be_stored_on_a_claim(table: Table) -> None:
    stored(table)
    longer = replace(claimed(table), next_try_at=NOW + 30 * MINUTE)
    table.finish(longer, None)
    assert stored_message(table) == longer
    assert table.due(NOW + 29 * MINUTE, 10) == ()
    assert table.due(NOW + 30 * MINUTE, 10) == (longer,)


def test_a_confirmation_that_comes_before_the_sender_finishes_wins(table: Table) -> None:
    stored(table)
    message = claimed(table)
    confirmed = done(message, Status.CONFIRMED)
    assert table.confirm(confirmed, sent(confirmed, kind=EventKind.MESSAGE_CONFIRMED))
    table.finish(done(message), sent(message))
    assert stored_message(table) == confirmed
    assert table.find_by_provider_id("p-1") == confirmed


def test_a_repeated_report_is_news_once(table: Table) -> None:
    stored(table)
    message = done(claimed(table), Status.CONFIRMED)
    event = sent(message, kind=EventKind.MESSAGE_CONFIRMED)
    assert table.confirm(message, event)
    assert not table.confirm(message, event)
    assert table.history("L1").count(event) == 1


def test_a_bounce_after_a_confirmation_is_news_and_a_confirmation_after_a_bounce_is_not(table: Table) -> None:
    stored(table)
    message = claimed(table)
    confirmed, bounced = done(message, Status.CONFIRMED), done(message, Status.BOUNCED)
    assert table.confirm(confirmed, sent(confirmed, kind=EventKind.MESSAGE_CONFIRMED))
    assert table.confirm(bounced, sent(bounced, kind=EventKind.MESSAGE_BOUNCED))
    assert not table.confirm(confirmed, sent(confirmed, kind=EventKind.MESSAGE_CONFIRMED))
    assert stored_message(table).status is Status.BOUNCED


def test_a_report_about_a_foreign_message_is_not_stored(table: Table) -> None:
    stored(table)
    stranger = replace(claimed(table), lead_id="L0", status=Status.CONFIRMED, provider_id="p-0")
    assert not table.confirm(stranger, sent(stranger))
    assert table.find("L0", ACK) is None
    assert table.history("L0") == ()
    assert table.find_by_provider_id("p-0") is None


def test_owed_messages_are_due_at_their_time_earliest_first(table: Table) -> None:
    for number, minute in enumerate((2, 0, 1)):
        stored(table, f"L{number}", NOW + minute * MINUTE)
    due = table.due(NOW + 2 * MINUTE, 10)
    assert [m.lead_id for m in due] == ["L1", "L2", "L0"]
    assert [m.lead_id for m in table.due(NOW + 2 * MINUTE, 1)] == ["L1", "L0"], "the earliest and the latest"
    assert [m.lead_id for m in table.due(NOW + MINUTE - timedelta(microseconds=1), 10)] == ["L1"]


@pytest.mark.parametrize("status", [Status.SENT, Status.CONFIRMED, Status.BOUNCED, Status.REFUSED, Status.DEAD])
def test_settled_messages_are_not_due(table: Table, status: Status) -> None:
    stored(table)
    message = claimed(table)
    assert table.due(LEASE, 10) == (message,)
    table.finish(done(message, status, provider_id=None), None)
    assert table.due(LEASE, 10) == ()


def test_channel_opt_outs_add_up_over_all_keys_of_a_person(table: Table) -> None:
    assert table.suppression(()).channels == frozenset()
    assert table.suppression(("mail", "phone")).channels == frozenset()
    table.suppress("mail", Channel.EMAIL)
    table.suppress("mail", Channel.EMAIL)
    table.suppress("phone", Channel.SMS)
    assert table.suppression(("mail",)).channels == {Channel.EMAIL}
    assert table.suppression(("mail", "phone", "other")).channels == {Channel.EMAIL, Channel.SMS}
    assert table.suppression(("other",)).channels == frozenset()


def test_a_person_who_opted_out_can_inquire_again(table: Table) -> None:
    table.suppress("mail", Channel.EMAIL)
    stored(table)
    assert table.suppression(("mail",)).channels == {Channel.EMAIL}


def test_a_message_without_a_change_is_owed_once_by_its_id(table: Table) -> None:
    review = Message(
        id="weekly_review-mia",
        lead_id="WEEK-2026-W47",
        template=Template.WEEKLY_REVIEW,
        channel=Channel.EMAIL,
        recipient="mia",
        created_at=NOW,
        next_try_at=NOW,
    )
    assert table.owe(review) is True
    assert table.owe(replace(review, next_try_at=LEASE)) is False
    assert table.due(NOW, 10) == (review,)
    sent = table.claim(review.lead_id, review.id, "me", NOW, LEASE)
    assert sent is not None
    table.finish(done(sent), None)
    assert table.owe(review) is False
    assert table.messages(review.lead_id) == (done(sent),)


def owe(table: Table, lead_id: str, minute: int, template: Template, *, queued: bool = False) -> Message:
    """Put a message into the outbox, optionally for a digest."""
    message = Message(
        id=f"{template}-1-0",
        lead_id=lead_id,
        template=template,
        channel=Channel.EMAIL,
        recipient="ana",
        created_at=NOW,
        next_try_at=NOW + minute * MINUTE,
        queued=queued,
    )
    assert table.owe(message)
    return message


def test_a_flood_in_one_lane_hides_neither_other_lanes_nor_its_own_latest(table: Table) -> None:
    for number in range(12):
        owe(table, f"L{number:02}", number, Template.REMIND)
        owe(table, f"Q{number:02}", 0, Template.ALERT_OWNER, queued=True)
    acknowledgement = owe(table, "L50", 11, Template.ACKNOWLEDGE)
    warning = owe(table, "L51", 10, Template.WARN_OWNER)
    due = table.due(NOW + 20 * MINUTE, 2)
    assert [m.lead_id for m in due] == ["L00", "L01", "L10", "L51", "L11", "L50"]
    assert acknowledgement in due
    assert warning in due
    assert [m.lead_id for m in table.queued(NOW, 3)] == ["Q00", "Q01", "Q02", "Q09", "Q10", "Q11"]


def test_messages_not_yet_due_are_in_no_lane(table: Table) -> None:
    later = owe(table, "L1", 1, Template.REMIND), owe(table, "L2", 1, Template.REMIND, queued=True)
    assert (table.due(NOW, 9), table.queued(NOW, 9)) == ((), ())
    assert (table.due(NOW + MINUTE, 9), table.queued(NOW + MINUTE, 9)) == ((later[0],), (later[1],))


def test_a_notice_of_an_unsent_digest_is_found_again_when_its_lease_ends(table: Table) -> None:
    notice = owe(table, "L1", 0, Template.REMIND, queued=True)
    claimed = table.claim("L1", notice.id, "me", NOW, LEASE)
    assert table.queued(LEASE - MINUTE, 9) == ()
    assert table.queued(LEASE, 9) == (claimed,)
    assert table.due(LEASE, 9) == ()


def test_messages_that_were_sent_and_not_confirmed_are_found_by_the_time_of_sending(table: Table) -> None:
    for number, minute in enumerate((0, 10, 20, 30)):
        lead_id = f"L{number}"
        stored(table, lead_id)
        at = NOW + minute * MINUTE
        claim = table.claim(lead_id, ACK, "me", NOW, LEASE)
        assert claim is not None
        message = done(claim, provider_id=f"p-{number}")
        table.finish(message, replace(sent(message), at=at))
    confirmed = done(stored_message(table), Status.CONFIRMED)
    table.confirm(confirmed, sent(confirmed, kind=EventKind.MESSAGE_CONFIRMED))
    late = [m.lead_id for m in table.unconfirmed(NOW, NOW + 20 * MINUTE, 10)]
    assert sorted(late) == ["L0", "L2"]
    assert [m.lead_id for m in table.unconfirmed(NOW + MINUTE, NOW + 30 * MINUTE, 10)] != late
    assert table.unconfirmed(NOW - 60 * MINUTE, NOW - MINUTE, 10) == ()


def test_unconfirmed_messages_are_found_across_midnight(table: Table) -> None:
    stored(table)
    message = done(claimed(table))
    midnight = (NOW + timedelta(days=1)).replace(hour=0, minute=0)
    table.finish(message, replace(sent(message), at=midnight - MINUTE))
    assert table.unconfirmed(midnight - 2 * MINUTE, midnight + MINUTE, 10) == (message,)

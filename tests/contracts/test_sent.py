"""Recent messages to leads and a day's remaining budget.

As every Outbox keeps them.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.compliance.send_limits import Budget, RecentSends, SentMessage
from leadtight.domain.model.errors import Conflict
from tests.contracts.changes import NOW
from tests.contracts.conftest import Table

FIRST = RecentSends(key="k1", turn=1, sent=(SentMessage(message="L1/acknowledge-1-0", at=NOW, acknowledges=True),))
DAY = Budget(key="sent#2026-11-23#day#email", at_most=2, expires_at=NOW + timedelta(days=1))


def test_there_are_no_messages_before_the_first(table: Table) -> None:
    assert table.sent_lately("k1") == RecentSends(key="k1")
    table.keep_sent(FIRST)
    assert table.sent_lately("k1") == FIRST
    assert table.sent_lately("k2") == RecentSends(key="k2")


def test_a_repeated_state_counts_once_and_an_old_state_is_rejected(table: Table) -> None:
    table.keep_sent(FIRST)
    table.keep_sent(FIRST)
    later = replace(FIRST, turn=2, sent=(*FIRST.sent, SentMessage(message="L2/asset-3-0", at=NOW)))
    table.keep_sent(later)
    with pytest.raises(Conflict):
        table.keep_sent(replace(FIRST, sent=()))
    with pytest.raises(Conflict):
        table.keep_sent(replace(FIRST, turn=2))
    assert table.sent_lately("k1") == later


def test_a_budget_is_spent_one_by_one_up_to_its_end(table: Table) -> None:
    assert table.spent(DAY.key) == 0
    assert [table.spend(DAY) for _ in range(3)] == [1, 2, None]
    assert table.spent(DAY.key) == 2
    assert table.spend(replace(DAY, at_most=3)) == 3, "another share of the same day"
    assert table.spend(replace(DAY, key="sent#2026-11-24#day#email")) == 1

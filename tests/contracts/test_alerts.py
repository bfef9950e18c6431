"""Interruptions of a person, as every Outbox counts them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.model.errors import Conflict
from leadtight.domain.notifications.interruptions import Alerts, Interruption
from tests.contracts.changes import NOW
from tests.contracts.conftest import Table

FIRST = Alerts(person_id="ana", turn=1, sent=(Interruption(notice="L1/alert_owner-2-0", at=NOW),))


def test_there_are_no_interruptions_before_the_first(table: Table) -> None:
    assert table.alerts("ana") == Alerts(person_id="ana")
    table.keep_alerts(FIRST)
    assert table.alerts("ana") == FIRST
    assert table.alerts("ben") == Alerts(person_id="ben")


def test_a_repeated_state_counts_once_and_an_old_state_is_rejected(table: Table) -> None:
    table.keep_alerts(FIRST)
    table.keep_alerts(FIRST)
    later = replace(FIRST, turn=2, digest_at=NOW + timedelta(minutes=30))
    table.keep_alerts(later)
    with pytest.raises(Conflict):
        table.keep_alerts(replace(FIRST, sent=()))
    with pytest.raises(Conflict):
        table.keep_alerts(replace(FIRST, turn=2))
    assert table.alerts("ana") == later

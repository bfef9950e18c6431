"""Tests of the real clock and real ids."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from leadtight import bootstrap
from leadtight.adapters import clock_and_ids
from leadtight.adapters.clock_and_ids import clock, new_id


@pytest.mark.parametrize("read", [clock, lambda: bootstrap.clock()()])
def test_no_test_reads_the_real_clock(read: Callable[[], datetime]) -> None:
    with pytest.raises(pytest.fail.Exception, match="reads the real clock"):
        read()


def test_the_clock_returns_the_instant_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_and_ids, "datetime", datetime)
    earliest = datetime.now(UTC)
    assert earliest <= clock() <= datetime.now(UTC)
    assert clock().tzinfo is UTC


def test_ids_sort_by_creation_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [1_795_000_000.0, 1_795_000_000.001, 1_900_000_000.0]
    monkeypatch.setattr("leadtight.adapters.clock_and_ids.time", SimpleNamespace(time=iter(times).__next__))
    ids = [new_id() for _ in times]
    assert ids == sorted(ids)
    assert {len(id_) for id_ in ids} == {26}

"""Do-not-call lists in both twins."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.dnc_lists import MemoryDncLists
from leadtight.app.ports.compliance import DncLists
from leadtight.domain.compliance.do_not_call import INTERNAL_LIST, DncList
from leadtight.domain.model.errors import Conflict
from tests.contracts.conftest import NAME, REGION, declared

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NATIONAL = DncList(name="national", as_of=date(2026, 11, 1), imported_at=NOW, numbers=2)


@pytest.fixture(params=["memory", "dynamo"])
def lists(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DncLists]:
    if request.param == "memory":
        yield MemoryDncLists()
        return
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield cast(DncLists, DynamoDncLists(DynamoTable(NAME, REGION, pause=lambda _: None)))


def test_a_number_is_on_a_list_once_it_is_published(lists: DncLists) -> None:
    assert lists.add(NATIONAL, (key for key in ("a", "b"))) == 2
    assert lists.standing("a").on == frozenset()
    lists.publish(NATIONAL)
    assert lists.lists() == (NATIONAL,)
    assert lists.standing("a").on == {"national"}
    assert lists.standing("c").on == frozenset()
    assert lists.standing("c").lists == (NATIONAL,)


def test_a_new_import_replaces_the_previous_one_and_both_count_until_then(lists: DncLists) -> None:
    lists.add(NATIONAL, ["a", "b"])
    lists.publish(NATIONAL)
    newer = replace(NATIONAL, as_of=date(2026, 11, 20), imported_at=NOW + timedelta(hours=1))
    lists.add(newer, ["b", "c"])
    assert [lists.standing(key).on for key in ("a", "b")] == [{"national"}, {"national"}]
    lists.publish(newer)
    assert [bool(lists.standing(key).on) for key in ("a", "b", "c")] == [False, True, True]


def test_an_import_of_an_earlier_day_does_not_replace_a_later_one(lists: DncLists) -> None:
    lists.publish(NATIONAL)
    lists.publish(NATIONAL)
    with pytest.raises(Conflict, match="later day"):
        lists.publish(replace(NATIONAL, as_of=date(2026, 10, 1), imported_at=NOW + timedelta(days=1)))
    assert lists.lists() == (NATIONAL,)


def test_numbers_can_be_added_to_our_own_list_and_lists_stay_separate(lists: DncLists) -> None:
    for number, key in enumerate(("a", "b"), start=1):
        ours = DncList(name=INTERNAL_LIST, as_of=NOW.date(), imported_at=NOW + timedelta(hours=number), numbers=number)
        lists.add(ours, [key])
        lists.publish(ours)
    lists.add(NATIONAL, ["b"])
    lists.publish(NATIONAL)
    assert lists.standing("a").on == {INTERNAL_LIST}
    assert lists.standing("b").on == {INTERNAL_LIST, "national"}
    assert [dnc_list.name for dnc_list in lists.lists()] == ["national", INTERNAL_LIST]


def test_a_dropped_list_has_no_effect(lists: DncLists) -> None:
    lists.add(NATIONAL, ["a"])
    lists.publish(NATIONAL)
    assert lists.drop("national")
    assert not lists.drop("national")
    assert lists.standing("a").on == frozenset()
    assert lists.lists() == ()


def test_more_numbers_than_fit_one_call_are_all_written(lists: DncLists) -> None:
    keys = [f"{n % 55}" for n in range(60)]
    assert lists.add(NATIONAL, keys) >= 55
    lists.publish(NATIONAL)
    assert all(lists.standing(f"{n}").on for n in range(55))

"""Leads at once against the local cloud's table: totals and windows are exact, and every lead is assigned once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from leadtight import policy as policies
from leadtight.adapters.contacts import RealContacts
from leadtight.adapters.dynamo import DynamoTable
from leadtight.adapters.memory import MemoryAlarms
from leadtight.app.intake import Intake, Submission
from leadtight.app.route import Route
from leadtight.domain.errors import Conflict
from leadtight.domain.policy import Policy
from tests.contracts.conftest import declared
from tests.e2e.stage import Stage

LEADS, AT_ONCE = 150, 32
PEOPLE = ("ana", "ben", "cem", "dora", "eli")


def of_its_own() -> Policy:
    """Return a policy whose leads all rotate among five people."""
    policy = policies.shipped()
    pool = replace(policy.pools["inbound"], members=dict.fromkeys(PEOPLE, 1))
    routing = replace(policy.routing, rules=(replace(policy.routing.rules[-1], pool=pool.id),))
    return replace(policy, pools={pool.id: pool}, routing=routing)


@pytest.fixture
def table(stage: Stage) -> Iterator[DynamoTable]:
    """Return a table of its own: nothing listens to it, so that only this test's threads route its leads."""
    name = f"fair-{uuid4().hex}"
    stage.client("dynamodb").create_table(**declared() | {"TableName": name})
    yield DynamoTable(name, stage.info.region)
    stage.table = DynamoTable(stage.info.table, stage.info.region)  # rows are bound to one table at a time


def test_leads_at_once_are_shared_to_one_and_every_window_names_five_people(table: DynamoTable) -> None:
    policy, now = of_its_own(), datetime.now(UTC)
    intake = Intake(policy, table, RealContacts(), lambda: uuid4().hex)
    route = Route(policy, table, MemoryAlarms())

    def receive(number: int) -> tuple[int, str]:
        lead_id = intake.receive(Submission(source="api", body={"name": f"Fair {number}"}), now).lead_id
        while True:
            try:
                lead = table.load(lead_id)
                change = route.route(lead, now) if lead else None
            except Conflict:
                continue
            assert change is not None
            return change.events[0].data["receipt"]["turn"], str(change.after.owner_id)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        turns = dict(threads.map(receive, range(LEADS)))
    assert sorted(turns) == list(range(LEADS))
    owners = [turns[turn] for turn in range(LEADS)]
    assert set(Counter(owners).values()) == {LEADS // len(PEOPLE)}
    assert all(len(set(owners[i : i + 5])) == 5 for i in range(LEADS - 4))

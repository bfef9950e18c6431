"""Concurrent leads: exact totals, each taken and assigned once.

Against the local cloud's table; every window is exact.

Short by default; `LEADTIGHT_LONG=1` runs 2,000 leads (docs/development/performance.md).
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from leadtight.adapters.contact_points.contact_hours import RealHours
from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.app.intake.deliveries import Deliveries, PendingDelivery, SettledItem
from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.outcomes.contact_proofs import Proofs
from leadtight.app.routing.route import Route
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import Conflict
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Strategy
from leadtight.policy import loader as policies
from tests.contracts.conftest import declared
from tests.e2e.stage import Stage, eventually

LEADS, WEIGHTED = (2_000, 600) if os.environ.get("LEADTIGHT_LONG") else (100, 102)
AT_ONCE = 100
REPLAYED = 6
PEOPLE = ("ana", "ben", "cem", "dora", "eli")
WEIGHTS = {"ana": 3, "ben": 2, "cem": 1}


def shared_among(members: Mapping[str, int]) -> Policy:
    """Return a policy with one pool and these shares."""
    policy = policies.shipped()
    pool = replace(policy.pools["inbound"], members=members, strategy=Strategy.WEIGHTED)
    routing = replace(policy.routing, rules=(replace(policy.routing.rules[-1], pool=pool.id),))
    return replace(policy, pools={pool.id: pool}, routing=routing)


@pytest.fixture
def table(stage: Stage) -> Iterator[DynamoTable]:
    """Return a separate table without stream readers.

    Only this test's threads route its leads.
    """
    name = f"fair-{uuid4().hex}"
    stage.client("dynamodb").create_table(**declared() | {"TableName": name})
    yield DynamoTable(name, stage.info.region)
    stage.table = DynamoTable(stage.info.table, stage.info.region)  # rows are bound to one table at a time


def owners_in_turn(table: DynamoTable, policy: Policy, leads: int) -> list[str]:
    """Route leads on many threads; return owners in rotation order."""
    now = datetime.now(UTC)
    intake = Intake(policy, table, PhoneEmailNormalizer(), lambda: uuid4().hex, MemoryAlarms())
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
        turns = dict(threads.map(receive, range(leads)))
    assert sorted(turns) == list(range(leads))
    return [turns[turn] for turn in range(leads)]


@pytest.mark.proves("C2")
def test_concurrent_leads_are_shared_within_one_and_every_window_names_five_people(table: DynamoTable) -> None:
    owners = owners_in_turn(table, shared_among(dict.fromkeys(PEOPLE, 1)), LEADS)
    assert set(Counter(owners).values()) == {LEADS // len(PEOPLE)}
    assert all(len(set(owners[i : i + 5])) == 5 for i in range(LEADS - 4))


@pytest.mark.proves("C3")
def test_weights_keep_their_shares_in_every_window_with_concurrent_leads(table: DynamoTable) -> None:
    owners = owners_in_turn(table, shared_among(WEIGHTS), WEIGHTED)
    windows = [Counter(owners[i : i + 6]) for i in range(WEIGHTED - 5)]
    assert windows == [WEIGHTS] * (WEIGHTED - 5)


@pytest.mark.proves("C2")
def test_redelivered_stream_records_never_move_the_rotation(stage: Stage) -> None:
    leads = [stage.post_lead(name=f"Fair {number}", message="replayed") for number in range(REPLAYED)]
    eventually("every lead has an owner", lambda: all(stage.lead(lead).owner_id for lead in leads))
    owned = [stage.lead(lead) for lead in leads]
    pool = str(owned[0].pool_id)
    rotation = stage.table.load_for_routing("", pool, ()).rotation
    records = [r for r in stream_records(stage) if r["dynamodb"]["Keys"]["pk"]["S"].removeprefix("LEAD#") in leads]
    assert len(records) >= REPLAYED
    for _ in range(2):
        stage.invoke("route", {"Records": records})
    assert stage.table.load_for_routing("", pool, ()).rotation == rotation
    assert [stage.lead(lead).first_owner_id for lead in leads] == [lead.first_owner_id for lead in owned]
    assert [stage.kinds(lead).count("lead_assigned") for lead in leads] == [1] * REPLAYED


def stream_records(stage: Stage) -> list[dict[str, Any]]:
    """Return new leads still in the table's stream.

    As they were delivered to the function.
    """
    client = stage.client("dynamodbstreams")
    [stream] = client.list_streams(TableName=stage.info.table)["Streams"]
    described = client.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    records: list[dict[str, Any]] = []
    for shard in described["Shards"]:
        at = client.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while at:
            answer = client.get_records(ShardIterator=at)
            records += answer["Records"]
            at = answer.get("NextShardIterator") if answer["Records"] else None
    inserted = [r for r in records if r["eventName"] == "INSERT" and r["dynamodb"]["Keys"]["sk"]["S"] == "LEAD"]
    for record in inserted:
        record["dynamodb"].pop("ApproximateCreationDateTime", None)  # the one value that is not JSON
    return inserted


def test_fifty_concurrent_deliveries_of_one_event_are_one_lead_and_one_announcement(table: DynamoTable) -> None:
    now = datetime.now(UTC)
    intake = Intake(policies.shipped(), table, PhoneEmailNormalizer(), lambda: uuid4().hex, MemoryAlarms())
    hinted: list[str] = []
    proofs = Proofs(policies.shipped(), table, table, MemoryAlarms(), local_time_of, RealHours().windows)
    deliveries = Deliveries(intake, DynamoQuarantine(table), lambda: uuid4().hex, hinted.append, proofs.report)
    lead = Submission(source="form", key="E1", body={"name": "Ada Obi", "email": "ada@example.com"})
    pending = PendingDelivery(channel="webhook:ads", source="ads", key="7", reason=Reason.ANNOUNCED)

    def deliver(number: int) -> SettledItem:
        while True:
            try:
                return deliveries.take((lead, pending)[number >= 50], "webhook:ads", now)
            except Conflict:
                continue  # a provider retries on this answer

    with ThreadPoolExecutor(50) as threads:
        settled = list(threads.map(deliver, range(60)))
    assert Counter(delivery.status for delivery in settled) == {"created": 1, "announced": 1, "duplicate": 58}
    assert len({delivery.id for delivery in settled}) == 2
    assert hinted == [delivery.id for delivery in settled if delivery.status == "announced"]

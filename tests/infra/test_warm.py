"""Stages for many leads a second are ready at once.

Any other grows as AWS allows.
"""

from pathlib import Path

from infra.limits import LARGE, SMALL, carrying
from infra.table import INDEX_WRITES_A_LEAD, WRITES_A_LEAD
from leadtight.capacity.data import aws, lives
from tests.infra.synth import FUNCTIONS, Synthesised, synthesise


def test_a_table_for_200_leads_a_second_takes_their_writes_from_its_first_minute(tmp_path: Path) -> None:
    [table] = synthesise(tmp_path, "busy", limits={"leads_per_second": 200}).properties("DynamoDB::Table")
    [index] = table["GlobalSecondaryIndexes"]
    typical = lives()["typical"]
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] >= 200 * typical.total("writes")
    assert index["WarmThroughput"]["WriteUnitsPerSecond"] >= 200 * typical.total("index")
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] <= aws().limits["table_writes"].value


def test_a_leads_writes_exceed_the_count_only_slightly() -> None:
    for units, column in ((WRITES_A_LEAD, "writes"), (INDEX_WRITES_A_LEAD, "index")):
        counted = max(lives()[name].total(column) for name in ("typical", "waiting"))
        assert counted < units < 1.6 * counted


def test_no_other_table_is_warmed(prod: Synthesised) -> None:
    [table] = prod.properties("DynamoDB::Table")
    assert "WarmThroughput" not in table
    assert "WarmThroughput" not in table["GlobalSecondaryIndexes"][0]


def test_the_scale_model_knows_the_deployed_settings_of_stages() -> None:
    limits = (SMALL, LARGE, carrying(200))
    assert len(aws().stages) == len(limits)
    for size, limit in zip(aws().stages.values(), limits, strict=True):
        assert (size.requests, size.sending, size.alarms, size.receipts) == (
            *(limit.requests, limit.sending, limit.alarms, limit.others),
        )


def test_a_stage_for_many_leads_leaves_concurrency_for_others_in_an_account_of_a_thousand() -> None:
    busy = carrying(200)
    shards = 200 * WRITES_A_LEAD // 1000
    running = shards * (busy.routing + busy.sending) + busy.alarms + busy.retries + 4 * busy.others
    assert running + sum(busy.reserved.values()) < 900
    assert carrying(1).requests == LARGE.requests


def test_costs_are_computed_with_the_functions_memory(prod: Synthesised) -> None:
    assert set(aws().memory) <= {*FUNCTIONS}
    for name, gigabytes in aws().memory.items():
        assert prod.function(name)["MemorySize"] == gigabytes * 1024

"""A stage that is made for many leads a second is ready for them at once; any other grows as AWS lets it."""

from pathlib import Path

import pytest

from infra.table import INDEX_WRITES_A_LEAD, WRITES_A_LEAD
from leadtight.cli.capacity.data import aws, lives
from tests.infra.synth import Synthesised, synthesise


def test_a_table_for_200_leads_a_second_takes_their_writes_from_its_first_minute(tmp_path: Path) -> None:
    [table] = synthesise(tmp_path, "busy", leads_per_second="200").properties("DynamoDB::Table")
    [index] = table["GlobalSecondaryIndexes"]
    typical = lives()["typical"]
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] >= 200 * typical.total("writes")
    assert index["WarmThroughput"]["WriteUnitsPerSecond"] >= 200 * typical.total("index")
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] <= aws().limits["table_writes"].value


def test_what_a_lead_writes_is_more_than_is_counted_and_not_much_more() -> None:
    for units, column in ((WRITES_A_LEAD, "writes"), (INDEX_WRITES_A_LEAD, "index")):
        counted = max(lives()[name].total(column) for name in ("typical", "waiting"))
        assert counted < units < 1.6 * counted


def test_no_other_table_is_warmed(prod: Synthesised) -> None:
    [table] = prod.properties("DynamoDB::Table")
    assert "WarmThroughput" not in table
    assert "WarmThroughput" not in table["GlobalSecondaryIndexes"][0]


@pytest.mark.parametrize("said", ["0", "-5", "many", "100000"])
def test_what_is_no_number_of_leads_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(ValueError, match="leads_per_second: a whole number from 1 to 300"):
        synthesise(tmp_path, "busy", leads_per_second=said)

"""The table of facts, partitioned by date.

It has the columns that the report function writes; only the granted may read it.
"""

from __future__ import annotations

import json

from leadtight.reporting.facts.facts import columns
from tests.infra.synth import Synthesised

HIVE = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "TIMESTAMPTZ": "timestamp",
    "DECIMAL(18,2)": "decimal(18,2)",
}


def test_the_table_has_the_fact_columns_in_order(prod: Synthesised) -> None:
    [table] = prod.properties("Glue::Table")
    stored = table["TableInput"]["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"]) for c in stored] == [(name, HIVE[kind]) for name, kind in columns().items()]


def test_a_night_is_a_partition_found_by_date_without_a_crawler(prod: Synthesised) -> None:
    [table] = prod.properties("Glue::Table")
    table_input = table["TableInput"]
    assert table_input["PartitionKeys"] == [{"Name": "dt", "Type": "date"}]
    parameters = table_input["Parameters"]
    assert (parameters["projection.enabled"], parameters["projection.dt.type"]) == ("true", "date")
    assert parameters["projection.dt.range"].endswith(",NOW")
    reports = next(id_ for id_ in prod.of_type("S3::Bucket") if "Reports" in id_)
    where = ["", ["s3://", {"Ref": reports}, "/facts/dt=${dt}/"]]
    assert parameters["storage.location.template"] == {"Fn::Join": where}
    assert not prod.of_type("Glue::Crawler")


def test_a_reader_of_facts_reads_nothing_else(prod: Synthesised) -> None:
    [policy] = prod.properties("IAM::ManagedPolicy")
    catalog, files, names = policy["PolicyDocument"]["Statement"]
    assert catalog["Action"]
    assert all(action.startswith("glue:Get") for action in catalog["Action"])
    assert catalog["Resource"]
    assert not [resource for resource in catalog["Resource"] if "*" in json.dumps(resource)]
    assert files["Action"] == "s3:GetObject"
    assert json.dumps(files["Resource"]).endswith('"/facts/*"]]}')
    assert names["Condition"] == {"StringLike": {"s3:prefix": ["facts/*"]}}
    assert "Roles" not in policy
    assert "Users" not in policy

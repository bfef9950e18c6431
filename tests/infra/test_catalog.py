"""The table of facts, partitioned by date.

It has the columns that the report function writes; only the granted may read it.
"""

from __future__ import annotations

from leadtight.reporting.facts.facts import columns
from tests.infra.roles import ACCOUNT, REGION, Act, References
from tests.infra.synth import Synthesised, managed_policy

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


HERE = f"{REGION}:{ACCOUNT}"
FACTS = f"arn:aws:glue:{HERE}:table/leadtight_prod/facts"
GROUP = f"arn:aws:athena:{HERE}:workgroup/leadtight-prod"
BUCKET = "arn:aws:s3:::reports"
TO_QUERY = (
    Act("athena:GetDataCatalog", f"arn:aws:athena:{HERE}:datacatalog/AwsDataCatalog"),
    Act("athena:GetWorkGroup", GROUP),
    Act("athena:StartQueryExecution", GROUP),
    Act("athena:GetQueryExecution", GROUP),
    Act("athena:GetQueryResults", GROUP),
    Act("glue:GetDatabase", f"arn:aws:glue:{HERE}:catalog"),
    Act("glue:GetDatabase", f"arn:aws:glue:{HERE}:database/leadtight_prod"),
    Act("glue:GetTable", FACTS),
    Act("glue:GetPartitions", FACTS),
    Act("s3:GetBucketLocation", BUCKET),
    Act("s3:ListBucket", BUCKET, {"s3:prefix": "facts/dt=2026-11-21/"}),
    Act("s3:GetObject", f"{BUCKET}/facts/dt=2026-11-21/facts.parquet"),
    Act("s3:ListBucketMultipartUploads", BUCKET),
    Act("s3:PutObject", f"{BUCKET}/athena/1.csv"),
    Act("s3:AbortMultipartUpload", f"{BUCKET}/athena/1.csv"),
    Act("s3:ListMultipartUploadParts", f"{BUCKET}/athena/1.csv"),
    Act("s3:GetObject", f"{BUCKET}/athena/1.csv"),
)
"""What Athena asks IAM about on a reader's behalf, as its guide lists it."""

NEVER = (
    Act("s3:GetObject", f"{BUCKET}/weekly/2026-W47/index.html"),
    Act("s3:GetObject", "arn:aws:s3:::mails/ses/1"),
    Act("s3:ListBucket", BUCKET, {"s3:prefix": "weekly/"}),
    Act("s3:PutObject", f"{BUCKET}/facts/dt=2026-11-21/facts.parquet"),
    Act("s3:DeleteObject", f"{BUCKET}/facts/dt=2026-11-21/facts.parquet"),
    Act("athena:StartQueryExecution", f"arn:aws:athena:{HERE}:workgroup/primary"),
    Act("athena:UpdateWorkGroup", GROUP),
    Act("glue:GetTable", f"arn:aws:glue:{HERE}:table/other/other"),
    Act("glue:UpdateTable", FACTS),
    Act("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/leadtight"),
)


def test_the_readers_policy_is_all_that_a_query_needs_and_no_more(prod: Synthesised) -> None:
    [reports] = [id_ for id_ in prod.of_type("S3::Bucket") if "Reports" in id_]
    [group] = prod.of_type("Athena::WorkGroup")
    references = References(prod, {reports: "reports", group: "leadtight-prod"})
    reader = references.policy(managed_policy(prod, "Reader")["PolicyDocument"]["Statement"])
    assert [act for act in TO_QUERY if not reader.allows(act)] == []
    assert [act for act in NEVER if reader.allows(act)] == []


def test_queries_keep_their_results_for_a_month_and_read_a_bounded_number_of_bytes(prod: Synthesised) -> None:
    [group] = prod.properties("Athena::WorkGroup")
    settings = group["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["BytesScannedCutoffPerQuery"] >= 10_000_000, "the least that AWS accepts"
    reports = next(id_ for id_ in prod.of_type("S3::Bucket") if "Reports" in id_)
    location = settings["ResultConfiguration"]["OutputLocation"]
    assert location == {"Fn::Join": ["", ["s3://", {"Ref": reports}, "/athena/"]]}
    rules = prod.body["Resources"][reports]["Properties"]["LifecycleConfiguration"]["Rules"]
    [expiry] = [rule for rule in rules if rule.get("Prefix") == "athena/"]
    assert expiry["ExpirationInDays"] == 30


def test_no_one_is_a_reader_until_an_administrator_attaches_the_policy(prod: Synthesised) -> None:
    policies = prod.properties("IAM::ManagedPolicy")
    assert policies
    assert [{"Users", "Groups", "Roles"} & {*policy} for policy in policies] == [set()] * len(policies)

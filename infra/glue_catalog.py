"""The facts as an Athena table, partitioned by night.

Partitions are projected from dates, without a crawler.
"""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access.reader import reader, work_group
from infra.stage import StageSettings

FACTS = "facts/"
FIRST_DAY = "2026-01-01"
"""Start of the projection of `dt`, before the first night."""

_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
_INPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

# What `leadtight/reporting/facts/facts.py` writes, in its order: tests/infra/test_catalog.py compares the two.
COLUMNS = {
    "lead_id": "string",
    "version": "bigint",
    "generation": "bigint",
    "source": "string",
    "form": "string",
    "tier": "string",
    "target": "string",
    "policy_version": "string",
    "stage": "string",
    "excluded": "string",
    "stage_since": "timestamp",
    "owner": "string",
    "first_owner": "string",
    "pool": "string",
    "received_at": "timestamp",
    "recorded_at": "timestamp",
    "first_assigned_at": "timestamp",
    "deadline": "timestamp",
    "first_contact_at": "timestamp",
    "first_contact_by": "string",
    "last_contact_at": "timestamp",
    "last_touch_at": "timestamp",
    "previous_touch_at": "timestamp",
    "next_action_due_at": "timestamp",
    "closed_at": "timestamp",
    "lost_reason_given": "boolean",
    "value": "decimal(18,2)",
    "attempts": "bigint",
    "hops": "bigint",
    "owner_since": "timestamp",
    "owner_answered_at": "timestamp",
    "is_qualified": "boolean",
    "was_qualified": "boolean",
    "waited_new_us": "bigint",
    "waited_contacted_us": "bigint",
    "waited_qualified_us": "bigint",
    "waited_call_booked_us": "bigint",
    "waited_proposal_sent_us": "bigint",
    "waited_follow_up_needed_us": "bigint",
}


class Catalog(Construct):
    """The database, the table `facts`, and its readers' access.

    Their policy allows querying that table and nothing else.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, reports: s3.IBucket) -> None:
        super().__init__(scope, id_)
        self.database_name = f"leadtight_{stage.name.replace('-', '_')}"
        self.database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="Facts about the leads of Leadtight, by night"
            ),
        )
        self.table = glue.CfnTable(
            self,
            "Facts",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.database.ref,
            table_input=glue.CfnTable.TableInputProperty(
                name="facts",
                description="One row per lead as of the end of the night dt: query one dt at a time",
                table_type="EXTERNAL_TABLE",
                parameters=_projection(reports),
                partition_keys=[glue.CfnTable.ColumnProperty(name="dt", type="date")],
                storage_descriptor=_storage(reports),
            ),
        )
        self.queries = work_group(self, stage, reports)
        self.reader = reader(self, database=self.database_name, group=self.queries.name, reports=reports, facts=FACTS)


def _storage(reports: s3.IBucket) -> glue.CfnTable.StorageDescriptorProperty:
    return glue.CfnTable.StorageDescriptorProperty(
        location=reports.s3_url_for_object(FACTS),
        input_format=_INPUT,
        output_format=_OUTPUT,
        serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=_SERDE),
        columns=[glue.CfnTable.ColumnProperty(name=name, type=type_) for name, type_ in COLUMNS.items()],
    )


def _projection(reports: s3.IBucket) -> dict[str, str]:
    """Return table parameters that project partitions from dates.

    Partitions need neither registration nor a crawler.
    """
    return {
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": f"{FIRST_DAY},NOW",
        "storage.location.template": reports.s3_url_for_object(f"{FACTS}dt=${{dt}}/"),
    }

"""The one table, with its stream of hints.

It holds every lead, event, message and key.
"""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stage import StageSettings

INDEX = "gsi1"
WRITES_A_LEAD, INDEX_WRITES_A_LEAD = 140, 50
"""Write units of a lead's whole life, plus a quarter.

`leadtight capacity aws` counts them.
"""

LEAST_WARM_WRITES, WARM_READS = 4_000, 12_000
"""Throughput of any new table, the least that AWS accepts."""


class LeadTable(Construct):
    """The single table with its sparse index and stream."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        self.table: dynamodb.ITable = self._table(stage)

    def _table(self, stage: StageSettings) -> dynamodb.ITable:
        restored = stage.file.restored
        return self._restored(restored.table, restored.stream) if restored else self._new(stage)

    def _restored(self, name: str, stream: str) -> dynamodb.ITable:
        """Use a table restored from a backup.

        The previous table is retained.
        """
        arn = Stack.of(self).format_arn(service="dynamodb", resource="table", resource_name=name)
        return dynamodb.Table.from_table_attributes(self, "Restored", table_arn=arn, table_stream_arn=stream)

    def _new(self, stage: StageSettings) -> dynamodb.ITable:
        text = dynamodb.AttributeType.STRING
        table = dynamodb.Table(
            self,
            "Table",
            table_name=f"leadtight-{stage.name}",
            partition_key=dynamodb.Attribute(name="pk", type=text),
            sort_key=dynamodb.Attribute(name="sk", type=text),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            warm_throughput=_warm(stage, WRITES_A_LEAD),
            deletion_protection=stage.deletion_protection,
            removal_policy=stage.keep,
        )
        # ALL: the sweep and the owner's queue read whole rows; a second read per lead would cost more.
        table.add_global_secondary_index(
            index_name=INDEX,
            partition_key=dynamodb.Attribute(name="gsi1pk", type=text),
            sort_key=dynamodb.Attribute(name="gsi1sk", type=text),
            projection_type=dynamodb.ProjectionType.ALL,
            warm_throughput=_warm(stage, INDEX_WRITES_A_LEAD),
        )
        return table

    @property
    def arn(self) -> str:
        """Return the table's ARN."""
        return self.table.table_arn

    @property
    def index_arn(self) -> str:
        """Return the index's ARN."""
        return f"{self.table.table_arn}/index/{INDEX}"

    @property
    def stream_arn(self) -> str:
        """Return the stream's ARN."""
        arn = self.table.table_stream_arn
        if arn is None:
            raise RuntimeError("the table has no stream")
        return arn


def _warm(stage: StageSettings, units: int) -> dynamodb.WarmThroughput | None:
    """Return the initial throughput for a high rate of leads.

    Without it the table grows only by doubling every half hour.
    """
    rate = stage.file.limits.leads_per_second
    if rate is None:
        return None
    writes = max(LEAST_WARM_WRITES, rate * units)
    return dynamodb.WarmThroughput(read_units_per_second=WARM_READS, write_units_per_second=writes)

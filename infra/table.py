"""The one table: every lead, event, message and key, and the stream that hints at new ones."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stage import Stage

INDEX = "gsi1"


class LeadTable(Construct):
    """Hold the single table with its one sparse index and its stream."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_)
        text = dynamodb.AttributeType.STRING
        self.table = dynamodb.Table(
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
            deletion_protection=not stage.local,
            removal_policy=stage.keep,
        )
        # ALL: the sweep and the owner's queue read whole rows; a second read per lead would cost more.
        self.table.add_global_secondary_index(
            index_name=INDEX,
            partition_key=dynamodb.Attribute(name="gsi1pk", type=text),
            sort_key=dynamodb.Attribute(name="gsi1sk", type=text),
            projection_type=dynamodb.ProjectionType.ALL,
        )

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

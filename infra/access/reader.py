"""Athena's work group of the facts, and its readers' policy."""

from __future__ import annotations

from aws_cdk import aws_athena as athena
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access.statements import allow, arn
from infra.stage import StageSettings

RESULTS = "athena/"
MOST_BYTES_READ = 10_000_000_000
"""The bytes that one query may read: 5 US cents' worth."""

CATALOG = "glue:GetDatabase glue:GetTable glue:GetPartition glue:GetPartitions glue:BatchGetPartition"
QUERY = (
    "athena:StartQueryExecution athena:StopQueryExecution athena:GetQueryExecution athena:BatchGetQueryExecution"
    " athena:ListQueryExecutions athena:GetQueryResults athena:GetQueryResultsStream athena:GetWorkGroup"
)
KEEP_RESULTS = "s3:GetObject s3:PutObject s3:AbortMultipartUpload s3:ListMultipartUploadParts"


def work_group(scope: Construct, stage: StageSettings, reports: s3.IBucket) -> athena.CfnWorkGroup:
    """Return the work group of queries on the facts.

    It decides where results go, so a reader needs no bucket, and cancels a query that reads too much.
    """
    result = athena.CfnWorkGroup.ResultConfigurationProperty(
        output_location=reports.s3_url_for_object(RESULTS),
        encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_S3"),
    )
    return athena.CfnWorkGroup(
        scope,
        "Queries",
        name=f"leadtight-{stage.name}",
        description="Queries of the nightly facts of leads",
        recursive_delete_option=True,
        work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
            enforce_work_group_configuration=True,
            publish_cloud_watch_metrics_enabled=False,
            bytes_scanned_cutoff_per_query=MOST_BYTES_READ,
            result_configuration=result,
        ),
    )


def reader(scope: Construct, *, database: str, group: str, reports: s3.IBucket, facts: str) -> iam.ManagedPolicy:
    """Return the policy of an analyst, who needs nothing else.

    Facts name no person; the report pages do. https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
    lists what Athena asks for on a reader's behalf.
    """
    policy = iam.ManagedPolicy(scope, "Reader", description="Read the nightly facts of leads, and nothing else")
    names = ("catalog", f"database/{database}", f"table/{database}/facts")
    folders = {"StringLike": {"s3:prefix": [f"{facts}*", f"{RESULTS}*"]}}
    policy.add_statements(
        allow(CATALOG, *(arn("glue", name) for name in names)),
        allow(QUERY, arn("athena", f"workgroup/{group}")),
        allow("athena:GetDataCatalog", arn("athena", "datacatalog/AwsDataCatalog")),
        allow("s3:GetObject", reports.arn_for_objects(f"{facts}*")),
        allow(KEEP_RESULTS, reports.arn_for_objects(f"{RESULTS}*")),
        allow("s3:GetBucketLocation s3:ListBucketMultipartUploads", reports.bucket_arn),
        allow("s3:ListBucket", reports.bucket_arn, conditions=folders),
    )
    return policy

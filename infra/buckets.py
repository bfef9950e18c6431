"""The buckets of reports and facts, mails, and form files."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access.reader import RESULTS
from infra.stage import StageSettings


class Buckets(Construct):
    """The private, TLS-only, versioned buckets."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        # Facts and reports stay; versions that a recomputation replaced are kept for a quarter.
        self.reports = self._bucket("Reports", stage, expires_after=None)
        # Athena writes what a query finds, and nothing removes it.
        self.reports.add_lifecycle_rule(id="query-results", prefix=RESULTS, expiration=Duration.days(30))
        # Raw mail holds more about people than any report needs.
        self.mail = self._bucket("Mail", stage, expires_after=Duration.days(90))

        # Files from strangers: their lead is settled long before, and orphans of refused posts expire with them.
        self.uploads = self._bucket("Uploads", stage, expires_after=Duration.days(180))

    @property
    def all(self) -> tuple[s3.Bucket, ...]:
        """Return every bucket."""
        return self.reports, self.mail, self.uploads

    def _bucket(self, id_: str, stage: StageSettings, *, expires_after: Duration | None) -> s3.Bucket:
        return s3.Bucket(
            self,
            id_,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=stage.has_tls,
            minimum_tls_version=1.2 if stage.has_tls else None,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="keep-only-what-is-needed",
                    expiration=expires_after,
                    noncurrent_version_expiration=Duration.days(90),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=stage.keep,
        )

"""Incoming mail: every object in the bucket reaches collect.

SES stores mails there where it may.
"""

from __future__ import annotations

from typing import Any

from tests.infra.synth import Synthesised
from tests.infra.test_sources import mapping, queue_name


def mail_bucket(template: Synthesised) -> tuple[str, dict[str, Any]]:
    [bucket] = [
        (id_, b) for id_, b in template.of_type("S3::Bucket").items() if "NotificationConfiguration" in b["Properties"]
    ]
    return bucket


def test_collect_reads_a_queue_of_every_new_mail(prod: Synthesised) -> None:
    _, bucket = mail_bucket(prod)
    [configuration] = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert configuration["Event"] == "s3:ObjectCreated:*"
    assert queue_name(prod, configuration["Queue"]) == "leadtight-prod-mails"
    source = mapping(prod, "collect", "MailsQueue")
    assert source["EventSourceArn"] == configuration["Queue"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_bucket_may_notify_the_queue_before_it_is_created(prod: Synthesised) -> None:
    _, bucket = mail_bucket(prod)
    policies = prod.of_type("SQS::QueuePolicy")
    [allowing] = [id_ for id_ in policies if "s3.amazonaws.com" in str(policies[id_])]
    assert allowing in bucket["DependsOn"]
    [statement] = [s for s in policies[allowing]["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_collect_may_read_and_list_mails_but_not_change_them(prod: Synthesised) -> None:
    id_, _ = mail_bucket(prod)
    reading, listing = (s for s in prod.statements("collect") if id_ in str(s.get("Resource")))
    assert reading["Action"] == "s3:GetObject"
    assert reading["Resource"] == {"Fn::Join": ["", [{"Fn::GetAtt": [id_, "Arn"]}, "/*"]]}
    assert listing["Action"] == "s3:ListBucket"
    assert {"Fn::GetAtt": [id_, "Arn"]} in listing["Resource"]


def test_ses_receives_nothing_unless_the_stage_names_a_domain(prod: Synthesised, local: Synthesised) -> None:
    for template in (prod, local):
        assert not template.of_type("SES::ReceiptRule")
        assert not template.of_type("SES::ReceiptRuleSet")
        assert "ses.amazonaws.com" not in str(template.of_type("S3::BucketPolicy"))


def test_ses_stores_every_scanned_mail_of_the_domain_and_writes_nowhere_else(receiving: Synthesised) -> None:
    id_, _ = mail_bucket(receiving)
    [rule] = [r["Rule"] for r in receiving.properties("SES::ReceiptRule")]
    assert (rule["Recipients"], rule["Enabled"], rule["ScanEnabled"]) == (["inbox.firm.example"], True, True)
    assert rule["Actions"] == [{"S3Action": {"BucketName": {"Ref": id_}, "ObjectKeyPrefix": "ses/"}}]
    statements = [s for p in receiving.properties("S3::BucketPolicy") for s in p["PolicyDocument"]["Statement"]]
    [writing] = [s for s in statements if s.get("Principal") == {"Service": "ses.amazonaws.com"}]
    assert writing["Action"] == "s3:PutObject"
    assert writing["Resource"] == {"Fn::Join": ["", [{"Fn::GetAtt": [id_, "Arn"]}, "/ses/*"]]}
    assert writing["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "receipt-rule-set/" in str(writing["Condition"]["ArnLike"]["aws:SourceArn"])

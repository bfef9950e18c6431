"""Incoming mail: every object in the bucket reaches collect.

SES stores mails there where it may.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.roles import Act, Roles, acts
from tests.infra.synth import FUNCTIONS, Synthesised
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


def sending(template: Synthesised, sender: str, *recipients: str, kept: str = "leadtight-prod") -> bool:
    """Judge a mail by the senders' roles."""
    params = {"Source": sender, "Destinations": recipients, "ConfigurationSetName": kept}
    roles = Roles(template, {}, {"AWS::SES::ConfigurationSet": "leadtight-prod"})
    asked = list(acts("ses", "SendRawEmail", params))
    allowed = {all(roles.allow(function, act) for act in asked) for function in ("respond", "sla")}
    assert len(allowed) == 1
    return allowed.pop()


SENDER = "leads@leadtight.example"


@pytest.mark.parametrize("sender", [SENDER, "Leads@Leadtight.example"])
@pytest.mark.parametrize("recipient", ["ada@example.com", "mia@leadtight.example", "Ops <ops@firm.example>"])
def test_the_senders_may_mail_anyone_from_their_address_in_the_sandbox_too(
    prod: Synthesised, sender: str, recipient: str
) -> None:
    assert sending(prod, sender, recipient)


@pytest.mark.parametrize(
    "sender",
    ["bank@leadtight.example", "leads@bank.example", "xleads@leadtight.example", "leads@leadtight.example.com"],
)
def test_no_function_may_mail_from_another_address_even_of_the_same_domain(prod: Synthesised, sender: str) -> None:
    assert not sending(prod, sender, "ada@example.com")


def test_a_mail_without_a_sender_or_by_another_configuration_set_is_denied(prod: Synthesised) -> None:
    roles = Roles(prod, {}, {"AWS::SES::ConfigurationSet": "leadtight-prod"})
    [first, *_] = acts("ses", "SendRawEmail", {"Source": SENDER, "Destinations": ["ada@example.com"]})
    assert roles.allow("respond", first)
    assert not roles.allow("respond", Act(first.action, first.resource))
    assert not sending(prod, SENDER, "ada@example.com", kept="another")


def test_only_the_senders_may_mail(prod: Synthesised) -> None:
    assert {name for name in FUNCTIONS if "ses:SendRawEmail" in prod.actions(name)} == {"respond", "sla"}


def test_bounces_come_as_events_and_not_as_mails(prod: Synthesised) -> None:
    [identity] = prod.properties("SES::EmailIdentity")
    assert identity["FeedbackAttributes"] == {"EmailForwardingEnabled": False}


def test_the_envelope_has_a_domain_of_its_own_and_mails_go_out_before_it_is_set_up(prod: Synthesised) -> None:
    [identity] = prod.properties("SES::EmailIdentity")
    assert identity["MailFromAttributes"] == {
        "MailFromDomain": "bounce.leadtight.example",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }


def text(value: Any) -> str:
    """Return an output's value with its references by name."""
    if isinstance(value, str):
        return value
    [(how, arguments)] = value.items()
    return "".join(map(text, arguments[1])) if how == "Fn::Join" else str(arguments)


def test_the_outputs_are_the_records_that_the_domain_needs(prod: Synthesised) -> None:
    outputs = {name: text(output["Value"]) for name, output in prod.body["Outputs"].items()}
    assert outputs["MailFromMx"] == "bounce.leadtight.example MX 10 feedback-smtp.AWS::Region.amazonses.com"
    assert outputs["MailFromSpf"] == 'bounce.leadtight.example TXT "v=spf1 include:amazonses.com ~all"'
    assert outputs["Dmarc"] == '_dmarc.leadtight.example TXT "v=DMARC1; p=none"'
    assert all(" CNAME " in outputs[f"Dkim{number}"] for number in (1, 2, 3))


def test_the_outputs_of_receiving_have_the_names_of_the_guide(receiving: Synthesised) -> None:
    outputs = {name: text(output["Value"]) for name, output in receiving.body["Outputs"].items()}
    assert outputs["ReceivingMx"] == "inbox.firm.example MX 10 inbound-smtp.AWS::Region.AWS::URLSuffix"
    assert outputs["ReceivingActivate"].startswith("aws ses set-active-receipt-rule-set --rule-set-name ")


def test_the_local_cloud_gets_no_envelope_and_no_records(local: Synthesised) -> None:
    [identity] = local.properties("SES::EmailIdentity")
    assert not {"MailFromAttributes", "FeedbackAttributes"} & identity.keys()
    assert not {"MailFromMx", "Dmarc", "Dkim1"} & local.body["Outputs"].keys()

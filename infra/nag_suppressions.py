"""Accepted findings of cdk-nag with their reasons.

Every other finding fails the build.
"""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from infra.edge import FrontStack
from infra.stack import LeadtightStack

SCHEDULES = "arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/*/lead-*"
IDENTITIES = "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*"
CONTACTS = "arn:<AWS::Partition>:connect:<AWS::Region>:<AWS::AccountId>:instance/{}/contact/*"


def acknowledge(stack: LeadtightStack) -> None:
    """Record every accepted finding at its construct."""
    _about_data(stack)
    _about_secrets(stack)
    _about_queues(stack)
    _about_functions(stack)
    _about_roles(stack)
    _about_mail(stack)
    _about_people(stack)
    _about_backups(stack)
    if not stack.stage.has_tls:
        for rule in ("AwsSolutions-S10", "AwsSolutions-SNS3", "AwsSolutions-SQS4"):
            _accept(stack, rule, "the local cloud listens on loopback only and speaks plain HTTP")
        for name in ("respond", "sla"):
            _accept(
                stack.units[name],
                "AwsSolutions-IAM5[Resource::*]",
                "the emulator checks mail permissions against no resource",
            )


def _about_data(stack: LeadtightStack) -> None:
    for bucket in stack.buckets.all:
        _accept(
            bucket,
            "AwsSolutions-S1",
            "only this stack's functions read it; docs/guides/deploy.md says how to log each read by CloudTrail",
        )
    _accept(
        stack.api,
        "AwsSolutions-APIG4",
        "public by design: forms accept anyone's lead, and every link to a person's page carries a signed token",
    )


def _about_secrets(stack: LeadtightStack) -> None:
    reasons = {
        stack.link_secret: "rotation adds a key and moves `current`; an automatic one would break links already mailed",
        stack.webhook_secret: "its entries are agreed with the signing systems: docs/guides/channels.md explains how to"
        " rotate them",
        stack.api_secret: "it holds digests of the keys of programs: docs/guides/api.md explains how to rotate them",
        stack.alert_secret: "Slack and Teams issue its addresses: one changes with its webhook, docs/guides/deploy.md",
    }
    if stack.stage.file.operators.emails or stack.stage.file.operators.url:
        _accept(
            stack.watch.operators,
            "Serverless-SNSRedrivePolicy",
            "a mail to the operators has no queue to go to when it cannot be delivered",
        )
    if stack.stage.file.front:
        reasons[stack.front_secret] = "CloudFront sends it: docs/guides/deploy.md explains how to rotate it"
    for secret, reason in reasons.items():
        _accept(secret, "AwsSolutions-SMG4", reason)


def acknowledge_front(stack: FrontStack) -> None:
    """Record every accepted finding about the front stack."""
    where = stack.distribution
    _accept(where, "AwsSolutions-CFR1", "`front_countries` does it in the firewall, which exempts signed webhooks")
    _accept(where, "AwsSolutions-CFR3", "its logs would hold links and addresses; the API's own log holds neither")
    _accept(
        where,
        "AwsSolutions-CFR4",
        "without `front_domain` the name and certificate are CloudFront's, and so is its TLS",
    )


def _about_queues(stack: LeadtightStack) -> None:
    last = "it is the last stop: an alarm rings on its first message and a person redrives it"
    work = (stack.alarms, stack.announced, stack.mails, stack.mail, stack.retries, stack.spill)
    for queue in (*(each.dead for each in work), stack.failed, stack.stream_failed):
        _accept(queue, "Serverless-SQSRedrivePolicy", last)
    for queue in (stack.failed, stack.stream_failed):
        _accept(queue, "AwsSolutions-SQS3", last)


def _about_functions(stack: LeadtightStack) -> None:
    newest = "the newest Python the suite runs on here: docs/decisions/0002-python-3-13-on-arm64.md"
    for unit in stack.units.values():
        _accept(unit, "AwsSolutions-L1", newest)
        _accept(unit, "Serverless-LambdaLatestVersion", newest)
        _accept(unit, "Serverless-LambdaDLQ", "the on-failure destination keeps both the event and the error")
    for name in ("intake", "respond", "sla", "collect"):
        _accept(
            stack.units[name],
            "Serverless-LambdaEventSourceMappingDestination",
            "a queue source has no such setting: the queue's own redrive policy does it; the streams have one",
        )


def _about_roles(stack: LeadtightStack) -> None:
    for name, unit in stack.units.items():
        streams = "; dynamodb:ListStreams accepts no resource" if name in {"route", "respond"} else ""
        if streams or stack.stage.file.tracing:
            _accept(unit, "AwsSolutions-IAM5[Resource::*]", f"X-Ray's actions accept no resource{streams}")
    for name in ("intake", "route", "respond", "sla", "desk", "collect"):
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::{SCHEDULES}]",
            "each alarm is a schedule of its own, named from its lead when it is armed",
        )
    for name in ("respond", "sla") if stack.stage.calls else ():
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::{CONTACTS.format(*stack.stage.calls or ())}]",
            "a call is a contact of the instance that has no name before it is placed",
        )
    reports = stack.resolve(stack.buckets.reports.bucket_arn)["Fn::GetAtt"][0]
    for name, files in (("desk", "*"), ("report", "*"), ("collect", "reconciliation/*")):
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::<{reports}.Arn>/{files}]",
            "reports are objects named by their date; the bucket holds nothing else",
        )
    for folder in ("facts", "athena"):
        _accept(
            stack.catalog,
            f"AwsSolutions-IAM5[Resource::<{reports}.Arn>/{folder}/*]",
            "facts are objects named by their night, results by their query; nothing else lies in their folders",
        )


def _about_people(stack: LeadtightStack) -> None:
    """Accept the wildcards of the policies for people.

    They stand for what is named when it is made: ids of stacks, restored tables, files and logs.
    """
    here, name = "<AWS::Region>:<AWS::AccountId>", f"leadtight-{stack.stage.name}"
    buckets = [stack.resolve(bucket.bucket_arn)["Fn::GetAtt"][0] for bucket in stack.buckets.all]
    table = stack.resolve(stack.lead_table.arn)
    wildcards = {
        "OperatorPolicy": [
            *(f"<{bucket}.Arn>/*" for bucket in buckets),
            f"<{table['Fn::GetAtt'][0]}.Arn>/index/*" if "Fn::GetAtt" in table else f"{table}/index/*",
            f"arn:<AWS::Partition>:cloudformation:{here}:stack/{name}/*",
            f"arn:<AWS::Partition>:scheduler:{here}:schedule/{name}/lead-*",
            f"arn:<AWS::Partition>:cloudwatch:{here}:alarm:*",
            f"arn:<AWS::Partition>:logs:{here}:log-group:/leadtight/{stack.stage.name}/*",
            f"arn:<AWS::Partition>:logs:{here}:log-group:/aws/vendedlogs/leadtight/{stack.stage.name}/*",
        ],
        "DeployerPolicy": [
            f"arn:<AWS::Partition>:cloudformation:{here}:stack/{name}/*",
            f"arn:<AWS::Partition>:cloudformation:{here}:stack/{name}-front/*",
            f"arn:<AWS::Partition>:dynamodb:{here}:table/{name}*",
            f"arn:<AWS::Partition>:ses:{here}:identity/*",
            f"arn:<AWS::Partition>:secretsmanager:{here}:secret:{name}-front*",
        ],
        "RestorerPolicy": [
            f"arn:<AWS::Partition>:dynamodb:{here}:table/{name}-restored-*",
            f"arn:<AWS::Partition>:dynamodb:{here}:table/{name}-restored-*/index/*",
            f"arn:<AWS::Partition>:dynamodb:{here}:table/{name}*/backup/*",
            f"arn:<AWS::Partition>:backup:{here}:recovery-point:*",
        ],
    }
    for id_, resources in wildcards.items():
        if policy := stack.node.try_find_child(id_):
            _accept(policy, "AwsSolutions-IAM5[Resource::*]", "these actions read, and accept no resource")
            for resource in resources:
                _accept(policy, f"AwsSolutions-IAM5[Resource::{resource}]", "it has its name when it is made")


def _about_mail(stack: LeadtightStack) -> None:
    mails = stack.resolve(stack.buckets.mail.bucket_arn)["Fn::GetAtt"][0]
    for name, objects in (("collect", "*"), ("desk", "*"), ("intake", "webhooks/*")):
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::<{mails}.Arn>/{objects}]",
            "every mail is an object with a name of its own; the bucket holds nothing else",
        )
    for name in () if stack.stage.local else ("respond", "sla"):
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::{IDENTITIES}]",
            "in the sandbox SES also asks about the recipient's identity; a condition names the one sender",
        )
    uploads = stack.resolve(stack.buckets.uploads.bucket_arn)["Fn::GetAtt"][0]
    for name in ("desk", "intake"):
        _accept(
            stack.units[name],
            f"AwsSolutions-IAM5[Resource::<{uploads}.Arn>/uploads/*]",
            "every file is an object named by a hash of its post; nothing else lies under uploads/",
        )


def _about_backups(stack: LeadtightStack) -> None:
    """Accept what AWS Backup's roles name by prefix."""
    if stack.backups is None:
        return
    here = "<AWS::Partition>:{}:<AWS::Region>:<AWS::AccountId>"
    dynamodb, backup, kms = (f"arn:{here.format(service)}" for service in ("dynamodb", "backup", "kms"))
    table = stack.resolve(stack.lead_table.arn)
    restored = stack.stage.file.restored
    named = f"{dynamodb}:table/{restored.table}" if restored else f"<{table['Fn::GetAtt'][0]}.Arn>"
    prefix = f"{dynamodb}:table/leadtight-{stack.stage.name}"
    for resource, reason in {
        f"{named}/backup/*": "a backup has no name before it is made",
        f"{backup}:recovery-point:*": "a recovery point has no name before it is made",
        f"{prefix}-restored-*": "a restored table is named for its moment, and no other table begins like that",
        f"{prefix}*/backup/*": "a backup has no name before it is made",
        f"{kms}:key/*": "only through DynamoDB, whose own key of the account has no name before it is made",
    }.items():
        _accept(stack.backups, f"AwsSolutions-IAM5[Resource::{resource}]", reason)


def _accept(where: IConstruct, rule: str, reason: str) -> None:
    pack = rule.partition("-")[0]
    Validations.of(where).acknowledge(Acknowledgment(id=f"{pack}::{rule}", reason=reason))

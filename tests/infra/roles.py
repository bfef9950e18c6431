"""Judge AWS calls by a template's roles, as IAM would.

Offline, with the local cloud's evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-untyped]  # it ships no types

from tests.infra.synth import FUNCTIONS, Synthesised

REGION, ACCOUNT = "eu-central-1", "123456789012"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com"}
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}",
    "AWS::DynamoDB::GlobalTable": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
}
"""Formats of named resources' ARNs; the others are known by their ARN."""


@dataclass(frozen=True, slots=True)
class Act:
    """An IAM request: action, resource and condition keys.

    An action is such as `s3:PutObject`.
    """

    action: str
    resource: str
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)


class Roles:
    """Roles of a template's functions in a named deployment.

    Settings give its resources their names.
    """

    def __init__(self, template: Synthesised, settings: Mapping[str, str], names: Mapping[str, str]) -> None:
        """Take settings by name, and other names by type.

        The latter are of resources that no setting names.
        """
        ids = {id_: resource["Type"] for id_, resource in template.body["Resources"].items()}
        named = {id_: names[kind] for id_, kind in ids.items() if kind in names}
        for function in FUNCTIONS:
            for setting, value in template.function(function)["Environment"]["Variables"].items():
                if isinstance(value, dict) and setting in settings and (id_ := _about(value)):
                    named[id_] = settings[setting]
        references = References(template, named)
        self._policies = {function: references.policy(template.statements(function)) for function in FUNCTIONS}

    def allow(self, function: str, act: Act) -> bool:
        """Return whether a function may perform an act."""
        return self._policies[function].allows(act)


class IamPolicy:
    """Statements as the evaluator reads them."""

    def __init__(self, statements: Any) -> None:
        """Take statements without references."""
        self._statements = list(iam_evaluator.parse_policy_document({"Statement": statements}))

    def allows(self, act: Act) -> bool:
        """Return whether the policy allows an act."""
        context = iam_evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/role/session",
            principal_type="AssumedRole",
            principal_account=ACCOUNT,
            action=act.action,
            resource_arn=act.resource,
            region=REGION,
            source_ip="127.0.0.1",
            secure_transport=True,
            service_context={key.lower(): value for key, value in act.keys.items()},
        )
        return bool(iam_evaluator.evaluate(context, [self._statements]).decision == "Allow")


class References:
    """A template's references, resolved to names of a deployment."""

    def __init__(self, template: Synthesised, names: Mapping[str, str]) -> None:
        """Take names by logical id; others are named by it."""
        self._types = {id_: resource["Type"] for id_, resource in template.body["Resources"].items()}
        self._names = names

    def policy(self, statements: Any) -> IamPolicy:
        """Return the policy of a template's statements."""
        return IamPolicy(self.resolved(statements))

    def resolved(self, value: Any) -> Any:
        """Resolve the references in a piece of a template."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": str(id_)}:
                return PSEUDO.get(id_) or self._names.get(id_, id_)
            case {"Fn::GetAtt": [str(id_), "Arn" | "Id"]}:
                return self._arn(id_)
            case {"Fn::GetAtt": [str(id_), str(attribute)]}:
                return f"{self._arn(id_)}/{attribute}"
            case {"Fn::Join": [str(by), list(parts)]}:
                return by.join(str(self.resolved(part)) for part in parts)
        return {key: self.resolved(each) for key, each in value.items()}

    def _arn(self, id_: str) -> str:
        name = self._names.get(id_, id_)
        written = ARNS.get(self._types[id_])
        return written.format(re.split("[/:]", name)[-1]) if written else name


def _about(value: dict[str, Any]) -> str | None:
    """Return the logical id that a setting's value refers to.

    The value is the name or the ARN.
    """
    match value:
        case {"Ref": str(id_)} | {"Fn::GetAtt": [str(id_), "Arn" | "Id"]}:
            return id_
    return None


def acts(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    """Yield the IAM requests of one call.

    As its service's reference says. Raises KeyError for unknown services.
    """
    yield from BY_SERVICE[service](operation, params)


def _dynamodb(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    match operation:
        case "TransactWriteItems":
            for item in params["TransactItems"]:
                [(kind, each)] = item.items()
                yield _on_table("ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item", each["TableName"])
        case "TransactGetItems":
            for item in params["TransactItems"]:
                yield _on_table("GetItem", item["Get"]["TableName"])
        case "BatchGetItem" | "BatchWriteItem":
            for table in params["RequestItems"]:
                yield _on_table(operation, table)
        case _:
            index = f"/index/{params['IndexName']}" if params.get("IndexName") else ""
            yield _on_table(operation, f"{params['TableName']}{index}")


def _on_table(operation: str, name: str) -> Act:
    return Act(f"dynamodb:{operation}", ARNS["AWS::DynamoDB::Table"].format(name))


def _sqs(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    name = params.get("QueueName") or params["QueueUrl"].rpartition("/")[2]
    yield Act(f"sqs:{operation.removesuffix('Batch')}", ARNS["AWS::SQS::Queue"].format(name))


def _s3(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    bucket = ARNS["AWS::S3::Bucket"].format(params["Bucket"])
    lists = {"ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions"}
    if operation in lists:
        yield Act(f"s3:{lists[operation]}", bucket, {"s3:prefix": params.get("Prefix", "")})
    else:
        version = "Version" if params.get("VersionId") else ""
        yield Act(f"s3:{operation.replace('Head', 'Get')}{version}", f"{bucket}/{params['Key']}")


def that_shows_absence(params: Mapping[str, Any]) -> Act:
    """Return the act without which 404 becomes 403.

    S3 answers 403 about a missing object to a role that may not list its bucket.
    """
    return Act("s3:ListBucket", ARNS["AWS::S3::Bucket"].format(params["Bucket"]))


def _scheduler(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    where = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{params['GroupName']}/{params['Name']}"
    yield Act(f"scheduler:{operation}", where)
    if "Target" in params:
        yield Act("iam:PassRole", params["Target"]["RoleArn"], {"iam:PassedToService": "scheduler.amazonaws.com"})


def _ses(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    sender = params.get("FromEmailAddress") or params["Source"]
    address = sender.rpartition("<")[2].rstrip(">")
    keys = {"ses:FromAddress": address}
    recipients = params.get("Destinations") or params["Destination"]["ToAddresses"]
    # The sandbox authorises verified recipients, too, by their address or domain.
    for each in (address, *(recipient.rpartition("<")[2].rstrip(">") for recipient in recipients)):
        for identity in (each, each.rpartition("@")[2]):
            yield Act(f"ses:{operation}", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{identity}", keys)
    if kept := params.get("ConfigurationSetName"):
        yield Act(f"ses:{operation}", f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{kept}", keys)


def _sns(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    yield Act(f"sns:{operation}", params.get("PhoneNumber") or params["TopicArn"])


def _secretsmanager(operation: str, params: Mapping[str, Any]) -> Iterator[Act]:
    yield Act(f"secretsmanager:{operation}", params["SecretId"])


BY_SERVICE = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "s3": _s3,
    "scheduler": _scheduler,
    "ses": _ses,
    "sesv2": _ses,
    "sns": _sns,
    "secretsmanager": _secretsmanager,
}

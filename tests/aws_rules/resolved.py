"""A template as CloudFormation resolves it.

It has names instead of references. Generated names are as long as CloudFormation makes them, so that limits of length
show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
REGION, ACCOUNT = "ap-southeast-1", "111122223333"
SUFFIX = "1ABCDEFGHIJKL"
STACK_ID = "11111111-2222-3333-4444-555555555555"
NAMES = (
    *("QueueName", "TopicName", "TableName", "BucketName", "FunctionName", "RoleName", "LogGroupName"),
    *("BackupVaultName", "RuleSetName", "ManagedPolicyName", "Name"),
)
ARNS = {
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-AbCdEf",
    "AWS::Backup::BackupVault": "backup:{region}:{account}:backup-vault:{name}",
    "AWS::CloudFront::Function": "cloudfront::{account}:function/{name}",
    "AWS::WAFv2::WebACL": "wafv2:{region}:{account}:global/webacl/{name}/11111111-2222-3333-4444-555555555555",
}
BY_ARN = {"AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::IAM::ManagedPolicy"}
"""Types whose `Ref` is their ARN."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves the functions in a template of a stack."""

    stack: str
    resources: Body

    def resource(self, logical_id: str) -> dict[str, Any]:
        """Return a resource's properties without references."""
        properties: dict[str, Any] = self.value(self.resources[logical_id].get("Properties", {}))
        return properties

    def value(self, value: Any) -> Any:
        """Resolve a piece of the template."""
        if isinstance(value, list):
            return [each for item in value if (each := self.value(item)) is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref":
                return self._ref(argument)
            if function.startswith("Fn::"):
                return self._call(function, argument)
        return {key: each for key, item in value.items() if (each := self.value(item)) is not None}

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Fn::GetAtt":
                logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._attribute(logical_id, attribute)
            case "Fn::Join":
                by, parts = argument
                return by.join(str(self.value(part)) for part in self.value(parts))
            case "Fn::Sub":
                text, more = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{([\w:.]+)\}", lambda name: str(self._named(name[1], more)), text)
            case "Fn::Select":
                number, items = argument
                return self.value(items)[int(number)]
            case "Fn::Split":
                by, text = argument
                return str(self.value(text)).split(by)
        return f"resolved-{function.removeprefix('Fn::').lower()}"

    def _named(self, name: str, more: Body) -> Any:
        if name in more:
            return self.value(more[name])
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

    def _ref(self, name: str) -> Any:
        pseudo = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "URLSuffix": "amazonaws.com"}
        pseudo |= {
            "StackName": self.stack,
            "StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.stack}/{STACK_ID}",
        }
        if name.startswith("AWS::"):
            return pseudo.get(name.removeprefix("AWS::"))
        kind = self.resources.get(name, {}).get("Type")
        if kind in BY_ARN:
            return self._arn(name)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.name(name)}"
        if kind == "AWS::ApiGatewayV2::Api":
            return "a1b2c3d4e5"
        return self.name(name)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        if attribute == "ApiEndpoint":
            return f"https://a1b2c3d4e5.execute-api.{REGION}.amazonaws.com"
        if attribute == "StreamArn":
            return f"{self._arn(logical_id)}/stream/2026-12-01T00:00:00.000"
        if attribute.lower().endswith("arn"):
            return self._arn(logical_id)
        is_name = attribute.endswith("Name") and not attribute.endswith("DomainName")
        return self.name(logical_id) if is_name else f"{logical_id.lower()}.{attribute.lower()}"

    def _arn(self, logical_id: str) -> str:
        kind = self.resources[logical_id]["Type"]
        service = kind.split("::")[1].lower()
        form = ARNS.get(kind, f"{service}:{{region}}:{{account}}:{logical_id.lower()}/{{name}}")
        return "arn:aws:" + form.format(region=REGION, account=ACCOUNT, name=self.name(logical_id))

    def name(self, logical_id: str) -> str:
        """Return a resource's name, generated where it has none."""
        resource = self.resources.get(logical_id, {})
        given = next((resource["Properties"][key] for key in NAMES if key in resource.get("Properties", {})), None)
        if given is not None:
            return str(self.value(given))
        kind = resource.get("Type", "")
        if kind == "AWS::S3::Bucket":
            return f"{self.stack[:24]}-{logical_id[:24]}-{SUFFIX[:12]}".lower()
        most = 64 if kind in ("AWS::IAM::Role", "AWS::Lambda::Function") else 128
        return f"{f'{self.stack}-{logical_id}'[: most - 14]}-{SUFFIX}"

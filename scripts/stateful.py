"""Hold the template to what released stages have.

`make check` runs it. A changed logical id or name of a table, bucket, queue, secret or API makes CloudFormation create
another one, and every stage loses what the old one holds; a changed block of a generated secret makes a new key, and
every link mailed before dies. So these are in infra/released/stateful.json, which additions alone may change
(`--write`), and the template of each release is there for the comparison of all that a stage would have replaced.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]  # it ships no types

from leadtight.stages.stage_settings import StageFile

ROOT = Path(__file__).resolve().parent.parent
RELEASED = ROOT / "infra" / "released"
SNAPSHOT = RELEASED / "stateful.json"
STAGE = RELEASED / "everything.toml"
STATEFUL = {
    "AWS::ApiGatewayV2::Api": "its address is in every link and form",
    "AWS::ApiGatewayV2::DomainName": "DNS points to it",
    "AWS::Backup::BackupVault": "it holds backups",
    "AWS::CloudFront::Distribution": "DNS points to it",
    "AWS::DynamoDB::Table": "it holds every lead",
    "AWS::S3::Bucket": "it holds reports, mails or files",
    "AWS::SES::ConfigurationSet": "mails on their way are confirmed by it",
    "AWS::SES::EmailIdentity": "its DKIM records are in DNS",
    "AWS::SES::ReceiptRuleSet": "an operator made it the active one",
    "AWS::SNS::Topic": "operators confirmed its mails",
    "AWS::SQS::Queue": "it holds work in progress",
    "AWS::Scheduler::ScheduleGroup": "it holds the alarm of every open lead",
    "AWS::SecretsManager::Secret": "it signs links already mailed, or holds what people entered",
}
"""Types of resources that hold something, and what is lost with one."""

NAMES = (
    *("TableName", "BucketName", "QueueName", "TopicName", "Name", "BackupVaultName", "EmailIdentity", "RuleSetName"),
    *("FunctionName", "LogGroupName", "AlarmName", "DomainName", "GroupName"),
)
"""Properties that name a resource."""

KEPT = ("GenerateSecretString", "SecretString", "KeySchema", *NAMES)
"""Properties of a resource with state that never change."""

Template = Mapping[str, Any]


def main() -> int:
    """Print what a deployment would lose; return 1 if anything."""
    templates = present_templates()
    if "--write" in sys.argv:
        SNAPSHOT.write_text(json.dumps(stateful(templates), indent=1) + "\n", encoding="utf-8")
    snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    problems = [*changed_state(snapshot, stateful(templates))]
    for release in sorted(RELEASED.glob("[0-9]*.json")):
        released = json.loads(release.read_text(encoding="utf-8"))
        for stack, template in released.items():
            problems += [f"since {release.stem}: {line}" for line in losses(template, templates[stack])]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"stateful: {len(snapshot)} resources, {len(problems)} problems")
    return 1 if problems else 0


def present_templates() -> dict[str, Template]:
    """Synthesise the reference stage; return its templates by stack."""
    from leadtight.stages import stage_file

    return templates_of(stage_file.read_file(STAGE))


def templates_of(file: StageFile) -> dict[str, Template]:
    """Synthesise a stage without bundles; return its templates by stack."""
    from infra.app import build
    from infra.stage import StageSettings

    with tempfile.TemporaryDirectory() as folder:
        for bundle in ("app", "report"):
            (Path(folder) / bundle).mkdir()
        build(StageSettings(file=file, bundle=Path(folder)), outdir=f"{folder}/out").synth()
        stacks = (file.stack, *([file.front_stack] if file.front else []))
        made = {stack: Path(folder) / "out" / f"{stack}.template.json" for stack in stacks}
        return {stack: json.loads(path.read_text(encoding="utf-8")) for stack, path in made.items()}


def stateful(templates: Mapping[str, Template]) -> dict[str, dict[str, Any]]:
    """Return what never changes of each resource with state."""
    kept: dict[str, dict[str, Any]] = {}
    for stack, template in sorted(templates.items()):
        for id_, resource in sorted(template["Resources"].items()):
            if resource["Type"] in STATEFUL:
                properties = resource.get("Properties", {})
                kept[f"{stack}/{id_}"] = {
                    "Type": resource["Type"],
                    **{key: properties[key] for key in KEPT if key in properties},
                }
    return kept


def changed_state(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line per lost, changed or unlisted resource."""
    for id_, resource in before.items():
        reason = STATEFUL.get(resource["Type"], "")
        if id_ not in now:
            yield f"{id_} ({resource['Type']}) is gone: {reason}. Keep its place and name in infra/"
            continue
        for key in sorted(resource.keys() | now[id_].keys()):
            if resource.get(key) != now[id_].get(key):
                yield f"{id_}: {key} changed: CloudFormation would make another one, and {reason}"
    for id_ in sorted(now.keys() - before.keys()):
        yield f"{id_}: not in {SNAPSHOT.relative_to(ROOT)} yet: add it by `python -m scripts.stateful --write`"


def losses(before: Template, now: Template) -> Iterator[str]:
    """Yield what a stack's update would lose, or fail at.

    The rules are CloudFormation's: a property that only a creation sets replaces its resource, and a resource with a
    name of its own is created before the old one is deleted.
    """
    old, new = before["Resources"], now["Resources"]
    for id_, resource in old.items():
        kind = resource["Type"]
        if id_ not in new or new[id_]["Type"] != kind:
            if kind in STATEFUL:
                yield f"{id_} ({kind}) would be removed: {STATEFUL[kind]}"
            continue
        for key in replacing(kind, resource.get("Properties", {}), new[id_].get("Properties", {})):
            if kind in STATEFUL:
                yield f"{id_} ({kind}) would be replaced, for {key}: {STATEFUL[kind]}"
            elif fixed_name(resource) and fixed_name(resource) == fixed_name(new[id_]):
                yield f"{id_} ({kind}) would be replaced, for {key}, and its name is taken"
    yield from _taken_names(old, new)


def _taken_names(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield new resources whose name a removed one still has."""
    removed = {fixed_name(resource): id_ for id_, resource in old.items() if id_ not in new}
    for id_, resource in new.items():
        name = fixed_name(resource)
        if id_ not in old and name and name in removed:
            yield f"{id_} ({resource['Type']}) has the name of {removed[name]}, which is deleted only afterwards"


def fixed_name(resource: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return type and name of a named resource.

    AWS names the others.
    """
    properties = resource.get("Properties", {})
    texts = tuple(str(properties[key]) for key in NAMES if isinstance(properties.get(key), str))
    return (resource["Type"], *texts) if texts else None


def replacing(kind: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the changed properties that replace a resource."""
    return [
        "/".join(path) for path in _only_at_creation(kind) if _plain(_value(before, path)) != _plain(_value(now, path))
    ]


@cache
def _only_at_creation(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return the properties that only a creation sets."""
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    index = json.loads((schemas / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    schema = json.loads((schemas / "resources" / f"{index[kind]}.json").read_text(encoding="utf-8"))
    pointers = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return tuple(tuple(pointer.removeprefix("/properties/").split("/")) for pointer in pointers)


def _value(properties: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        properties = properties.get(key) if isinstance(properties, Mapping) else None
    return properties


def _plain(value: Any) -> str:
    """Return a value with account, region and partition filled in.

    A stage file names them, and older templates left them to CloudFormation.
    """
    text = json.dumps(value, sort_keys=True)
    known = {"AWS::AccountId": "111122223333", "AWS::Region": "eu-central-1", "AWS::Partition": "aws"}
    for key, filled in known.items():
        text = text.replace(json.dumps({"Ref": key}), json.dumps(filled))
    return _joined(json.loads(text))


def _joined(value: Any) -> str:
    match value:
        case {"Fn::Join": [str(between), list(parts)]} if all(isinstance(part, str) for part in parts):
            return json.dumps(between.join(parts))
    return json.dumps(value, sort_keys=True)


if __name__ == "__main__":
    sys.exit(main())

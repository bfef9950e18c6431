"""What the account is, allows, and already has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.credentials import fault_of
from leadtight.stages.doctor.account import found
from leadtight.stages.doctor.checked_stage import FRONT_REGION, NO_STACK, CheckedStage

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = 6
SMALL, RESERVED, FAST = 30, 220, 1_000
"""Concurrent executions that a stage needs: infra/limits.py has the arithmetic."""

LONGEST_LOG_POLICY, MOST_LOG_POLICIES = 5_120, 10
"""Characters and number of CloudWatch Logs' resource policies.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
"""

ENABLED = ("ENABLED", "ENABLED_BY_DEFAULT")
GONE = ("ResourceNotFoundException", "NotFoundException")


def credentials_fit(checked: CheckedStage) -> Verdict:
    """Judge whose credentials the shell has."""
    wanted = checked.stage.account
    try:
        identity = checked.account.ask("sts", "get_caller_identity")
    except (BotoCoreError, ClientError) as error:
        if fault := fault_of(error):
            return failed(*fault)
        raise
    if identity["Account"] != wanted:
        return failed(
            f"they are account {identity['Account']}'s; the stage is in {wanted}",
            f"set AWS_PROFILE to one of {wanted}, or correct `account` in {checked.stage.path.name}",
        )
    return passed(f"{identity['Arn']} of account {wanted}")


def region_is_enabled(checked: CheckedStage) -> Verdict:
    """Judge whether the account may use the region."""
    region = checked.stage.region
    status = checked.account.ask("account", "get_region_opt_status", region=FRONT_REGION, RegionName=region)
    if status["RegionOptStatus"] not in ENABLED:
        return failed(f"{region}: {status['RegionOptStatus']}", "enable it: Account in the AWS console, AWS Regions")
    return passed(f"{region}: {status['RegionOptStatus'].replace('_', ' ').lower()}")


def account_is_bootstrapped(checked: CheckedStage) -> Verdict:
    """Judge the CDK's bootstrap stack in each region."""
    stage = checked.stage
    regions = [stage.region, *([FRONT_REGION] if stage.front and stage.region != FRONT_REGION else [])]
    versions = []
    for region in regions:
        answer = found(checked.account, "ssm", "get_parameter", "ParameterNotFound", region=region, Name=BOOTSTRAP)
        version = int(answer["Parameter"]["Value"]) if answer else 0
        if version < BOOTSTRAP_VERSION:
            saw = f"{region}: version {version}" if version else f"{region}: not bootstrapped"
            return failed(saw, f".venv/cdk/node_modules/.bin/cdk bootstrap aws://{stage.account}/{region}")
        versions.append(f"{region}: version {version}")
    return passed(", ".join(versions))


def concurrency_suffices(checked: CheckedStage) -> Verdict:
    """Judge Lambda's concurrent executions of the account."""
    limits = checked.stage.limits
    needed = FAST if limits.leads_per_second else RESERVED if limits.reserve else SMALL
    limit = checked.account.ask("lambda", "get_account_settings")["AccountLimit"]
    is_new = checked.stack() is None
    allowed = limit.get("UnreservedConcurrentExecutions" if is_new else "", limit["ConcurrentExecutions"])
    mend = "Service Quotas, AWS Lambda, Concurrent executions: ask for 1,000; it is free and takes hours"
    if allowed >= needed:
        return passed(f"{allowed:,} concurrent executions; the stage needs {needed:,}")
    if limits.reserve or limits.leads_per_second:
        return failed(f"{allowed:,} concurrent executions; these `[limits]` need {needed:,}", mend)
    return warned(f"{allowed:,} concurrent executions; {needed:,} are needed when many leads come at once", mend)


def stack_can_change(checked: CheckedStage) -> Verdict:
    """Judge the state of the stage's stack."""
    stage, stack = checked.stage, checked.stack()
    if stack is None:
        return passed(f"{stage.stack} is not deployed yet")
    status = stack["StackStatus"]
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"):
        return failed(f"{stage.stack}: {status}", f"`make destroy STAGE={stage.name}`, then deploy again")
    if status == "UPDATE_ROLLBACK_FAILED":
        mend = f"aws cloudformation continue-update-rollback --stack-name {stage.stack}"
        return failed(f"{stage.stack}: {status}: {stack.get('StackStatusReason', '')}", mend)
    if status.endswith("_IN_PROGRESS"):
        return warned(f"{stage.stack}: {status}", "wait until it has ended")
    if status != "UPDATE_ROLLBACK_COMPLETE":
        return passed(f"{stage.stack}: {status}")
    return warned(f"{stage.stack}: the last deployment was rolled back", "its events in CloudFormation say why")


def update_loses_nothing(checked: CheckedStage) -> Verdict:
    """Judge what an update would remove or replace."""
    stage = checked.stage
    if checked.stack() is None:
        return not_asked("nothing is deployed that an update could lose")
    if lost := checked.losses(stage.name, dict(_deployed(checked))):
        return failed(
            "; ".join(lost), f"do not deploy before you know why: `make diff STAGE={stage.name}` shows all changes"
        )
    return passed("it removes and replaces no table, bucket, queue, secret or API")


def _deployed(checked: CheckedStage) -> Iterator[tuple[str, Any]]:
    """Yield the deployed templates by stack."""
    stage = checked.stage
    places = {stage.stack: stage.region, **({stage.front_stack: FRONT_REGION} if stage.front else {})}
    for stack, region in places.items():
        answer = found(checked.account, "cloudformation", "get_template", NO_STACK, region=region, StackName=stack)
        if answer is not None:
            body = answer["TemplateBody"]  # botocore has read it where it is JSON
            yield stack, json.loads(body) if isinstance(body, str) else body


def names_are_free(checked: CheckedStage) -> Verdict:
    """Judge names that another deployment left behind."""
    stage = checked.stage
    if checked.stack() is not None:
        return passed("they are this stage's own")
    table = found(checked.account, "dynamodb", "describe_table", GONE[0], TableName=stage.stack)
    if table and not stage.restored:
        stream = table["Table"].get("LatestStreamArn", "ARN")
        return failed(
            f"the table {stage.stack} was kept when a stage of this name was deleted",
            f'to go on with its leads, add [restored] with table = "{stage.stack}" and stream = "{stream}" to'
            f" {stage.path.name}; to begin anew, delete the table",
        )
    if taken := list(_taken(checked)):
        return failed(f"taken: {', '.join(taken)}", "delete them, or name the stage otherwise")
    return passed("no table, secret, queue, schedule group or log group has one of them")


def _taken(checked: CheckedStage) -> Iterator[str]:
    stage, account = checked.stage, checked.account
    secret = found(account, "secretsmanager", "describe_secret", GONE[0], SecretId=stage.front_stack)
    if secret and stage.front:
        is_going = " (scheduled for deletion)" if secret.get("DeletedDate") else ""
        yield f"secret {stage.front_stack}{is_going}"
    for group in (stage.stack, f"{stage.stack}-recurring"):
        if found(account, "scheduler", "get_schedule_group", GONE[0], Name=group):
            yield f"schedule group {group}"
    for url in account.ask("sqs", "list_queues", QueueNamePrefix=f"{stage.stack}-").get("QueueUrls", []):
        if url.rpartition("/")[2].removeprefix(f"{stage.stack}-") in QUEUES:
            yield f"queue {url.rpartition('/')[2]}"
    prefix = f"/leadtight/{stage.name}/"
    groups = account.ask("logs", "describe_log_groups", logGroupNamePrefix=prefix)["logGroups"]
    yield from (f"log group {group['logGroupName']}" for group in groups)
    if found(account, "sesv2", "get_configuration_set", GONE[1], ConfigurationSetName=stage.stack):
        yield f"SES configuration set {stage.stack}"


QUEUES = frozenset(
    f"{name}{end}" for name in ("alarms", "collect", "mails", "receipts", "retries", "spill") for end in ("", "-dead")
) | {"failed", "stream-failed"}
"""Ends of the stage's queue names: those of a longer stage's name do not count."""


def logs_have_room(checked: CheckedStage) -> Verdict:
    """Judge the room in the account's log policies."""
    policies = checked.account.ask("logs", "describe_resource_policies").get("resourcePolicies", [])
    longest = max((len(each.get("policyDocument", "")) for each in policies), default=0)
    if len(policies) >= MOST_LOG_POLICIES and longest > LONGEST_LOG_POLICY - 300:
        return warned(
            f"{len(policies)} resource policies of CloudWatch Logs, the longest of {longest:,} characters",
            "if the deployment fails with “policy document length”, delete unused ones (aws logs"
            " delete-resource-policy) or name log groups /aws/vendedlogs/…",
        )
    return passed(f"{len(policies)} of {MOST_LOG_POLICIES} resource policies")


def backup_copy_exists(checked: CheckedStage) -> Verdict:
    """Judge the vault that backups are copied to."""
    copy_to = checked.stage.backup.copy_to
    if not copy_to:
        return not_asked("no copies: `[backup] copy_to` is not set")
    _, _, _, region, account, _, name = copy_to.split(":", 6)
    if account != checked.stage.account:
        return not_asked(f"the vault is account {account}'s: look there whether it lets {checked.stage.account} copy")
    vault = found(
        checked.account,
        "backup",
        "describe_backup_vault",
        "ResourceNotFoundException",
        "AccessDeniedException",
        region=region,
        BackupVaultName=name,
    )
    if vault is None:
        return failed(
            f"{copy_to} does not exist, or may not be seen",
            f"aws backup create-backup-vault --backup-vault-name {name} --region {region}",
        )
    return passed(f"{name} in {region}")

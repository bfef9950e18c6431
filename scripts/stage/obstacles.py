"""What would make a deployment fail, or lose something."""

from __future__ import annotations

from collections.abc import Iterator

from infra.edge import secret_name
from leadtight.stages.stage_settings import StageFile
from scripts.stage.account import IDENTITY, RULE_SET, AccountState, StackState

STUCK = {
    "ROLLBACK_FAILED": "its failed creation could not be undone: delete the stack in the console, keeping nothing",
    "DELETE_FAILED": "it could not be deleted: the console's events say by what",
    "UPDATE_ROLLBACK_FAILED": "its failed update could not be undone: `aws cloudformation continue-update-rollback`",
}


def obstacles(stage: StageFile, account: AccountState) -> Iterator[str]:
    """Yield a sentence per obstacle, with what to do."""
    yield from _stack_status(stage.stack, account.stack)
    yield from _stack_status(stage.front_stack, account.front)
    yield from _table(stage, account)
    yield from _identity(stage, account)
    yield from _front(stage, account)
    if not stage.mail.receive_domain and account.stack.has(RULE_SET) and account.active_rule_set == stage.stack:
        yield (
            f"mail.receive_domain is gone, and {stage.stack} is the active rule set, which AWS does not delete:"
            " stop receiving by `aws ses set-active-receipt-rule-set`, or say the domain again"
        )


def _stack_status(name: str, stack: StackState) -> Iterator[str]:
    status = stack.status or ""
    if status in STUCK:
        yield f"the stack {name} is stuck ({status}): {STUCK[status]}"
    elif status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        yield f"the stack {name} is being changed ({status}): wait until that ends"


def _table(stage: StageFile, account: AccountState) -> Iterator[str]:
    """Yield what would move the stage to another table."""
    current = None if account.stack.is_new else account.stack.outputs.get("TableName")
    if stage.restored:
        return
    if current and current != stage.stack:
        yield f'the stage runs on the restored table {current}: say so, [restored] table = "{current}" and its stream'
    elif not current and account.table_stream is not None:
        yield (
            f"the table {stage.stack} of an earlier stage is still there. To go on with its leads, add to"
            f' {stage.path.name}:\n    [restored]\n    table = "{stage.stack}"\n    stream = "{account.table_stream}"\n'
            f"  To begin without them, delete it: `aws dynamodb update-table --table-name {stage.stack}"
            f" --no-deletion-protection-enabled` and `aws dynamodb delete-table --table-name {stage.stack}`"
        )


def _identity(stage: StageFile, account: AccountState) -> Iterator[str]:
    mail = stage.mail
    if mail.identity_exists and not account.identity_is_there:
        yield f"mail.identity_exists: SES has no identity {mail.identity} in {stage.region}: leave the line out"
    if account.identity_is_there and not mail.identity_exists and not account.stack.has(IDENTITY):
        yield (
            f"SES has the identity {mail.identity} already, from another stage or another system: say"
            " `identity_exists = true` under [mail], and it stays as it is"
        )


def _front(stage: StageFile, account: AccountState) -> Iterator[str]:
    secret = secret_name(stage.name)
    owned = any(f":{secret}-" in arn for arn in account.stack.resources.get("AWS::SecretsManager::Secret", ()))
    if stage.front is None and account.front.status:
        yield (
            f"[front] is gone, and CloudFront's stack is still there: delete it first, by `aws cloudformation"
            f" delete-stack --region us-east-1 --stack-name {stage.front_stack}`, or say [front] again"
        )
    if stage.front and account.front_secret_is_there and not owned:
        yield (
            f"the secret {secret} of an earlier stage is still there: delete it by `aws secretsmanager"
            f" remove-regions-from-replication --secret-id {secret} --remove-replica-regions us-east-1` and"
            f" `aws secretsmanager delete-secret --secret-id {secret} --force-delete-without-recovery`"
        )

"""The commands for a stage, by the CDK's own command."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.edge import REGION as FRONT_REGION
from leadtight.stages.stage_settings import StageFile
from scripts.stage import account
from scripts.stage.account import AccountState
from scripts.stage.obstacles import obstacles

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "example"
REPLICATED_WITHIN, ASK_EVERY = 300, 5
"""Seconds to wait for the replica of CloudFront's secret, and between two looks."""

MOVED = {
    "POLICY": 'policy = "FILE"',
    "MAIL_FROM": 'from = "ADDRESS" under [mail]',
    "OPERATORS_EMAIL": 'emails = ["ADDRESS"] under [operators]',
}
"""Variables of former versions, and where the file has them."""

STAYS = {
    "AWS::DynamoDB::Table": "table",
    "AWS::S3::Bucket": "bucket",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::Backup::BackupVault": "vault",
    "AWS::SES::EmailIdentity": "SES identity",
}


class StageCommandError(Exception):
    """A command that must not run, or that failed."""


@dataclass(frozen=True, kw_only=True)
class StageCommands:
    """Deploys, compares and takes down one stage."""

    stage: StageFile
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    say: Callable[[str], None] = print
    ask: Callable[[str], str] = input
    wait: Callable[[float], None] = time.sleep

    def deploy(self) -> None:
        """Deploy; a first deployment turns protection on at its end.

        So a first one that fails leaves nothing that its next try would meet.
        """
        self._refuse_moved_settings()
        state = self._state()
        self._refuse([*obstacles(self.stage, state)])
        self._bundle()
        if state.stack.is_new:
            if state.stack.is_protected:  # a failed creation by a former version: nothing is in it
                account.unprotect(self.stage.stack, self.stage.region)
            self._cdk("deploy", self.stage.stack, "-c", "creating=on")
        self._cdk("deploy", self.stage.stack)
        if self.stage.front:
            self._deploy_front(is_new=state.front.is_new)

    def _deploy_front(self, *, is_new: bool) -> None:
        """Deploy CloudFront once it can read its secret.

        The secret is copied to its region after the main stack is complete; AWS may see it a moment later.
        """
        self._await_replica()
        more = ("-c", "creating=on") if is_new else ()
        try:
            self._cdk("deploy", self.stage.front_stack, *more)
        except StageCommandError:
            self.say("once more: its secret may have just arrived there")
            self._cdk("deploy", self.stage.front_stack, *more)
        if is_new:
            self._cdk("deploy", self.stage.front_stack)

    def _await_replica(self) -> None:
        for _ in range(REPLICATED_WITHIN // ASK_EVERY):
            if account.front_secret_is_replicated(self.stage):
                return
            self.wait(ASK_EVERY)
        raise StageCommandError(f"the secret of CloudFront did not reach {FRONT_REGION}: deploy again")

    def diff(self) -> None:
        """Show what a deployment would change."""
        self._refuse_moved_settings()
        state = self._state()
        for obstacle in obstacles(self.stage, state):
            self.say(f"before it can be deployed: {obstacle}")
        self._bundle()
        for stack in self._stacks():
            self._cdk("diff", stack)

    def synth(self) -> None:
        """Print the template; it needs no credentials."""
        self._refuse_moved_settings()
        self._bundle()
        self._cdk("synth", *self._stacks(), "--quiet", flags=False)
        self.say((ROOT / "cdk.out" / f"{self.stage.stack}.template.json").read_text(encoding="utf-8"))

    def destroy(self) -> None:
        """Take the stage down, once its name is confirmed."""
        self._refuse_moved_settings()
        state = self._state()
        if state.stack.status is None and state.front.status is None:
            self.say(f"there is no stack {self.stage.stack} in {self.stage.region}")
            return
        self._confirm(state)
        self._bundle()
        self._release(state)
        if state.front.status:
            self._cdk("destroy", self.stage.front_stack, "--force")
        if state.stack.status:
            self._cdk("destroy", self.stage.stack, "--force")
        for line in remains(self.stage, state):
            self.say(line)

    def _confirm(self, state: AccountState) -> None:
        """Ask for the stage's name; more where it is protected."""
        is_protected = state.stack.is_protected or state.front.is_protected
        wanted = f"unprotect {self.stage.name}" if is_protected else self.stage.name
        self.say(f"destroys {self.stage.stack} in the account {self.stage.account}, {self.stage.region}: its address,")
        self.say("its queues with their messages, schedules and logs. Links in mails and forms on pages end.")
        if is_protected:
            self.say("The stack is protected from being deleted.")
        answer = self.environment.get("CONFIRM") or self.ask(f"To go on, type “{wanted}”: ")
        if answer.strip() != wanted:
            raise StageCommandError(f"not confirmed: CONFIRM or the answer must be “{wanted}”; nothing was changed")

    def _release(self, state: AccountState) -> None:
        """Undo what keeps AWS from deleting the stacks."""
        if state.active_rule_set == self.stage.stack:
            account.stop_receiving(self.stage)
            self.say(f"receives no more mail: {self.stage.stack} was the active rule set")
        if state.front.is_protected:
            account.unprotect(self.stage.front_stack, FRONT_REGION)
        if state.stack.is_protected:
            account.unprotect(self.stage.stack, self.stage.region)

    def _refuse_moved_settings(self) -> None:
        moved = [
            f"{name} has moved into the stage file: {place}"
            for name, place in MOVED.items()
            if self.environment.get(name)
        ]
        flags = shlex.split(self.environment.get("CDK_FLAGS", ""))
        moved += [
            f"CDK_FLAGS: {flag}: settings of a stage are in its file"
            for flag in flags
            if flag.startswith(("-c", "--context"))
        ]
        self._refuse(moved)
        if self.stage.is_local or self.stage.name == EXAMPLE:
            raise StageCommandError(
                f"{self.stage.name}: no stage on AWS has this name: `make dev`, or copy the example"
            )

    def _refuse(self, reasons: Sequence[str]) -> None:
        if reasons:
            raise StageCommandError("\n".join(f"{self.stage.path.name}: {reason}" for reason in reasons))

    def _state(self) -> AccountState:
        """Return what the account holds, if it is the stage's."""
        owner = account.account_of_credentials(self.stage.region)
        if owner != self.stage.account:
            raise StageCommandError(
                f"{self.stage.path.name}: account {self.stage.account}: the credentials are of {owner}"
            )
        return account.read_account(self.stage)

    def _bundle(self) -> None:
        policy = str(self.stage.policy)
        self._run([str(Path(sys.executable).with_name("leadtight")), "policy", "check", policy])
        self._run([sys.executable, "-m", "infra.bundle", "--target", "lambda", "--policy", policy])

    def _stacks(self) -> list[str]:
        return [self.stage.stack, *([self.stage.front_stack] if self.stage.front else [])]

    def _cdk(self, verb: str, *words: str, flags: bool = True) -> None:
        more = shlex.split(self.environment.get("CDK_FLAGS", "")) if flags else []
        alone = [] if verb == "synth" else ["--exclusively"]
        self._run(["cdk", verb, *words, *alone, "-c", f"stage={self.stage.name}", *more])

    def _run(self, command: list[str]) -> None:
        place = {
            "STAGES": str(self.stage.path.parent),
            "AWS_REGION": self.stage.region,
            "AWS_DEFAULT_REGION": self.stage.region,
        }
        # What a program prints goes to stderr, so that the template stands alone on stdout.
        ended = subprocess.run(
            command, cwd=ROOT, env={**self.environment, **place}, stdout=sys.stderr.fileno(), check=False
        )
        if ended.returncode:
            raise StageCommandError(f"{' '.join(command[:3])} ended with {ended.returncode}")


def remains(stage: StageFile, state: AccountState) -> list[str]:
    """Return what a destroyed stage leaves, with its names."""
    lines = [f"stays: {label} {name}" for kind, label in STAYS.items() for name in state.stack.resources.get(kind, ())]
    return [*lines, f"docs/guides/deploy.md says how to delete them, and how to deploy {stage.name} again on them"]

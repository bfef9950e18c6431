"""Faults of a disturbed stage that hard steps find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.app.intake.submission import Submission
from leadtight.cli import app
from leadtight.cli.smoke.hard import ROOT
from leadtight.domain.model.errors import SendFailed
from leadtight.domain.policy.trust import Submitter
from leadtight.stages import checks
from leadtight.stages.checks import Check, CheckResult, passed
from leadtight.stages.smoke import hard_steps, program
from leadtight.stages.smoke.deployed_stage import AlarmState
from leadtight.stages.smoke.disturbances import Disturbances
from leadtight.stages.smoke.hard_steps import HardParts
from leadtight.stages.smoke.session import Session
from leadtight.stages.smoke.web import WebAnswer
from tests.unit.stages.smoke.trial_stage import TOPIC, TrialDeployment, TrialWeb, outcomes, trial


class TrialDisturbances(Disturbances):
    """Breaks the stage in memory, and notes what it mends."""

    def __init__(self, session: Session, faults: frozenset[str]) -> None:
        assert isinstance(session.stage, TrialDeployment)
        assert isinstance(session.web, TrialWeb)
        self.deployment, self.web, self.faults = session.stage, session.web, faults
        self.office, self.session = session.stage.office, session
        self.dead: dict[str, int] = {}
        self.mended: list[str] = []

    def ring(self, name: str) -> None:
        if f"no alarm on {name}" not in self.faults:
            alarm = f"leadtight-trial-{name}"
            self.deployment.alarm_states[alarm] = AlarmState(name=alarm, state="ALARM", topics=(TOPIC,))

    @contextmanager
    def denied(self, function: str, action: str) -> Iterator[None]:
        spilled: list[tuple[dict[str, Any], Any]] = []
        answer = self.web._accepted

        def hold(source: str, fields: Any, key: str | None) -> WebAnswer:
            spilled.append((dict(fields), self.office.now))
            self.ring("spill-held")
            return WebAnswer(status=202, body=json.dumps({"status": "held"}))

        if function == "intake":
            self.web._accepted = hold if "form is lost" not in self.faults else answer  # type: ignore[method-assign]
        else:
            self.office.mailer.failures = [SendFailed("denied")] * 500
            self.ring("messages-waiting")
        try:
            yield
        finally:
            self.mended.append(f"{function} {action}")
            self.web._accepted = answer  # type: ignore[method-assign]
            self.office.mailer.failures = [SendFailed("denied")] * (500 if "mail stays denied" in self.faults else 0)
            for fields, at in spilled if "spill is lost" not in self.faults else ():
                shown = at - timedelta(minutes=5) if "first time is lost" in self.faults else at
                body = fields | {"received_at": shown.isoformat()}
                self.office.submit(Submission(source="web_form", body=body, caller=Submitter.PROVIDER))

    @contextmanager
    def without_sweep(self) -> Iterator[None]:
        self.office.sweeping = False
        self.ring("sweep-stopped")
        try:
            yield
        finally:
            self.office.sweeping = True
            self.mended.append("sweep")

    @contextmanager
    def tried_quickly(self, queue: str, seconds: int) -> Iterator[None]:
        try:
            yield
        finally:
            self.mended.append(queue)

    def send_unreadable(self, queue: str) -> None:
        if queue in hard_steps.TRIES and f"{queue} tries for ever" not in self.faults:
            self.dead[queue] = 1
            self.ring(f"{queue}-dead-letters")
        if f"{queue} keeps it" in self.faults:
            self.dead[queue] = 1

    def drop_unreadable(self, queue: str) -> int:
        return self.dead.pop(queue, 0)


def hard(folder: Path, *faults: str) -> tuple[dict[str, CheckResult], TrialDisturbances]:
    """Return the hard steps' results, and what was mended."""
    session = trial(folder, *faults)
    disturbances = TrialDisturbances(session, frozenset(faults))
    problems = ["10 events are missing"] if "restore loses" in faults else []
    parts = HardParts(
        disturbances=disturbances,
        counts=lambda: disturbances.dead,
        drill=lambda: {
            "steps": [{"name": "restore the table", "seconds": 600.0}],
            "seconds": 600.0,
            "problems": problems,
        },
        deploy=lambda revision: "make deploy: exit code 1" if f"deploy of {revision} fails" in faults else "",
        destroy=lambda: "make destroy: exit code 1" if "destroy fails" in faults else "",
        previous="v1",
        may_destroy=True,
    )
    steps = [
        step
        for step in program.steps(lambda *_: disturbances.office.erase("nobody@example.com"))
        if step.id in program.TESTS
    ]
    results = checks.run(session, (*steps, *hard_steps.steps(parts)), say=lambda *_: None, clock=lambda: 0.0)
    return {result.id: result for result in results}, disturbances


def test_a_stage_that_fails_well_passes_and_every_change_is_undone(tmp_path: Path) -> None:
    results, disturbances = hard(tmp_path)
    assert {result.verdict.saw for result in results.values() if result.verdict.status != "pass"} == set()
    assert disturbances.mended == ["intake dynamodb:*", "sweep", "alarms", "spill", "sla ses:*", "respond ses:*"]
    assert disturbances.dead == {}


@pytest.mark.parametrize(
    ("fault", "step", "saw"),
    [
        ("form is lost", "spill-holds", "was not held"),
        ("spill is lost", "spill-holds", "became no lead"),
        ("no alarm on spill-held", "spill-holds", "no alarm on spill rang"),
        ("first time is lost", "spill-holds", "the lead counts from"),
        ("no alarm on sweep-stopped", "sweep-stops", "without a sweep"),
        ("alarms tries for ever", "unreadable", "alarms: no dead letter"),
        ("no alarm on spill-dead-letters", "unreadable", "spill: no alarm rang"),
        ("receipts keeps it", "unreadable", "receipts: it is a dead letter"),
        ("mail stays denied", "mail-denied", "was not sent after"),
        ("no alarm on messages-waiting", "mail-denied", "no alarm on messages rang"),
        ("restore loses", "restore-drill", "10 events are missing"),
        ("deploy of v1 fails", "rolled-back", "exit code 1"),
        ("destroy fails", "redeployed", "exit code 1"),
    ],
)
def test_a_fault_fails_its_hard_step_and_every_change_is_undone(
    fault: str, step: str, saw: str, tmp_path: Path
) -> None:
    results, disturbances = hard(tmp_path, fault)
    assert [id_ for id_, outcome in outcomes(results).items() if outcome == "fail"] == [step]
    assert saw in results[step].verdict.saw
    assert results[step].verdict.mend
    assert sorted(disturbances.mended) == sorted({*disturbances.mended})
    assert {"intake dynamodb:*", "sweep", "respond ses:*"} <= {*disturbances.mended}


def test_hard_steps_stand_between_their_preconditions_and_the_cleaning() -> None:
    def step(id_: str, *, always: bool = False) -> Check[Session]:
        return Check(id=id_, asks="?", ask=lambda _: passed("yes"), always=always)

    usual = (step("policy-deployed"), step("health"), step("policy-has-tests"), step("cleaned", always=True))
    ids = [each.id for each in program.around((step("spill-holds"),), usual)]
    assert ids == ["policy-deployed", "policy-has-tests", "spill-holds", "cleaned"]


def test_the_local_stage_is_not_disturbed() -> None:
    done = CliRunner().invoke(app, ["smoke", "local", "--hard"])
    assert done.exit_code == 2
    assert "rings no alarm" in done.output


@pytest.mark.proves("V2")
@pytest.mark.parametrize("words", [(), ("--hurt", "prod-eu")])
def test_a_live_stage_is_hurt_only_by_its_repeated_name(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["smoke", "prod", "--hard", *words])
    assert done.exit_code == 2
    assert "--hurt prod" in done.output


def test_deployments_run_where_the_makefile_is() -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ndeploy:" in targets
    assert "\ndestroy:" in targets

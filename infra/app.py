"""Synthesise one stage, without credentials.

Run `cdk synth -c stage=prod`, or `python -m infra.app`. The stage's settings are in its file, stages/prod.toml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Tags

from infra.edge import REGION, FrontStack
from infra.nag_suppressions import acknowledge, acknowledge_front
from infra.stack import LeadtightStack
from infra.stage import ROOT, StageSettings


def build(stage: StageSettings, **options: Any) -> App:
    """Build the app of a stage as cdk.json pins it."""
    app = App(context=_pinned(ROOT / "cdk.json"), **options)
    _add(app, stage)
    return app


def _pinned(file: Path) -> dict[str, Any]:
    """Return the context that the CDK's command reads."""
    context = json.loads(file.read_text(encoding="utf-8"))["context"]
    return dict(context)


def _add(app: App, stage: StageSettings) -> None:
    stack = LeadtightStack(
        app,
        stage.file.stack,
        stage=stage,
        env=stage.environment,
        # The emulator refuses asset publishing through the bootstrap roles once IAM is enforced.
        synthesizer=CliCredentialsStackSynthesizer() if stage.local else None,
        termination_protection=stage.termination_protection,
        tags=stage.tags,
    )
    acknowledge(stack)
    for key, value in stage.tags.items():
        Tags.of(app).add(key, value)
    if stage.file.front:
        front = FrontStack(
            app,
            stage.file.front_stack,
            stage=stage,
            edge=stage.file.front,
            env=Environment(account=stage.file.account, region=REGION),
            termination_protection=stage.termination_protection,
            tags=stage.tags,
        )
        acknowledge_front(front)
        front.add_stack_dependency(stack)


def main() -> None:
    """Synthesise the stage that the context names."""
    app = App()
    _add(app, StageSettings.from_context(app.node))
    app.synth()


if __name__ == "__main__":
    main()

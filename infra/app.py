"""Synthesise one stage, without credentials.

Run `cdk synth -c stage=prod`, or `python -m infra.app`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Tags

from infra.edge import REGION, FrontStack
from infra.nag_suppressions import acknowledge, acknowledge_front
from infra.stack import LeadtightStack
from infra.stage import StageSettings


def build(context: Mapping[str, Any] | None = None, **options: Any) -> App:
    """Build the app of the stage that the context names."""
    app = App(context=context, **options)
    stage = StageSettings.from_context(app.node)
    # The emulator refuses asset publishing through the bootstrap roles once IAM is enforced.
    synthesizer = CliCredentialsStackSynthesizer() if stage.local else None
    stack = LeadtightStack(app, f"leadtight-{stage.name}", stage=stage, synthesizer=synthesizer)
    acknowledge(stack)
    Tags.of(app).add("project", "leadtight")
    Tags.of(app).add("stage", stage.name)
    if stage.front:
        environment = Environment(region=REGION)
        front = FrontStack(app, f"leadtight-{stage.name}-front", stage=stage.name, edge=stage.front, env=environment)
        acknowledge_front(front)
        front.add_stack_dependency(stack)
    return app


if __name__ == "__main__":
    build().synth()

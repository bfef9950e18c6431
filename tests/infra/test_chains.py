"""The loop guard spares chains that the policy bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from leadtight.app.ports.alarms import NEAR
from leadtight.domain.model.lead import Lead
from leadtight.policy import loader as policies
from tests.infra.synth import FUNCTIONS, Synthesised, as_list
from tests.scenarios.world import LossyAlarms, World
from tests.watching.cloudwatch import resource_id

GUARDED_FROM = 16
"""Starts in one chain after which Lambda drops the next."""

ANSWERING_ONCE = {"intake": "spill"}
"""Queues that a function sends to for visitors only."""


@dataclass
class CountedAlarms(LossyAlarms):
    """Alarms that count messages which follow each other."""

    chain: int = 0
    longest: int = 0

    def arm(self, lead: Lead, now: Any) -> None:
        """Continue the chain by a near alarm."""
        super().arm(lead, now)
        if lead.wake_at is not None:
            self.chain = self.chain + 1 if lead.wake_at - now <= NEAR else 0
            self.longest = max(self.longest, self.chain)


def longest_chain(world: World) -> int:
    """Return the longest chain of a hot unanswered lead."""
    world.alarms = CountedAlarms()
    world.twins.alarms = world.alarms
    world.govern(world.policy)
    world.sweeping = False
    world.receive()
    world.advance(days=3)
    return world.alarms.longest


def test_the_shipped_policy_has_chains_near_the_guard_and_they_end() -> None:
    assert GUARDED_FROM / 2 <= longest_chain(World()) <= 4 * GUARDED_FROM


def test_one_more_reminder_an_hour_passes_the_guard() -> None:
    policy = policies.shipped()
    hot = policy.targets["hot"]
    often = replace(policy, targets={**policy.targets, "hot": replace(hot, remind_every=timedelta(minutes=10))})
    assert longest_chain(World(policy=often)) > GUARDED_FROM


def continuing(template: Synthesised) -> set[str]:
    """Return functions that may send to their own queue."""
    sources: dict[str, set[str]] = {name: set() for name in FUNCTIONS}
    functions = {template.function_id(name): name for name in FUNCTIONS}
    for mapping in template.properties("Lambda::EventSourceMapping"):
        if "StartingPosition" not in mapping:
            sources[functions[resource_id(mapping["FunctionName"])]].add(resource_id(mapping["EventSourceArn"]))
    names = {id_: q["Properties"]["QueueName"] for id_, q in template.of_type("SQS::Queue").items()}
    return {
        name
        for name in FUNCTIONS
        for statement in template.statements(name)
        if "sqs:SendMessage" in as_list(statement["Action"])
        for queue in map(resource_id, as_list(statement["Resource"]))
        if queue in sources[name] and not names[queue].endswith(f"-{ANSWERING_ONCE.get(name)}")
    }


def test_exactly_the_functions_that_continue_themselves_are_allowed_to(prod: Synthesised) -> None:
    allowed = {name for name in FUNCTIONS if prod.function(name).get("RecursiveLoop") == "Allow"}
    assert allowed == continuing(prod) == {"sla", "respond", "collect"}

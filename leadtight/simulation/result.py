"""The result of one run."""

from collections import Counter
from dataclasses import dataclass, field

from leadtight.domain.policy.policy import Policy
from leadtight.simulation.actors.people import SimulatedPeople
from leadtight.simulation.faults import CONTENDED, FaultKind
from leadtight.simulation.invariants import invariants, measurements
from leadtight.simulation.plan import SimulationPlan
from leadtight.simulation.run import SimulationRun

Cell = tuple[str, str]
"""A fault kind and the point at which it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one run.

    It counts leads, messages and seconds of what was lost, late, doubled and repaired. `possible` are the cells that
    such a run can hit; `faults` is the number of faults, where something was found.
    """

    plan: SimulationPlan
    violations: list[str]
    trace: list[str]
    faults: int
    injected: Counter[Cell]
    possible: frozenset[Cell]
    leads: int
    sent: int
    doubles: int
    repairs: int
    had_outage: bool
    to_owner: list[float] = field(default_factory=list)
    to_telling: list[float] = field(default_factory=list)
    to_escalation: list[float] = field(default_factory=list)

    @property
    def broken(self) -> frozenset[str]:
        """Return the ids of violated invariants."""
        return frozenset(violation.split()[0] for violation in self.violations)


def run(plan: SimulationPlan, policy: Policy) -> Outcome:
    """Run a plan; results depend on plan and policy only."""
    simulation_run = SimulationRun(plan, policy)
    people = SimulatedPeople(simulation_run)
    outages = len(simulation_run.outages)
    simulation_run.go()
    steps, numbered, injected = (
        len(simulation_run.steps),
        simulation_run.faults.number,
        simulation_run.faults.injected.copy(),
    )
    sent, doubles, possible = measurements.sent(people), measurements.doubles(people), _possible(simulation_run)
    broken = invariants.violations(people)  # after counting, since it delivers everything again
    return Outcome(
        plan=plan,
        violations=broken,
        trace=simulation_run.trace(steps) if broken else [],
        faults=numbered,
        injected=injected,
        possible=possible,
        leads=len(list(simulation_run.deployment.table.every_lead())),
        sent=sent,
        doubles=doubles,
        repairs=sum(swept.repairs for swept in simulation_run.swept),
        had_outage=outages > 0,
        to_owner=measurements.seconds_to_owner(people),
        to_telling=measurements.seconds_to_telling(people),
        to_escalation=measurements.seconds_to_escalation(people),
    )


def passages(plan: SimulationPlan, policy: Policy) -> list[Cell]:
    """Return every fault that can strike an otherwise faultless run.

    Each is a kind and the number of the passage.
    """
    simulation_run = SimulationRun(plan, policy)
    SimulatedPeople(simulation_run)
    simulation_run.go()
    return [(kind, str(n)) for n, (_, kinds) in enumerate(simulation_run.faults.passages, start=1) for kind in kinds]


def _possible(simulation_run: SimulationRun) -> frozenset[Cell]:
    if simulation_run.plan.strike:
        return frozenset(simulation_run.faults.injected)
    passed = dict(simulation_run.faults.passages)
    calls = {(str(kind), point) for point, kinds in passed.items() for kind in kinds}
    contended = {point for point in passed if point.rpartition("/")[2] in CONTENDED}
    return frozenset(calls | {(str(FaultKind.OVERTAKEN), point) for point in contended})

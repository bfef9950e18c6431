"""Results of a shape: waits, refusals, spills, cost and recovery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.load.lives import LeadTimes, WaitTimes, lives, waits
from scripts.load.shapes import Shape
from scripts.load.stage import LoadStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Results of a run, in seconds and dollars.

    `recovered_after` counts from the end of the surge. `lost` are acknowledged posts that are neither a lead nor in the
    queue of spilled posts. `refused` counts by what refused; a retried call counts each time.
    """

    shape: str
    scale: str
    posted: int
    answers: dict[int, int]
    accepted: int
    leads: int
    lost: int
    spilled: int
    owner: WaitTimes
    reply: WaitTimes
    clock: WaitTimes
    most_waiting: int
    recovered_after: float
    refused: dict[str, int]
    gave_up: dict[str, int]
    hottest: dict[str, float]
    dollars: dict[str, float]
    dollars_a_thousand: float

    @property
    def is_sound(self) -> bool:
        """Return whether every acknowledged lead has owner and timer."""
        return not self.lost and not self.owner.never and not self.clock.never


def report(stage: LoadStage, shape: Shape, scale: str, posted: int, spilled: int) -> Report:
    """Return the results of a run."""
    every = lives(stage)
    accepted = sum(count for status, count in stage.answers.items() if status in (202, 303))
    dollars = stage.meter.dollars()
    return Report(
        shape=shape.name,
        scale=scale,
        posted=posted,
        answers=dict(sorted(stage.answers.items())),
        accepted=accepted,
        leads=len(every),
        lost=max(0, accepted - len(every) - stage.queues["spill"].message_count),
        spilled=spilled,
        owner=waits(life.owner for life in every),
        reply=waits(life.reply for life in every),
        clock=waits(life.clock for life in every),
        most_waiting=max((count for _, count in _waiting(every)), default=0),
        recovered_after=_recovered_after(every, shape),
        refused=dict(stage.meter.refused.most_common()),
        gave_up=dict(stage.functions.failed.most_common()),
        hottest={name: round(units) for name, units in stage.meter.hottest(6).items()},
        dollars={kind: round(amount, 4) for kind, amount in dollars.items()} | {"all": round(sum(dollars.values()), 4)},
        dollars_a_thousand=round(1_000 * sum(dollars.values()) / max(1, len(every)), 3),
    )


def _waiting(every: list[LeadTimes]) -> Iterator[tuple[float, int]]:
    """Yield the number of unowned leads whenever it changes."""
    changes = [(life.since, 1) for life in every]
    changes += [(life.since + life.owner, -1) for life in every if life.owner is not None]
    count = 0
    for at, by in sorted(changes):
        count += by
        yield at, count


def _recovered_after(every: list[LeadTimes], shape: Shape) -> float:
    """Return seconds from the surge until waiting leads were normal."""
    began, ended = shape.surge
    usual = max((count for at, count in _waiting(every) if at < began), default=5)
    later = [at for at, count in _waiting(every) if at > ended and count > usual]
    return round(max(later) - ended, 1) if later else 0.0


def in_words(result: Report) -> str:
    """Return a report as readable text."""
    lines = [
        f"{result.shape}: {result.scale}",
        f"  posted {result.posted}, answers {result.answers}, spilled {result.spilled},"
        f" leads {result.leads}, lost {result.lost}",
    ]
    for name in ("owner", "reply", "clock"):
        wait: WaitTimes = getattr(result, name)
        never = f", never {wait.never}" if wait.never else ""
        lines.append(f"  to {name}: p50 {wait.p50} s, p95 {wait.p95} s, p99 {wait.p99} s, max {wait.max} s{never}")
    lines += [
        f"  waiting for an owner at most {result.most_waiting}; as before {result.recovered_after} s after the surge",
        f"  refused {result.refused or 'nothing'}; functions that failed {result.gave_up or 'none'}",
        f"  units in the busiest second of a partition: {result.hottest}",
        f"  cost ${result.dollars['all']} ({result.dollars}), ${result.dollars_a_thousand} for a thousand leads",
    ]
    return "\n".join(lines)

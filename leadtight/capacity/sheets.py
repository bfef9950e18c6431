"""The model's figures as tables.

They are for the terminal and docs/guides/scale.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadtight.capacity import model
from leadtight.capacity.data import Aws, LeadLife, aws, lives, stage_resources
from leadtight.capacity.month import monthly
from leadtight.capacity.parts import SHARED, bounds

KEYS = frozenset(key.name for key in SHARED)
COLUMNS = ("writes", "index", "reads", "bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityTable:
    """One table; each column is a number or text."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return the table in Markdown, under its title."""
        lines = [f"### {self.title}", "", _line([heading for heading, _ in self.columns])]
        lines.append(_line(["--:" if is_number else "---" for _, is_number in self.columns]))
        return "\n".join([*lines, *map(_line, self.rows), ""])


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def sheets(months: tuple[int, ...], rate: int) -> tuple[CapacityTable, ...]:
    """Return all tables."""
    every, limits = lives(), aws()
    return (
        _parts(every["typical"], every["largest"], limits, rate),
        _stages(every["typical"], limits),
        _keys(every["typical"]),
        _times(every["typical"], limits),
        _costs(every["typical"], limits, months),
        _limits(limits),
    )


def month_sheet(months: tuple[int, ...]) -> CapacityTable:
    """Return the table of what a stage costs a month."""
    costs = list(monthly(lives()["typical"], aws(), stage_resources(), months))
    sums = zip(*(cost.dollars for cost in costs), strict=True)
    return CapacityTable(
        title="A stage's month, in US dollars",
        columns=(("item", False), ("counted", False), *((f"{count:,} leads", True) for count in months)),
        rows=(
            *((cost.what, cost.counted, *map(_dollars, cost.dollars)) for cost in costs),
            ("all", "", *(_dollars(sum(each)) for each in sums)),
        ),
    )


def texts_sheet() -> CapacityTable:
    """Return the table of what a text costs by country."""
    return CapacityTable(
        title="A text, in US dollars (unsure: from memory)",
        columns=(("country", False), ("a text of 160 characters", True)),
        rows=tuple((country, f"{dollars:.3f}") for country, dollars in aws().texts.items()),
    )


def _parts(typical: LeadLife, largest: LeadLife, aws: Aws, rate: int) -> CapacityTable:
    large = {bound.part: bound.rate for bound in bounds(largest, aws)}
    waiting = {bound.part: bound for bound in bounds(lives()["waiting"], aws)}
    usual = bounds(typical, aws)
    only_waiting = [bound for part, bound in waiting.items() if part not in {b.part for b in usual}]
    shown = sorted([*usual, *only_waiting], key=lambda bound: bound.rate)
    return CapacityTable(
        title="Limit of each part, in leads per second",
        columns=(
            *(("part", False), ("per", False), ("per lead", True), ("limit", True), ("leads/s", True)),
            *(("with 60,000 characters", True), (f"used at {rate}/s", True), ("beyond the limit", False)),
        ),
        rows=tuple(
            (
                f"`{bound.part}`" if bound.part.partition(" × ")[0] in KEYS else bound.part,
                bound.per,
                f"{_number(bound.per_lead)} {bound.unit}",
                f"{bound.limit:,.0f}",
                _number(bound.rate),
                _number(large[bound.part]) if bound.part in large else "the same",
                f"{rate / bound.rate:.0%}" if bound.per == "stage" else "a share",
                bound.then,
            )
            for bound in shown
        ),
    )


def _stages(life: LeadLife, aws: Aws) -> CapacityTable:
    """Return a table of the limits of each stage size."""
    by_size = [[*model.stage_bounds(life, aws, size)] for size in aws.stages.values()]
    return CapacityTable(
        title="Limits of a stage by deployment, in leads per second",
        columns=(
            *(("part", False), ("per lead", True), *((name, True) for name in aws.stages)),
            ("beyond the limit", False),
        ),
        rows=tuple(
            (
                same[0].part,
                f"{_number(same[0].per_lead)} {same[0].unit}",
                *(_number(bound.rate) for bound in same),
                same[0].then,
            )
            for same in zip(*by_size, strict=True)
        ),
    )


def _keys(life: LeadLife) -> CapacityTable:
    names = sorted({key for step in life.steps.values() for column in COLUMNS for key in getattr(step, column)})
    rows = [(f"`{name}`", *(_number(life.units(column, name)) for column in COLUMNS)) for name in names]
    total = ("all", *(_number(life.total(column)) for column in COLUMNS))
    return CapacityTable(
        title="Reads and writes of a lead, by key",
        columns=(
            *(("key", False), ("write units, table", True), ("write units, index", True)),
            *(("read units", True), ("bytes", True)),
        ),
        rows=(*rows, total),
    )


def _times(life: LeadLife, aws: Aws) -> CapacityTable:
    return CapacityTable(
        title="Function time of a lead",
        columns=(("step", False), ("function", False), ("starts", True), ("calls", True), ("milliseconds", True)),
        rows=tuple(
            (time.step, time.function, str(time.starts), str(time.calls), _number(time.milliseconds))
            for time in model.times(life, aws)
        ),
    )


def _costs(life: LeadLife, aws: Aws, months: tuple[int, ...]) -> CapacityTable:
    rows = [(cost.what, *map(_dollars, cost.dollars)) for cost in model.costs(life, aws, months)]
    sums = zip(*(cost.dollars for cost in model.costs(life, aws, months)), strict=True)
    return CapacityTable(
        title="Monthly costs in dollars",
        columns=(("item", False), *((f"{count:,} leads", True) for count in months)),
        rows=(*rows, ("all", *(_dollars(sum(each)) for each in sums))),
    )


def _limits(aws: Aws) -> CapacityTable:
    return CapacityTable(
        title="AWS limits and their sources",
        columns=(("limit", True), ("unit", False), ("source", False)),
        rows=tuple((f"{limit.value:,.0f}", limit.unit, limit.source) for limit in aws.limits.values()),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def _dollars(value: float) -> str:
    return f"{value:,.2f}"

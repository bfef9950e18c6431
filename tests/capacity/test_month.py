"""A stage's monthly costs: arithmetic, command and page."""

import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.capacity.data import Aws, StageResources, aws, lives, stage_resources
from leadtight.capacity.month import monthly
from leadtight.cli import app
from scripts.costs import PAGE, page_text, written_metrics

STALE = "run PYTHONPATH=. .venv/bin/python scripts/costs.py"
NOTHING = StageResources(alarms=0, metrics=0, dashboards=0, secrets=0, pollers=0, traced=0, backups=0, runs={})


def prices(**dollars: float) -> Aws:
    return replace(aws(), prices={**dict.fromkeys(aws().prices, 0.0), **dollars})


def cost(what: str, table: Aws, stage: StageResources, *leads: int) -> tuple[float, ...]:
    [found] = [each for each in monthly(lives()["typical"], table, stage, leads) if each.what == what]
    return found.dollars


def test_an_idle_stage_costs_what_it_has() -> None:
    stage = replace(NOTHING, alarms=3, secrets=2)
    assert cost("alarms", prices(alarms=0.5), stage, 0, 1000) == (1.5, 1.5)
    assert cost("secrets", prices(secrets=0.25), stage, 0) == (0.5,)


def test_a_poller_asks_an_idle_queue_every_twenty_seconds() -> None:
    assert cost("polls of idle queues", prices(queue_calls=1.0), replace(NOTHING, pollers=2), 0) == (2 * 4320 * 30,)


def test_each_run_is_traced_and_logged_with_and_without_leads() -> None:
    stage = replace(NOTHING, runs={"sla": 100}, traced=len(aws().memory))
    assert cost("traces", prices(traces=1.0), stage, 0, 10) == (100, 190)
    assert cost("traces", prices(traces=1.0), replace(stage, traced=0), 10) == (0,)
    gigabytes = 100 * aws().estimates["log_bytes"] / 1e9
    assert cost("logs", prices(log_gigabytes=1.0), stage, 0) == pytest.approx((gigabytes,))


def test_each_backup_holds_a_year_of_leads() -> None:
    kept = 12 * 1000 * lives()["typical"].table / 1e9
    assert cost("backups", prices(backup_gigabytes=2.0), replace(NOTHING, backups=35), 0, 1000) == pytest.approx(
        (0, 70 * kept)
    )


def test_the_leads_part_is_that_of_the_capacity_model() -> None:
    typical = lives()["typical"]
    units = typical.total("writes") + typical.total("index")
    assert cost("table", prices(write_units=1.0), NOTHING, 1, 10) == pytest.approx((units, 10 * units))
    assert cost("mails", prices(mails=1.0), NOTHING, 10) == (20,)


def test_every_price_of_the_model_counts_in_some_item() -> None:
    free = [name for name in aws().prices if not _sum(replace(aws(), prices=prices(**{name: 1.0}).prices))]
    assert free == []


def _sum(table: Aws) -> float:
    stage = replace(stage_resources(), dashboards=1)
    return sum(dollars for item in monthly(lives()["typical"], table, stage, (1,)) for dollars in item.dollars)


def command(*options: str) -> Any:
    result = CliRunner().invoke(app, ["capacity", "month", *options], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_prints_the_sum_and_marks_prices_from_memory() -> None:
    document = json.loads(command("--json", "--leads", "1000"))
    assert document["schema"] == "leadtight.capacity_month/1"
    total = sum(item["dollars"][0] for item in document["costs"])
    shown = command("--leads", "1000")
    assert f"{total:,.2f}" in shown
    assert f"{stage_resources().secrets} at 0.40 (unsure)" in shown


def test_the_page_has_the_same_table_as_the_command() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "<!-- month -->" in page
    assert page == page_text(page), STALE


def test_metrics_are_counted_in_the_handlers() -> None:
    metrics = written_metrics()
    assert {("sla", "SweepRepairs"), ("sla", "BacklogAgeOverdue"), ("to team", "MessagesSent")} <= metrics
    assert len(metrics) > 20

"""The scale model matches the product, its page the model."""

import json
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.capacity import model
from leadtight.capacity.data import LIFE, Aws, LifeStep, ServiceLimit, aws, lives
from leadtight.capacity.model import SharedKey
from leadtight.capacity.parts import bounds
from leadtight.cli import app
from scripts.scale import PAGE, page_text
from tests.capacity import life as counting

STALE = "run PYTHONPATH=. .venv/bin/python scripts/scale.py"
CARRIED = 200


def scale_json(*options: str) -> Any:
    result = CliRunner().invoke(app, ["capacity", "aws", *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.proves("U7")
def test_the_model_matches_the_handlers_call_by_call_and_key_by_key() -> None:
    counted, stored = counting.lives(), tomllib.loads(LIFE.read_text(encoding="utf-8"))
    for life, steps in counted.items():
        assert steps, life
        for step, columns in steps.items():
            assert columns == stored[life][step], f"{life}, {step}: {STALE}"
    assert counted == stored, STALE


def test_an_additional_call_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The meter counts one more read of the lead.

    It happens before the lead is stored.
    """
    from leadtight.adapters.dynamodb.table import DynamoTable

    stored, create = tomllib.loads(LIFE.read_text(encoding="utf-8")), DynamoTable.create

    def looks_first(table: DynamoTable, change: Any, *rest: Any) -> Any:
        table.load(change.after.id)
        return create(table, change, *rest)

    monkeypatch.setattr(DynamoTable, "create", looks_first)
    monkeypatch.setattr(counting, "LENGTHS", {"typical": 400})
    post = counting.lives()["typical"]["post"]
    assert post["calls"] == stored["typical"]["post"]["calls"] | {"dynamodb:GetItem": 1}
    assert post["reads"] == {"LEAD#…/LEAD": 1}


def test_the_page_has_the_same_tables_as_the_command() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_text(page), STALE


def test_every_key_of_a_stage_carries_200_leads_a_second() -> None:
    for name in ("typical", "waiting"):
        parts = bounds(lives()[name], aws())
        keys = [bound for bound in parts if bound.unit == "write units" and bound.per in ("stage", "pool", "form")]
        weak = {bound.part: bound.rate for bound in keys if bound.rate < CARRIED}
        assert weak.keys() <= {"table, new"}, name
        assert len(keys) > 8


def test_strangers_writes_do_not_lower_the_capacity_of_owner_keys() -> None:
    typical, largest = (
        {bound.part: bound for bound in bounds(lives()[name], aws())} for name in ("typical", "largest")
    )
    for part in ("OWNER#-", "OWNERS", "OWNER#…", "BOARD#… × 4", "OUTBOX#… × 4"):
        assert largest[part].rate == typical[part].rate


def test_a_stage_sized_for_200_leads_a_second_accepts_and_processes_them() -> None:
    stage_bounds = list(
        model.stage_bounds(lives()["typical"], aws(), aws().stages["`[limits] leads_per_second = 200`"])
    )
    assert len(stage_bounds) > 3
    for bound in stage_bounds:
        assert bound.rate >= (CARRIED if bound.part != "sending, each shard" else 10)


def life(**step: Any) -> Any:
    """Return a life of one step."""
    empty: dict[str, Any] = {"invocations": {}, "calls": {}, "writes": {}, "index": {}, "reads": {}, "bytes": {}}
    return replace(lives()["typical"], steps={"post": LifeStep(**{**empty, **step})}, stored=0)


def prices(**dollars: float) -> Aws:
    return replace(
        aws(), prices={**dict.fromkeys(aws().prices, 0.0), **dollars}, milliseconds={"own": 100.0, "a:Call": 400.0}
    )


def test_a_key_throttles_when_its_units_reach_the_limit_of_all_its_shards() -> None:
    key, limit = (
        SharedKey(name="HOT", column="index", over=4, then="", together=2),
        ServiceLimit(value=1000, unit="", source=""),
    )
    [bound] = model.key_bounds([key], life(index={"HOT": 5, "COLD": 99}), limit)
    assert (bound.per_lead, bound.limit, bound.rate) == (2.5, 4000, 1600)
    assert [*model.key_bounds([key], life(index={"COLD": 9}), limit)] == []


def test_functions_throttle_when_as_many_run_as_an_account_allows() -> None:
    step = {"invocations": {"intake": 2}, "calls": {"a:Call": 2}}
    new, usual = model.function_bounds(life(**step), prices())
    assert (new.per_lead, new.rate, usual.rate) == (1.0, 10, 1000)


def test_a_month_costs_its_leads_and_its_nights() -> None:
    step = {"writes": {"A": 3}, "index": {"B": 1}, "calls": {"ses:SendRawEmail": 2}, "invocations": {}}
    table = replace(prices(write_units=0.5, mails=2.0), milliseconds=dict.fromkeys(aws().milliseconds, 0.0))
    costs = {cost.what: cost.dollars for cost in model.costs(life(**step), table, (1, 10))}
    assert costs["table: writes"] == (1.5, 15.0)
    assert costs["index: writes"] == (0.5, 5.0)
    assert costs["mails"] == (4.0, 40.0)
    assert costs["nightly report"] == (0.0, 0.0)
    nights = {
        c.what: c.dollars for c in model.costs(life(), replace(table, prices={**table.prices, "starts": 1.0}), (1,))
    }
    assert nights["nightly report"] == (30.0,)


def test_the_json_output_has_the_same_figures() -> None:
    output = json.loads(scale_json("--json", "--leads", "1000"))
    assert output["schema"] == "leadtight.capacity_aws/1"
    assert output["leads"] == [1000]
    [requests, *_] = output["stages"]["as deployed"]
    assert (requests["part"], requests["limit"], requests["rate"]) == ("requests", 20, pytest.approx(20 / 3))
    assert {part["source"] for parts in output["parts"].values() for part in parts if not part["source"]} == set()
    mails = next(cost for cost in output["costs"] if cost["what"] == "mails")
    assert mails["dollars"] == [pytest.approx(0.2)]


def test_the_text_output_is_tables() -> None:
    shown = scale_json("--rate", "100")
    for title in ("Limit of each part, in leads per second", "Monthly costs in dollars"):
        assert title in shown


def test_every_limit_and_price_cites_its_source() -> None:
    from leadtight.capacity.data import AWS

    tables = tomllib.loads(AWS.read_text(encoding="utf-8"))
    for table in ("limits", "prices"):
        assert tables[table]
        assert all(entry["source"] for entry in tables[table].values())

"""A stage's monthly budget: what it counts and warns of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.infra.stage_files import REGION
from tests.infra.synth import Synthesised, synthesise

EMAILS = ["ops@leadtight.example", "cfo@leadtight.example"]


@pytest.fixture(scope="module")
def thrifty(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Return a stage with a budget."""
    folder: Path = tmp_path_factory.mktemp("thrifty")
    return synthesise(folder, "thrifty", budget={"monthly_usd": 50}, operators={"emails": EMAILS})


@pytest.fixture
def budget(thrifty: Synthesised) -> dict[str, Any]:
    [only] = thrifty.properties("Budgets::Budget")
    return only


def test_it_is_the_files_sum_for_what_has_the_stages_tags_in_its_region(
    thrifty: Synthesised, budget: dict[str, Any]
) -> None:
    data = budget["Budget"]
    assert data["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert (data["BudgetType"], data["TimeUnit"], data["Metrics"]) == ("COST", "MONTHLY", ["UnblendedCost"])
    parts = data["FilterExpression"]["And"]
    assert [part["Dimensions"]["Values"] for part in parts if "Dimensions" in part] == [[REGION]]
    tags = {part["Tags"]["Key"]: part["Tags"]["Values"] for part in parts if "Tags" in part}
    assert tags == {"project": ["leadtight"], "stage": ["thrifty"]}
    [table] = thrifty.properties("DynamoDB::Table")
    assert tags == {tag["Key"]: [tag["Value"]] for tag in table["Tags"]}, "the table has the tags that are counted"


def test_its_name_is_unique_in_an_account_with_the_stage_in_two_regions(budget: dict[str, Any]) -> None:
    assert budget["Budget"]["BudgetName"] == f"leadtight-thrifty-{REGION}"


def test_every_operator_is_warned_before_it_is_spent_and_when_it_will_be(budget: dict[str, Any]) -> None:
    warned = {
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]): each["Subscribers"]
        for each in budget["NotificationsWithSubscribers"]
    }
    assert set(warned) == {("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}
    everyone = [{"Address": address, "SubscriptionType": "EMAIL"} for address in EMAILS]
    assert all(subscribers == everyone for subscribers in warned.values())


def test_a_stage_without_a_sum_has_no_budget(prod: Synthesised) -> None:
    assert prod.properties("Budgets::Budget") == []

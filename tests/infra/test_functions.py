"""Each function's build, logging and exact settings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.infra.synth import FUNCTIONS, Synthesised

ROOT = Path(__file__).resolve().parents[2]
EVERYWHERE = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL"}
ALARM = {
    "LEADTIGHT_ALARM_QUEUE_URL",
    "LEADTIGHT_ALARM_QUEUE_ARN",
    "LEADTIGHT_SCHEDULE_GROUP",
    "LEADTIGHT_SCHEDULER_ROLE_ARN",
}
LINKS = {"LEADTIGHT_PUBLIC_URL", "LEADTIGHT_LINK_SECRET_ARN"}
MAIL = {"LEADTIGHT_MAIL_FROM", "LEADTIGHT_CONFIGURATION_SET"}
WEBHOOKS = {"LEADTIGHT_PUBLIC_URL", "LEADTIGHT_WEBHOOK_SECRET_ARN"}
ANNOUNCED = {"LEADTIGHT_COLLECT_QUEUE_URL"}
REPORTS = {"LEADTIGHT_REPORTS_BUCKET"}
SPILLED = {"LEADTIGHT_SPILL_QUEUE_URL"}
RETRIED = {"LEADTIGHT_RETRY_QUEUE_URL"}
RECEIVED = {"LEADTIGHT_MAIL_BUCKET"}
UPLOADS = {"LEADTIGHT_UPLOADS_BUCKET"}
KEYS = {"LEADTIGHT_API_SECRET_ARN"}
CHATS = {"LEADTIGHT_ALERT_SECRET_ARN"}
SETTINGS = {
    "intake": ALARM | WEBHOOKS | ANNOUNCED | SPILLED | RECEIVED | UPLOADS | KEYS,
    "collect": ALARM | WEBHOOKS | ANNOUNCED | LINKS | RECEIVED | REPORTS,
    "route": ALARM,
    "respond": ALARM | LINKS | MAIL | CHATS | RETRIED,
    "sla": ALARM | LINKS | MAIL | CHATS | RETRIED,
    "desk": ALARM | LINKS | REPORTS | RECEIVED | UPLOADS | KEYS,
    "report": LINKS | REPORTS,
}


def test_the_functions_are_exactly_the_folders(prod: Synthesised) -> None:
    folders = {p.name for p in (ROOT / "functions").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == set(FUNCTIONS)
    assert len(prod.of_type("Lambda::Function")) == len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_on_arm_with_the_chosen_python_and_is_traced(prod: Synthesised, name: str) -> None:
    function = prod.function(name)
    assert function["FunctionName"] == f"leadtight-prod-{name}"
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["MemorySize"] == (1024 if name in ("report", "intake") else 512)


def test_the_local_stage_runs_on_this_python_untraced(local: Synthesised) -> None:
    function = local.function("intake")
    assert function["Runtime"] == f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert "TracingConfig" not in function


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_exactly_the_settings_it_needs(prod: Synthesised, name: str) -> None:
    variables = prod.function(name)["Environment"]["Variables"]
    assert set(variables) == EVERYWHERE | {"LEADTIGHT_TABLE"} | SETTINGS[name]
    assert variables["POWERTOOLS_SERVICE_NAME"] == name
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "Leadtight/prod"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_logs_are_separate_and_expire(prod: Synthesised, name: str) -> None:
    group = prod.function(name)["LoggingConfig"]["LogGroup"]["Ref"]
    assert prod.body["Resources"][group]["Properties"]["RetentionInDays"] == 30


@pytest.mark.parametrize("name", FUNCTIONS)
def test_failed_events_of_a_function_are_kept(prod: Synthesised, name: str) -> None:
    [config] = [
        config
        for config in prod.properties("Lambda::EventInvokeConfig")
        if config["FunctionName"] == {"Ref": prod.function_id(name)}
    ]
    queue = config["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert prod.body["Resources"][queue]["Properties"]["QueueName"] == "leadtight-prod-failed"


def test_an_api_answers_within_its_thirty_seconds(prod: Synthesised) -> None:
    assert [prod.function(name)["Timeout"] for name in ("intake", "desk")] == [20, 10]


def test_everything_that_a_function_logs_is_json(prod: Synthesised) -> None:
    for name in FUNCTIONS:
        assert prod.function(name)["LoggingConfig"]["LogFormat"] == "JSON"

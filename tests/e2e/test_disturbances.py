"""A disturbed local stage holds, gives up and goes on."""

from __future__ import annotations

import json

from leadtight.domain.model.identity import person_key
from leadtight.stages.smoke.deployed_stage import DeployedStage
from leadtight.stages.smoke.disturbances import Disturbances
from tests.e2e.stage import Stage, eventually

FIELDS = {"your-name": "Denied", "your-email": "denied@example.com", "your-message": "hello"}


def test_a_form_is_held_while_intake_is_denied_the_table_and_becomes_a_lead_afterwards(stage: Stage) -> None:
    disturbances = Disturbances(DeployedStage.find(stage.info.stack), "r1")
    with disturbances.denied("intake", "dynamodb:*"):
        eventually("a held form", lambda: _is_held(stage))
    [lead_id] = eventually("its lead", lambda: stage.table.leads_of([person_key("denied@example.com")]), within=180)
    assert stage.lead(lead_id).source == "web_form"


def test_an_unreadable_alarm_is_given_up_and_no_other_message_with_it(stage: Stage) -> None:
    disturbances = Disturbances(DeployedStage.find(stage.info.stack), "r1")
    with disturbances.tried_quickly("alarms", 1):
        disturbances.send_unreadable("alarms")
        eventually("its dead letter", lambda: disturbances.drop_unreadable("alarms"), within=120)
    assert disturbances.drop_unreadable("alarms") == 0


def _is_held(stage: Stage) -> bool:
    answer = stage.request(
        "/forms/contact",
        "&".join(f"{name}={value}" for name, value in FIELDS.items()).encode(),
        content_type="application/x-www-form-urlencoded",
        accept="application/json",
    )
    return answer.status == 202 and json.loads(answer.body)["status"] == "held"

"""`leadtight smoke` against the running local stage."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.cli import app
from leadtight.stages.smoke.local_cloud import CANNOT_ASK
from tests.e2e.stage import Stage, eventually

pytestmark = pytest.mark.usefixtures("beside_the_stage")


def smoke(*words: str) -> tuple[int, dict[str, Any]]:
    """Run `leadtight smoke local`; return its exit code and document."""
    done = CliRunner().invoke(app, ["smoke", "local", "--json", "--out", "smoke", *words])
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, json.loads(done.stdout)


def test_every_step_that_the_local_cloud_can_answer_passes_and_nothing_is_left(stage: Stage) -> None:
    secrets = stage.client("secretsmanager")
    [name] = [s["Name"] for s in secrets.list_secrets()["SecretList"] if "WebhookSecret" in s["Name"]]
    signing = "whsec_" + base64.b64encode(b"a secret of the partner").decode()
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps({"partner": {"signing": [signing]}}))
    code, document = smoke()
    seen = {step["id"]: step for step in document["checks"]}
    assert {id_: step["saw"] for id_, step in seen.items() if step["status"] == "fail"} == {}
    assert {id_: step["saw"] for id_, step in seen.items() if step["status"] == "not_asked"} == CANNOT_ASK
    assert code == 0
    assert seen["webhook-signed"]["saw"] == "/webhooks/partner: 200 with the right signature, 401 with a wrong one"
    assert document["latencies_seconds"]["owner"] < 30
    assert "@" not in Path(document["ses_events"]).read_text(encoding="utf-8")
    assert seen["nothing-left"]["status"] == "pass"


def test_a_dead_letter_is_found(stage: Stage) -> None:
    sqs = stage.client("sqs")
    queue = sqs.get_queue_url(QueueName="leadtight-local-failed")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="planted")
    try:
        code, document = smoke("--only", "dead-letters")
    finally:
        sqs.purge_queue(QueueUrl=queue)
    assert code == 1
    assert document["checks"][0]["saw"] == "leadtight-local-failed: 1"


def test_a_function_without_its_permission_is_found(stage: Stage) -> None:
    role = stage.client("lambda").get_function_configuration(FunctionName=stage.output("SlaFunction"))["Role"]
    iam, name = stage.client("iam"), role.rpartition("/")[2]
    denial = {"Effect": "Deny", "Action": "dynamodb:Query", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denial]})
    iam.put_role_policy(RoleName=name, PolicyName="planted", PolicyDocument=policy)
    try:
        code, document = smoke("--only", "policy-has-tests", "--only", "functions-run")
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="planted")
    found = {step["id"]: step for step in document["checks"]}["functions-run"]
    assert (code, found["status"]) == (1, "fail")
    assert found["saw"].startswith("sla: ")


def test_clean_erases_what_an_interrupted_run_has_left(stage: Stage) -> None:
    address = "success+interrupted@simulator.amazonses.com"
    lead_id = stage.post_lead(name="Left behind", email=address, message="This is a test of the deployment.")
    eventually("an owner", lambda: stage.lead(lead_id).owner_id)
    code, document = smoke("--clean")
    assert (code, [step["status"] for step in document["checks"]]) == (0, ["pass", "pass", "pass"])
    assert (stage.lead(lead_id).is_open, stage.lead(lead_id).inquiry.email) == (False, None)

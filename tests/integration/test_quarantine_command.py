"""`leadtight quarantine` over moto.

The command invokes the deployed desk function, which settles the held deliveries.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.cli import app
from leadtight.domain.intake.quarantine import QuarantineState
from tests.integration.conftest import Stage
from tests.integration.deployed_stack import deploy
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def held_id(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Return a post that was held as suspected spam."""
    deploy(monkeypatch, DeskFunction=desk)
    monkeypatch.chdir(tmp_path)
    body = "your-name=Ada+%5Bred%5DObi&your-email=ada%40example.com&your-message=%1B%5B31mhi&website=x"
    intake(request("POST /forms/{form}", body=body, headers=FORM, form="contact"), CONTEXT)
    [delivery] = bootstrap.app().quarantine.suspected(9)
    return delivery.id


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["quarantine", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def state(held_id: str) -> QuarantineState:
    return bootstrap.app().quarantine.find(held_id).state


def test_a_held_delivery_is_listed_and_shown_unchanged(held_id: str) -> None:
    code, out, _ = run("list")
    assert code == 0
    assert "Waiting: none." in out
    assert all(word in out for word in (held_id, "form:contact", "spam", "the hidden field website"))
    code, out, _ = run("show", held_id)
    assert code == 0
    assert "Ada [red]Obi" in out
    assert "\x1b" not in out
    output = json.loads(run("list", "--json")[1])
    assert output["schema"] == "leadtight.quarantine/1"
    assert [row["id"] for row in output["suspected"]] == [held_id]
    assert json.loads(run("show", held_id, "--json")[1])["held"]["state"] == "held"
    assert state(held_id) is QuarantineState.HELD


def test_an_id_is_never_truncated(held_id: str) -> None:
    listed = CliRunner().invoke(app, ["quarantine", "list", "--stack", "leadtight-prod"], env={"COLUMNS": "60"})
    assert held_id in listed.stdout


def test_the_resulting_lead_is_shown_and_completed_on_release(stage: Stage, held_id: str) -> None:
    out = run("show", held_id)[1]
    assert "Released, it becomes this lead:" in out
    assert "ada@example.com" in out
    code, _, error = run("release", held_id, "--email", "right@example.com", "--name", "Ada Obi")
    assert (code, error) == (0, "")
    [item] = stage.items("LEAD")
    inquiry = json.loads(item["doc"]["S"])["inquiry"]
    assert (inquiry["name"], inquiry["email"]) == ("Ada Obi", "right@example.com")


@pytest.mark.proves("A5")
def test_a_release_creates_the_lead_once(stage: Stage, held_id: str) -> None:
    code, out, _ = run("release", held_id)
    [lead] = stage.items("LEAD")
    assert (code, out) == (0, f"lead {lead['pk']['S'].removeprefix('LEAD#')} created\n")
    assert bootstrap.app().quarantine.find(held_id).settled_by.startswith("cli:")
    code, _, error = run("release", held_id)
    assert (code, "is already released" in error, len(stage.items("LEAD"))) == (1, True, 1)


def test_a_discard_needs_a_reason(stage: Stage, held_id: str) -> None:
    assert run("discard", held_id)[0] == 2
    code, _, error = run("discard", held_id, "--why", " ")
    assert (code, "say why" in error, state(held_id)) == (1, True, QuarantineState.HELD)
    assert run("discard", held_id, "--why", "An advert")[:2] == (0, f"discarded {held_id}\n")
    assert bootstrap.app().quarantine.find(held_id).note == "An advert"
    assert stage.items("LEAD") == []


def test_a_replay_keeps_suspected_spam_held(held_id: str) -> None:
    code, out, _ = run("replay", "form:contact", "--json")
    assert (code, json.loads(out)["released"], json.loads(out)["still_held"]) == (0, 0, [])
    assert state(held_id) is QuarantineState.HELD


def test_a_link_opens_the_page_for_managers_only_and_settling_takes_at_most_four_calls(
    stage: Stage, held_id: str
) -> None:
    code, out, _ = run("link", "mia")
    token = out.strip().rpartition("/")[2]
    assert (code, out.startswith("https://leads.leadtight.example/quarantine/")) == (0, True)
    with stage.counted() as calls:
        page = desk(request("GET /quarantine/{token}", token=token), CONTEXT)
    assert (page["statusCode"], held_id in page["body"], len(calls) <= 4) == (200, True, True)
    with stage.counted() as calls:
        body = f"held={held_id}&do=release&sure=yes"
        answer = desk(request("POST /quarantine/{token}", body=body, headers=FORM, token=token), CONTEXT)
    assert (answer["statusCode"], len(calls) <= 4, len(stage.items("LEAD"))) == (303, True, 1), calls
    code, _, error = run("link", "ana")
    assert (code, "neither a manager nor the catch-all person" in error) == (1, True)
    assert json.loads(run("link", "--json")[1])["link"].startswith("https://")


@pytest.mark.usefixtures("held_id")
def test_a_missing_delivery_is_a_failure() -> None:
    for words in (("show", "nope"), ("release", "nope"), ("discard", "nope", "--why", "x")):
        code, _, error = run(*words)
        assert (code, error) == (1, "leadtight quarantine: nope: no such delivery\n")


def test_all_deliveries_held_for_one_reason_are_exported_discarded_reopened_and_released(held_id: str) -> None:
    for number in range(3):
        body = f"your-name=Ada&your-email=ada{number}%40example.com&your-message=hi&website=x"
        intake(request("POST /forms/{form}", body=body, headers=FORM, form="contact"), CONTEXT)
    ids = [delivery.id for delivery in bootstrap.app().quarantine.suspected(9)]
    lines = run("export", "spam")[1].splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == sorted(ids)
    assert "ada1" in "".join(lines)
    assert run("discard-all", "spam", "--why", "a flood", "--yes")[:2] == (0, "discarded 4, still held 0\n")
    assert {state(id_) for id_ in ids} == {QuarantineState.DISCARDED}
    assert run("reopen-all", "spam")[:2] == (0, "held again 4, still held 0\n")
    assert run("release-all", "spam")[0] == 1, "without confirmation"
    assert json.loads(run("release-all", "spam", "--yes", "--json")[1])["done"] == 4
    assert {state(id_) for id_ in ids} == {QuarantineState.RELEASED}
    code, _, problem = run("release-all", "nonsense", "--yes")
    assert (code, "must be one of" in problem) == (1, True)

"""`leadtight api-key` over moto.

The key is shown once, kept as a digest, and ends when it is revoked.
"""

import json

import boto3
import pytest
from typer.testing import CliRunner

from leadtight import bootstrap
from leadtight.cli import app
from leadtight.domain.access.api_keys import Scope, check
from leadtight.domain.model.errors import KeyRefused
from tests.integration.conftest import REGION, Stage
from tests.integration.deployed_stack import deploy


@pytest.fixture(autouse=True)
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(monkeypatch, {"ApiSecretArn": "api-secret"})


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["api-key", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.slow
def test_a_new_key_is_printed_once_and_works_until_it_is_revoked() -> None:
    code, text, _ = run("new", "crm", "--scope", "read", "--scope", "write")
    assert code == 0
    key = check(bootstrap.api_keys()(), text.strip(), Scope.WRITE)
    stored = boto3.client("secretsmanager", region_name=REGION).get_secret_value(SecretId="api-secret")["SecretString"]
    assert text.strip() not in stored
    assert key.digest in stored
    listed = run("list")[1]
    assert "crm" in listed
    assert key.id in listed
    assert text.strip() not in listed
    assert run("revoke", "crm")[:2] == (0, f"Revoked crm {key.id}.\n")
    bootstrap.forget()
    with pytest.raises(KeyRefused):
        check(bootstrap.api_keys()(), text.strip(), Scope.READ)


def test_a_key_is_rotated_by_a_second_key_of_the_same_name() -> None:
    old, new = (run("new", "crm")[1].strip() for _ in range(2))
    keys = bootstrap.api_keys()()
    first, second = check(keys, old, Scope.READ), check(keys, new, Scope.READ)
    assert run("revoke", "crm", "--id", first.id)[0] == 0
    bootstrap.forget()
    assert bootstrap.api_keys()() == (second,)


def test_a_key_is_read_only_by_default_and_json_never_shows_keys() -> None:
    run("new", "crm")
    output = json.loads(run("list", "--json")[1])
    assert output["schema"] == "leadtight.api-keys/1"
    assert [(key["name"], key["scopes"], sorted(key)) for key in output["keys"]] == [
        ("crm", ["read"], ["created_at", "id", "name", "scopes"])
    ]


def test_a_missing_key_cannot_be_revoked_and_a_name_is_required() -> None:
    assert run("revoke", "crm")[::2] == (1, "leadtight api-key: there is no active key named crm\n")
    assert run("new", " ")[0] == 2
    assert "There are no active keys" in run("list")[1]

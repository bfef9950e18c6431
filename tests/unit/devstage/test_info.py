"""`dev.json` matches its documented interface."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadtight.devstage.info import DevInfo

INFO = DevInfo(
    api_url="http://127.0.0.1:1/api",
    aws_endpoint="http://127.0.0.1:1",
    region="us-east-1",
    table="leads",
    reports_bucket="reports",
    mail_bucket="mail",
    console_url="http://127.0.0.1:2",
    stack="leadtight-local",
)


def test_the_file_has_exactly_the_documented_keys(tmp_path: Path) -> None:
    INFO.write(tmp_path / "dev.json")
    assert set(json.loads((tmp_path / "dev.json").read_text())) == {
        *("schema", "api_url", "aws_endpoint", "region"),
        *("table", "reports_bucket", "mail_bucket", "console_url", "stack"),
    }


def test_written_data_is_read_back(tmp_path: Path) -> None:
    INFO.write(tmp_path / "dev.json")
    assert DevInfo.read(tmp_path / "dev.json") == INFO


def test_a_file_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text('{"schema": "leadtight.dev/9"}')
    with pytest.raises(ValueError, match="schema"):
        DevInfo.read(tmp_path / "dev.json")

"""A lead's files: on its page, behind its signed link.

They are only ever downloaded.
"""

from dataclasses import replace
from typing import Any

import pytest

from functions.desk import handler
from leadtight import bootstrap
from leadtight.adapters.memory.files import MemoryUploads
from leadtight.domain.model.stored_file import StoredFile
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.functions.desk.conftest import Desk

ROOF = StoredFile(name="roof & <gutter>.jpg", content_type="image/jpeg", size=80_000, key="uploads/abc/0")


@pytest.fixture
def with_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    lead = desk.lead
    desk.table._leads[lead.id] = replace(lead, inquiry=replace(lead.inquiry, files=(ROOF,)))
    uploads = MemoryUploads({ROOF.key: (ROOF.name, b"jpg")})
    monkeypatch.setattr(bootstrap, "upload_files", lambda: uploads)
    return desk


def ask(desk: Desk, number: str, token: str | None = None) -> dict[str, Any]:
    event = request("GET /o/{token}", token=token or desk.token)
    return handler.handle({**event, "queryStringParameters": {"file": number}}, CONTEXT)


def test_the_page_lists_them_by_name_and_size(with_file: Desk) -> None:
    body = with_file.get()["body"]
    assert 'href="?file=0"' in body
    assert "roof &amp; &lt;gutter&gt;.jpg (78 KB)" in body
    assert "uploads/abc" not in body, "its location stays private"


@pytest.mark.proves("A1")
def test_a_link_redirects_to_an_address_that_expires_soon(with_file: Desk) -> None:
    answer = ask(with_file, "0")
    assert answer["statusCode"] == 302
    assert answer["headers"]["location"].startswith("memory://uploads/abc/0?")
    assert answer["headers"]["location"].endswith("expires=300")
    assert answer["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize("number", ["1", "99", "9999999"])
def test_a_missing_file_is_not_found(with_file: Desk, number: str) -> None:
    assert ask(with_file, number)["statusCode"] == 404


def test_without_the_leads_own_link_no_file_is_served(with_file: Desk) -> None:
    assert ask(with_file, "0", with_file.token[:-2] + "xx")["statusCode"] == 403
    stranger = with_file.link("ben")
    assert ask(with_file, "0", stranger)["statusCode"] == 410

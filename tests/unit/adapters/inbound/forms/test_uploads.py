"""Forms with files: the lead has their names and sizes.

Files over the limit are reported to a person.
"""

from urllib.parse import urlencode

import pytest

from leadtight.adapters.inbound.forms import post_body
from leadtight.domain.policy.forms import Builder
from tests.integration.http_events import request
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

MULTIPART = "multipart/form-data; boundary=B"


def form(*files: tuple[str, str, bytes], **fields: str) -> bytes:
    texts = (
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {**ADA, **fields}.items()
    )
    uploads = (
        f'--B\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'.encode()
        + b"Content-Type: image/jpeg\r\n\r\n"
        + content
        + b"\r\n"
        for name, file, content in files
    )
    return b"".join((*texts, *uploads, b"--B--\r\n"))


@pytest.mark.parametrize("size", [1, 80 * 1024, 4 * 1024 * 1024])
def test_a_form_with_a_photo_is_a_lead_with_its_name_and_size(site: Site, size: int) -> None:
    answer = site.post(form(("photo", "roof.jpg", b"\xff\xd8" * (size // 2 or 1))), kind=MULTIPART)
    assert answer["statusCode"] == 303
    [lead_id] = site.lead_ids()
    assert site.lead(lead_id).inquiry.fields["photo"].startswith("file roof.jpg (")


def test_all_files_of_one_field_are_named(site: Site) -> None:
    site.post(form(("photos[]", "a.jpg", b"1"), ("photos[]", "b.jpg", b"22")), kind=MULTIPART)
    assert site.lead(site.lead_ids()[0]).inquiry.fields == {
        "photos[]": "file a.jpg (1 bytes, not kept), file b.jpg (2 bytes, not kept)"
    }


def test_an_empty_file_field_is_not_a_file(site: Site) -> None:
    site.post(form(("photo", "", b"")), kind=MULTIPART)
    assert site.lead(site.lead_ids()[0]).inquiry.fields == {}


def test_the_intake_use_case_gets_the_files_themselves() -> None:
    event = request(
        "POST /forms/{form}", body=form(("cv", "cv.pdf", b"%PDF")), headers={"content-type": MULTIPART}, form="contact"
    )
    [upload] = post_body.read(event).uploads
    assert (upload.field_name, upload.name, upload.content_type) == ("cv", "cv.pdf", "image/jpeg")
    assert (upload.size, upload.content) == (4, b"%PDF")
    assert "%PDF" not in repr(upload)


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml", ""])
def test_a_visitor_is_told_what_to_do_about_an_oversized_form(site: Site, accept: str) -> None:
    for body, kind in (
        (form(("photo", "roof.jpg", b"x" * post_body.LARGEST_POST)), MULTIPART),
        (form(message="x" * 65_537), MULTIPART),
        (urlencode({**ADA, "message": "x" * 65_537}).encode(), "application/x-www-form-urlencoded"),
    ):
        answer = site.post(body, kind=kind, accept=accept)
        assert (answer["statusCode"], answer["headers"]["content-type"].partition(";")[0]) == (413, "text/html")
        assert "smaller files" in answer["body"]
    assert site.lead_ids() == []


def test_a_program_gets_a_problem_document_instead(site: Site) -> None:
    answer = site.post(form(message="x" * 65_537), kind=MULTIPART, accept="application/json")
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (413, "application/problem+json")
    site.show(builder=Builder.GRAVITY_FORMS)
    assert site.post(form(message="x" * 65_537), kind=MULTIPART)["headers"]["content-type"] != "text/html"


def test_the_json_api_still_accepts_64_kb(site: Site) -> None:
    assert site.send({**ADA, "message": "x" * 65_536})["statusCode"] == 413

"""Files in form posts.

Kept where the form allows it, named where it does not, and never in the way of the lead.
"""

import json
from typing import Any

import pytest

from leadtight.adapters.memory.files import MemoryUploads
from leadtight.app.outcomes.recording import LeadView, files_of
from tests.unit.adapters.inbound.forms.conftest import Site

JPEG = b"\xff\xd8\xff\xe0" + b"roof" * 20_000
BOUNDARY = "----boundary"


def post(site: Site, *files: tuple[str, bytes], **fields: str) -> Any:
    """Post a form with files in its field `photo`."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, content in files:
        head = f'Content-Disposition: form-data; name="photo"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head.encode() + content)
    mark = b"--" + BOUNDARY.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return site.post(body, kind=f"multipart/form-data; boundary={BOUNDARY}")


def lead_of(site: Site) -> Any:
    [lead_id] = site.lead_ids()
    return site.lead(lead_id)


ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "look at the roof"}


def test_a_form_that_keeps_files_stores_them_and_its_lead_names_them(site: Site) -> None:
    site.show(keep_files=True)
    assert post(site, ("roof.jpg", JPEG), **ADA)["statusCode"] == 303
    inquiry = lead_of(site).inquiry
    [file] = inquiry.files
    assert (file.name, file.size, file.content_type) == ("roof.jpg", len(JPEG), "image/jpeg")
    assert site.uploads.files == {file.key: ("roof.jpg", JPEG)}
    assert inquiry.fields["photo"] == "file roof.jpg (78 KB)"


def test_a_form_that_keeps_no_files_names_them(site: Site) -> None:
    post(site, ("roof.jpg", JPEG), **ADA)
    inquiry = lead_of(site).inquiry
    assert (inquiry.files, site.uploads.files) == ((), {})
    assert inquiry.fields["photo"] == "file roof.jpg (78 KB, not kept)"


def test_a_rejected_file_is_named_with_its_reason_beside_kept_ones(site: Site) -> None:
    site.show(keep_files=True)
    post(site, ("roof.jpg", JPEG), ("virus.exe", b"MZ"), ("fake.jpg", b"MZ"), **ADA)
    inquiry = lead_of(site).inquiry
    assert [file.name for file in inquiry.files] == ["roof.jpg"]
    photo = inquiry.fields["photo"]
    assert "file roof.jpg (78 KB)" in photo
    assert "file virus.exe (not kept: files of this type are not accepted)" in photo
    assert "file fake.jpg (not kept: it is not a jpg file)" in photo


def test_a_repeated_post_is_one_lead_with_one_file(site: Site) -> None:
    site.show(keep_files=True)
    for _ in range(2):
        post(site, ("roof.jpg", JPEG), **ADA)
    assert len(lead_of(site).inquiry.files) == len(site.uploads.files) == 1


def test_a_second_post_of_the_same_person_adds_its_file_to_the_lead(site: Site) -> None:
    site.show(keep_files=True)
    post(site, ("roof.jpg", JPEG), **ADA)
    post(site, ("gutter.jpg", JPEG), **ADA | {"message": "and the gutter"})
    lead = lead_of(site)
    view = LeadView(lead=lead, person="ana", history=site.table.history(lead.id))
    assert [file.name for file in files_of(view)] == ["roof.jpg", "gutter.jpg"]


def test_a_held_post_keeps_its_files_through_release(site: Site) -> None:
    site.show(keep_files=True, honeypot="website")
    post(site, ("roof.jpg", JPEG), **ADA, website="x")
    [delivery] = site.quarantine.suspected(9)
    site.quarantine.release(delivery.id, "mia", site.now)
    [file] = lead_of(site).inquiry.files
    assert site.uploads.files[file.key] == ("roof.jpg", JPEG)


def test_a_file_of_another_person_cannot_be_claimed_by_its_key(site: Site) -> None:
    site.show(keep_files=True)
    body = json.dumps({**ADA, "files": [{"name": "x", "key": "uploads/of/somebody", "size": 1, "content_type": ""}]})
    site.post(body.encode(), kind="application/json")
    assert lead_of(site).inquiry.files == ()


def test_a_bucket_outage_costs_the_file_and_not_the_lead(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> bool:
        return False

    site.show(keep_files=True)
    monkeypatch.setattr(MemoryUploads, "keep", down)
    assert post(site, ("roof.jpg", JPEG), **ADA)["statusCode"] == 303
    inquiry = lead_of(site).inquiry
    assert inquiry.files == ()
    assert inquiry.fields["photo"] == "file roof.jpg (not kept: it could not be stored)"

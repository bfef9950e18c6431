"""Which files of a form post are kept, and where.

Their names are tested, too.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.intake.uploads import (
    LARGEST_FILE,
    LONGEST_NAME,
    Upload,
    rejection_reason,
    safe_name,
    storage_path,
)

JPEG = b"\xff\xd8\xff\xe0 a roof"


def upload(name: str, content: bytes, content_type: str = "application/octet-stream") -> Upload:
    return Upload(field_name="photo", name=name, content_type=content_type, size=len(content), content=content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("roof.jpg", JPEG),
        ("ROOF.JPEG", JPEG),
        ("plan.pdf", b"%PDF-1.7 ..."),
        ("roof.png", b"\x89PNG\r\n\x1a\n..."),
        ("roof.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic"),
        ("walk.mov", b"\x00\x00\x00\x14ftypqt  "),
        ("offer.docx", b"PK\x03\x04..."),
        ("list.csv", "Größe;2\n".encode()),
        ("Datei.mit.Punkten.pdf", b"%PDF-1.4"),
    ],
)
def test_pictures_documents_audio_and_video_are_kept(name: str, content: bytes) -> None:
    assert rejection_reason(upload(name, content)) == ""


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("roof.exe", b"MZ...", "files of this type are not accepted"),
        ("page.html", b"<script>alert(1)</script>", "files of this type are not accepted"),
        ("picture.svg", b"<svg onload='x'>", "files of this type are not accepted"),
        ("macro.docm", b"PK\x03\x04", "files of this type are not accepted"),
        ("archive.zip", b"PK\x03\x04", "files of this type are not accepted"),
        ("no ending", JPEG, "files of this type are not accepted"),
        ("roof.jpg.exe", JPEG, "files of this type are not accepted"),
        ("roof.jpg", b"MZ\x90\x00", "it is not a jpg file"),
        ("plan.pdf", b"<html>", "it is not a pdf file"),
        ("roof.webp", b"RIFF\x00\x00\x00\x00WAVE", "it is not a webp file"),
        ("walk.mp4", b"MZ\x00\x00abcd", "it is not a mp4 file"),
        ("notes.txt", b"MZ\x00", "it is not a txt file"),
        ("roof.jpg", b"", "it is empty"),
        ("roof.jpg", JPEG + b"x" * LARGEST_FILE, "over 4 MB"),
    ],
)
def test_executable_or_mislabelled_files_are_not_kept(name: str, content: bytes, reason: str) -> None:
    assert rejection_reason(upload(name, content)) == reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C:\\Users\\ada\\roof.jpg", "roof.jpg"),
        ("../../etc/passwd", "passwd"),
        ("Größe & Höhe.pdf", "Größe _ Höhe.pdf"),
        ('a"\r\nX-Evil: 1.jpg', "a_X-Evil_ 1.jpg"),
        ("   ", "file"),
        ("...", "file"),
        ("x" * 300 + ".jpg", "x" * (LONGEST_NAME - 4) + ".jpg"),
    ],
)
def test_a_name_cannot_escape_its_folder_or_header(typed: str, kept: str) -> None:
    assert safe_name(typed) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_short_without_paths_and_control_characters(typed: str) -> None:
    name = safe_name(typed)
    assert 0 < len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\\r\n\0"')
    assert safe_name(name) == name


def test_a_repeated_post_has_the_same_locations_and_another_has_others() -> None:
    files = [upload("a.jpg", JPEG), upload("b.jpg", JPEG)]
    ada, bo = {"email": "ada@example.com"}, {"email": "bo@example.com"}
    path, again = storage_path("contact", ada, files, 0), storage_path("contact", dict(ada), [*files], 0)
    assert path == again
    others = {
        storage_path("contact", ada, files, 1),
        storage_path("contact", bo, files, 0),
        storage_path("offer", ada, files, 0),
        storage_path("contact", ada, [upload("a.jpg", JPEG + b"!"), files[1]], 0),
    }
    assert len(others | {storage_path("contact", ada, files, 0)}) == 5

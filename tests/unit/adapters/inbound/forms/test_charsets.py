"""Forms in the charset of their page keep every letter."""

import json
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body
from leadtight.adapters.inbound.forms.charsets import text
from tests.integration.http_events import request
from tests.unit.adapters.inbound.forms.conftest import URLENCODED

MULTIPART = "multipart/form-data; boundary=B"


def fields(body: bytes, content_type: str) -> Any:
    event = request("POST /forms/{form}", body=body, headers={"content-type": content_type}, form="contact")
    return post_body.read(event).fields


def urlencoded(charset: str, **values: str) -> bytes:
    return b"&".join(f"{k}={quote_from_bytes(v.encode(charset))}".encode() for k, v in values.items())


def part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    head = b'Content-Disposition: form-data; name="' + name + b'"' + more
    return b"--B\r\n" + head + b"\r\n\r\n" + value + b"\r\n"


SENTENCES = {
    "iso-8859-1": ("windows-1252", "Jürgen Müller – „20 €“"),
    "windows-1252": ("windows-1252", "déjà vu … œuvre"),
    "iso-8859-2": ("iso-8859-2", "Łódź, dziękuję"),
    "windows-1250": ("windows-1250", "Příliš žluťoučký kůň"),
    "windows-1251": ("windows-1251", "Здравствуйте, нужен счёт"),
    "koi8-r": ("koi8-r", "Крыша"),
    "shift_jis": ("cp932", "①髙橋です"),
    "euc-kr": ("cp949", "똠방각하"),
    "gb2312": ("gbk", "朱镕基"),
    "big5": ("big5", "繁體中文"),
    "windows-1254": ("windows-1254", "Işık, ağaç, şömine"),
    "iso-8859-15": ("iso-8859-15", "20 €, Žižka"),
}


@pytest.mark.parametrize("label", SENTENCES)
def test_a_page_declares_its_charset_in_a_form_field(label: str) -> None:
    codec, sentence = SENTENCES[label]
    body = f"_charset_={label}&".encode() + urlencoded(codec, message=sentence)
    assert fields(body, URLENCODED) == {"message": sentence}


@pytest.mark.parametrize("label", SENTENCES)
def test_a_page_declares_its_charset_in_the_content_type(label: str) -> None:
    codec, sentence = SENTENCES[label]
    body = urlencoded(codec, message=sentence)
    for written in (f'{URLENCODED}; charset="{label}"', f"{URLENCODED};charset={label.upper()}"):
        assert fields(body, written) == {"message": sentence}


@pytest.mark.parametrize("label", SENTENCES)
def test_a_part_declares_its_own_charset_and_a_form_that_of_its_names_and_files(label: str) -> None:
    codec, sentence = SENTENCES[label]
    raw = sentence.encode(codec)
    own = part(b"message", raw, f"\r\nContent-Type: text/plain; charset={label}".encode())
    assert fields(own + b"--B--", MULTIPART) == {"message": sentence}
    whole = part(b"_charset_", label.encode()) + part(raw, raw) + part(b"f", b"x", b'; filename="' + raw + b'"')
    assert fields(whole + b"--B--", MULTIPART) == {sentence: sentence, "f": f"file {sentence} (1 bytes, not kept)"}


@pytest.mark.parametrize("body", [b"name=J%FCrgen&message=20+%80", b"name=J\xfcrgen&message=20+\x80"])
def test_undeclared_bytes_other_than_utf_8_are_windows_1252(body: bytes) -> None:
    assert fields(body, URLENCODED) == {"name": "Jürgen", "message": "20 €"}
    assert fields(body, "") == {"name": "Jürgen", "message": "20 €"}
    assert fields(body, f"{URLENCODED}; charset=utf-8") == {"name": "Jürgen", "message": "20 €"}
    assert fields(body, f"{URLENCODED}; charset=no-such-charset") == {"name": "Jürgen", "message": "20 €"}


def test_an_unknown_page_charset_falls_back_to_the_content_types() -> None:
    body = b"_charset_=no-such-charset&name=" + quote_from_bytes("Łódź".encode("iso-8859-2")).encode()
    assert fields(body, f"{URLENCODED}; charset=iso-8859-2") == {"name": "Łódź"}


def test_one_bad_byte_in_utf_8_costs_one_character() -> None:
    body = urlencoded("utf-8", message="Grüße aus Köln").replace(b"aus", b"a%FFs")
    assert fields(body, URLENCODED) == {"message": "Grüße a\ufffds Köln"}


def test_characters_outside_a_charset_arrive_as_references_and_are_decoded() -> None:
    body = b"_charset_=iso-8859-1&name=Wa%26%23322%3B%26%23281%3Bsa&message=%26%23128512%3B+%26amp%3B+%26%2355296%3B"
    assert fields(body, URLENCODED) == {"name": "Wałęsa", "message": "😀 &amp; &#55296;"}


def test_a_reference_in_a_utf_8_page_is_literal_text() -> None:
    assert fields(b"message=What+is+%26%238364%3B%3F", URLENCODED) == {"message": "What is &#8364;?"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_every_unicode_encoding(codec: str) -> None:
    lead = {"name": "Jürgen Müller", "message": "20 €"}
    body = json.dumps(lead, ensure_ascii=False).encode(codec)
    assert fields(body, "application/json") == lead
    assert events.json_object(body) == lead


@pytest.mark.parametrize("content_type", ["application/json; charset=windows-1252", "application/json"])
def test_json_in_a_legacy_charset_is_read_too(content_type: str) -> None:
    body = json.dumps({"name": "Jürgen"}, ensure_ascii=False).encode("windows-1252")
    assert fields(body, content_type) == {"name": "Jürgen"}


def test_a_byte_order_mark_overrides_the_content_types_charset() -> None:
    body = json.dumps({"name": "Jürgen"}, ensure_ascii=False).encode("utf-8-sig")
    assert fields(body, "application/json; charset=iso-8859-1") == {"name": "Jürgen"}


def test_every_byte_is_a_character_of_windows_1252() -> None:
    assert all(len(text(bytes([byte]), "latin1")) == 1 for byte in range(256))


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain;charset=UTF-8", ""])
def test_json_without_a_content_type_is_read(content_type: str) -> None:
    assert fields(b' {"name": "Ada"}', content_type) == {"name": "Ada"}


def test_a_plain_text_form_is_read_line_by_line() -> None:
    body = b"name=Ada Obi\r\nmessage=First\r\nsecond\r\na=b\r\n"
    assert fields(body, "text/plain") == {"name": "Ada Obi", "message": "First\nsecond", "a": "b"}

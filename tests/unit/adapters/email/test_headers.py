"""Senders in headers.

Raw UTF-8 (RFC 6532) is used as it is; unreadable values are kept as unreadable, never altered.
"""

import pytest

from leadtight.adapters.email.parser import parsed_mail, read_mail
from tests.unit.adapters.email.letters import mail

RAW = [
    ("Jürgen Müller", "jürgen@example.com"),
    ("Ada", "ada@münchen.example"),
    ("Иван Петров", "иван@пример.example"),
    ("山田太郎", "taro@例え.example"),
    ("", "zoë@example.com"),
    ("Ñandú Peña", "plain@example.com"),
]


@pytest.mark.parametrize(("name", "address"), RAW)
@pytest.mark.parametrize("header", ["From", "Reply-To"])
def test_a_raw_utf_8_name_and_address_are_used_unchanged(header: str, name: str, address: str) -> None:
    fields = {"From": "noreply@forms.example", header: f"{name} <{address}>" if name else address}
    letter = read_mail(mail(headers=fields))
    assert (letter.sender, letter.sender_name) == (address, name)


@pytest.mark.parametrize(("name", "address"), RAW)
def test_a_mail_parsed_by_a_provider_gives_the_same_result(name: str, address: str) -> None:
    letter = parsed_mail([("From", f"{name} <{address}>")], "Hi", "")
    assert (letter.sender, letter.sender_name) == (address, name)


def test_an_address_in_another_charset_is_unreadable_and_matches_nobody_else() -> None:
    raw = mail().replace(b"ada@example.com", "jürgen@example.com".encode("latin-1"))
    assert read_mail(raw).sender == "j�rgen@example.com"


@pytest.mark.parametrize(
    ("charset", "name"), [("koi8-r", "Иван"), ("iso-8859-1", "Jürgen"), ("gb2312", "朱镕基"), ("shift_jis", "髙橋")]
)
def test_a_raw_name_that_is_not_utf_8_uses_the_charset_of_the_mails_text(charset: str, name: str) -> None:
    codec = {"gb2312": "gbk", "shift_jis": "cp932"}.get(charset, charset)
    raw = mail(headers={"Content-Type": f"text/plain; charset={charset}", "From": "NAME <ada@example.com>"})
    letter = read_mail(raw.replace(b"NAME", name.encode(codec)))
    assert (letter.sender, letter.sender_name) == ("ada@example.com", name)


def test_a_name_with_a_comma_inside_an_encoded_word_is_one_name() -> None:
    letter = read_mail(mail(headers={"From": "=?utf-8?Q?Obi=2C_Ada?= <ada@example.com>"}))
    assert (letter.sender, letter.sender_name) == ("ada@example.com", "Obi, Ada")

"""Charsets as mail programs mean them.

In text, subjects, names and file names, no letter is lost or changed.
"""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.email.charsets import codec_of, decoded
from leadtight.adapters.email.parser import read_mail
from tests.unit.adapters.email.letters import mail, multi, part

MEANT = {  # the label in the mail, the charset that it means there, and words that only that charset has
    "iso-8859-1": ("cp1252", "Budget 20.000 € – „dringend“"),
    "latin1": ("cp1252", "c’est urgent – 5 €"),
    "us-ascii": ("cp1252", "Grüße – 5 €"),
    "ISO_8859-1": ("cp1252", "naïve “quotes”"),
    "gb2312": ("gbk", "我叫朱镕基，请回电"),
    "gbk": ("gb18030", "㐀 请回电 €"),
    "shift_jis": ("cp932", "①髙橋です。見積もりお願いします"),
    "x-sjis": ("cp932", "㈱髙島屋"),
    "ks_c_5601-1987": ("cp949", "똠방각하 견적 부탁"),
    "euc-kr": ("cp949", "펲시콜라 견적"),
    "big5": ("big5hkscs", "香港嘅價錢係幾多"),
    "iso-8859-8-i": ("iso8859-8", "שלום, אשמח להצעת מחיר"),
    "windows-874": ("cp874", "สวัสดีครับ"),
    "tis-620": ("cp874", "ขอใบเสนอราคา"),
    "x-mac-cyrillic": ("mac-cyrillic", "Здравствуйте"),
    "koi8-r": ("koi8-r", "Здравствуйте, перезвоните"),
    "windows-1251": ("cp1251", "Перезвоните, пожалуйста"),
    "cp-850": ("cp850", "Grüße aus Köln"),
    "IBM850": ("cp850", "Grüße aus Köln"),
    "windows1250": ("cp1250", "Prosím zavolejte"),
    "iso-8859-2": ("iso8859-2", "Žádám o nabídku"),
    "utf8": ("utf-8", "Grüße 🙂"),
    '"utf-8"': ("utf-8", "Grüße 🙂"),
    "utf-16": ("utf-16", "Grüße 🙂"),
    "iso-2022-kr": ("iso2022_kr", "견적 부탁"),
}


def encoded(words: str, label: str, charset: str) -> bytes:
    head = mail("", headers={"Content-Type": f"text/plain; charset={label}", "Content-Transfer-Encoding": "base64"})
    return head + base64.b64encode(words.encode(charset))


@pytest.mark.parametrize(("label", "charset", "words"), [(label, *meant) for label, meant in MEANT.items()])
def test_text_is_read_in_the_charset_that_mail_programs_mean_by_a_label(label: str, charset: str, words: str) -> None:
    assert read_mail(encoded(words, label, charset)).text == words


@pytest.mark.parametrize(
    ("label", "charset", "words"),
    [(label, *meant) for label, meant in MEANT.items() if '"' not in label and label not in ("utf-16", "iso-2022-kr")],
)
def test_subjects_names_and_file_names_are_read_in_the_same_charsets(label: str, charset: str, words: str) -> None:
    short = words[:12].replace("“", "").strip()
    word = f"=?{label}?B?{base64.b64encode(short.encode(charset)).decode()}?="
    percent = "".join(f"%{byte:02X}" for byte in short.encode(charset))
    file = part("x", "application/pdf", content_disposition=f"attachment; filename*={label}''{percent}")
    raw = multi("mixed", part("Hi"), file, headers={"Subject": word, "From": f"{word} <ada@example.com>"})
    letter = read_mail(raw)
    assert (letter.subject, letter.sender_name, letter.attachments[0].name) == (short, short, short)


JAPANESE = {
    "見積もりお願いします": "見積もりお願いします".encode("iso2022_jp"),
    "①": b"\x1b$B-!\x1b(B",
    "ｱｲｳ": b"\x1b(I123\x1b(B",
    "価格: 5 yen": "価格".encode("iso2022_jp") + b": 5 yen",
}


@pytest.mark.parametrize(("words", "raw"), JAPANESE.items())
@pytest.mark.parametrize("label", ["iso-2022-jp", "", "ISO-2022-JP"])
def test_japanese_mail_is_read_with_windows_extensions(label: str, words: str, raw: bytes) -> None:
    assert decoded(raw, label) == words


def test_euc_jp_is_read_with_windows_extensions() -> None:
    assert decoded("見積もり".encode("euc_jp") + b"\xad\xa1", "euc-jp") == "見積もり①"


def test_one_unreadable_byte_costs_one_character() -> None:
    raw = "Grüße aus Köln\n".encode() + b"Fu\xdfnote"
    assert decoded(raw, "utf-8") == "Grüße aus Köln\nFu�note"
    assert decoded("見積".encode("cp932") + b"\xff!", "shift_jis").startswith("見積")


def test_certain_utf_8_is_read_as_such_under_any_label() -> None:
    words = "Grüße – 5 €"
    assert [decoded(words.encode(), label) for label in ("us-ascii", "iso-8859-1", "x-unknown", "")] == [words] * 4
    assert decoded("CAFÉ»".encode("cp1252"), "iso-8859-1") == "CAFÉ»"


@pytest.mark.parametrize("label", ["utf-7", "base64", "unicode_escape", "unknown-8bit", "x-none", "", "rot13", "idna"])
def test_a_label_that_is_not_a_text_charset_is_ignored(label: str) -> None:
    assert codec_of(label) == ""
    assert decoded("Grüße".encode("cp1252"), label) == decoded("Grüße".encode(), label) == "Grüße"


def test_html_declares_its_charset_when_its_part_does_not() -> None:
    html = '<html><head><meta charset="koi8-r"></head><body>Здравствуйте</body></html>'.encode("koi8-r")
    raw = mail("", headers={"Content-Type": "text/html", "Content-Transfer-Encoding": "base64"})
    assert read_mail(raw + base64.b64encode(html)).text == "Здравствуйте"


@pytest.mark.parametrize(("label", "words"), [("koi8-r", "Перезвоните мне"), ("shift_jis", "見積もりをお願いします")])
def test_text_without_a_charset_uses_the_subjects_or_is_shown_as_unreadable(label: str, words: str) -> None:
    head = {"Content-Type": "text/plain", "Content-Transfer-Encoding": "base64"}
    body = base64.b64encode(words.encode(label))
    subject = f"=?{label}?B?{base64.b64encode(words[:4].encode(label)).decode()}?="
    assert read_mail(mail("", headers=head | {"Subject": subject}) + body).text == words
    unnamed = read_mail(mail("", headers=head) + body).text
    assert "\ufffd" in unnamed
    assert not any("\u00c0" <= character <= "\u00ff" for character in unnamed)


def test_a_character_may_span_two_encoded_words() -> None:
    raw = "Größe".encode()
    words = " ".join(f"=?utf-8?B?{base64.b64encode(raw[n : n + 3]).decode()}?=" for n in range(0, len(raw), 3))
    assert read_mail(mail(headers={"Subject": words})).subject == "Größe"


def test_quoted_printable_text_with_a_bad_byte_keeps_the_rest() -> None:
    assert read_mail(mail(headers={"Subject": "=?utf-8?Q?Gr=C3=BC=FFe?= =?us-ascii?Q?_5_=80?="})).subject == "Grü�e 5 €"


@given(raw=st.binary(max_size=200), label=st.sampled_from([*MEANT, "euc-jp", "iso-2022-jp", "hz-gb-2312", "utf-7"]))
def test_any_bytes_under_any_label_are_text(raw: bytes, label: str) -> None:
    assert isinstance(decoded(raw, label), str)
    assert read_mail(encoded("", label, "ascii") + base64.b64encode(raw)).message_id == "m1@example.com"

"""Content types: everything that is not program data is text.

RFC 2046, 4.1.4.
"""

import pytest

from leadtight.adapters.email.parser import read_mail
from tests.unit.adapters.email.letters import mail, multi, part

KINDS = {
    "text/markdown; charset=utf-8": ("Quote *please*", "Quote *please*"),
    "text/x-web-markdown": ("Quote please", "Quote please"),
    "text/unheard-of": ("Quote please", "Quote please"),
    "text/enriched": ("<bold>Quote</bold>\nplease\n\n<param>red</param>Ada << Bo", "Quote please\nAda < Bo"),
    "text/richtext": ("Quote<nl>please", "Quote\nplease"),
    "text": ("Quote please", "Quote please"),
    "application/xhtml+xml": ("<p>Quote</p><p>please</p>", "Quote\n\nplease"),
    "text/plain; format=flowed": ("Quote \nplease\n\n-- \nAda", "Quote please"),
    "text/plain; format=flowed; delsp=yes": ("見積 \nもり", "見積もり"),
}


@pytest.mark.parametrize(("kind", "words", "text"), [(kind, *both) for kind, both in KINDS.items()])
def test_every_text_type_is_words(kind: str, words: str, text: str) -> None:
    assert read_mail(mail(words, headers={"Content-Type": kind})).text == text


@pytest.mark.parametrize("kind", ["text/calendar", "text/vcard", "text/rtf", "text/csv", "image/png"])
def test_program_data_is_named_as_an_attachment_and_the_subject_is_the_words(kind: str) -> None:
    letter = read_mail(multi("mixed", part("BEGIN:X", kind)))
    assert (letter.text, letter.subject) == ("", "Solar roof")
    assert [attached.kind for attached in letter.attachments] == [kind]


def test_of_alternatives_program_data_is_skipped() -> None:
    amp = part("<html amp4email><body>amp</body></html>", "text/x-amp-html")
    assert read_mail(multi("alternative", part(""), amp, part("<p>Hi</p>", "text/html"))).text == "Hi"


def test_a_flowed_quotation_remains_a_quotation() -> None:
    words = "Yes. \nAda\n\nOn 24/11/2026 09:00, Firm wrote:\n> Which \n> day?"
    headers = {"Content-Type": "text/plain; format=flowed", "In-Reply-To": "<x@example.com>"}
    assert read_mail(mail(words, headers=headers)).text == "Yes. Ada"


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/alternative; boundary=x"])
def test_a_multipart_mail_without_its_boundary_is_words(kind: str) -> None:
    letter = read_mail(mail("Quote please", headers={"Content-Type": kind}))
    assert (letter.text, letter.attachments) == ("Quote please", ())


def test_a_text_mail_with_a_file_name_is_words_and_such_a_part_is_a_file() -> None:
    kind = "text/plain; name=quote.txt"
    assert read_mail(mail("Quote please", headers={"Content-Type": kind})).text == "Quote please"
    letter = read_mail(multi("mixed", part("See my list."), part("10 panels", kind)))
    assert letter.text == "See my list."
    assert [attached.name for attached in letter.attachments] == ["quote.txt"]

"""Opt-out phrases in nine languages, and phrases that resemble them.

H4.
"""

import tomllib
from pathlib import Path

import pytest

from leadtight.domain.compliance.opt_out_detection import detect_opt_out
from leadtight.domain.model.message import Channel

TABLE = tomllib.loads(Path(__file__).with_name("opt_out_phrases.toml").read_text(encoding="utf-8"))
BY = (Channel.SMS, Channel.EMAIL)
"""The channel of each message; a WhatsApp message ends what a text ends."""


def phrases(kind: str) -> list[tuple[str, str]]:
    return [(language, phrase) for language, kinds in TABLE.items() for phrase in kinds[kind]]


@pytest.mark.parametrize("language", TABLE)
def test_each_of_the_nine_languages_has_twenty_phrases_of_either_kind(language: str) -> None:
    assert len(TABLE) == 9
    assert len(TABLE[language]["any"]) >= 20
    assert len(TABLE[language]["others"]) >= 20


@pytest.mark.parametrize("channel", BY)
@pytest.mark.parametrize(("language", "phrase"), phrases("any"))
def test_a_phrase_ends_its_own_channel(language: str, phrase: str, channel: Channel) -> None:
    read = detect_opt_out(phrase, channel)
    assert read.channels == (channel,)
    assert read.is_request_only


@pytest.mark.parametrize("channel", BY)
@pytest.mark.parametrize(
    ("channel_named", "phrase"),
    [(n, p) for kind, n in (("texts", Channel.SMS), ("mails", Channel.EMAIL)) for _, p in phrases(kind)],
)
def test_a_phrase_naming_a_channel_ends_that_one(channel_named: Channel, phrase: str, channel: Channel) -> None:
    assert detect_opt_out(phrase, channel).channels == (channel_named,)


@pytest.mark.parametrize("channel", BY)
@pytest.mark.parametrize(("language", "phrase"), phrases("others"))
def test_phrases_about_other_things_end_nothing(language: str, phrase: str, channel: Channel) -> None:
    assert detect_opt_out(phrase, channel).channels == ()


@pytest.mark.parametrize(("language", "phrase"), phrases("others"))
def test_an_inquiry_beside_them_changes_nothing(language: str, phrase: str) -> None:
    inquiry = f"Ada Obi, Hafenstr. 1. We have 20 flats and need heat pumps. {phrase}\nWhat would it cost?"
    assert detect_opt_out(inquiry, Channel.EMAIL).channels == ()


@pytest.mark.parametrize(
    "phrase",
    [
        "We want to opt out of the contract with our old installer",
        "Ich will mich von Telekom abmelden, was bieten Sie?",
    ],
)
def test_an_ambiguous_phrase_is_a_doubt(phrase: str) -> None:
    assert detect_opt_out(phrase, Channel.EMAIL).doubt
    assert detect_opt_out("Please don't stop texting me", Channel.SMS).doubt == ""


@pytest.mark.parametrize(
    "word",
    ["СТОП", "стоп!", "Отписаться", "退订", "停止", "הסר", "توقف", "Στοπ", "İPTAL", "LOPETA", "Afmeld", "수신거부"],
)
def test_standalone_words_of_other_languages_count(word: str) -> None:
    assert detect_opt_out(word, Channel.SMS).nothing_else


def test_a_footer_does_not_change_the_result() -> None:
    mail = "We need 20 heat pumps by May, please send a quote.\n\nAda Obi\nObi Ltd\nUnsubscribe\nPrivacy"
    assert detect_opt_out(mail, Channel.EMAIL).channels == ()

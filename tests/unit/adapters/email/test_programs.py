"""Answers in any mail program, language and encoding.

The text is what was written, and nothing quoted acts.
"""

import os
import random

import pytest

from leadtight.adapters.email.parser import read_mail
from leadtight.domain.compliance.opt_out_detection import detect_opt_out
from leadtight.domain.model.message import Channel
from tests.unit.adapters.email.languages import LANGUAGES, Language
from tests.unit.adapters.email.programs import PROGRAMS, QUOTED, Program, mail_bytes, marked

SEEDS = int(os.environ.get("LEADTIGHT_MAIL_SEEDS", "400"))
ODD_LINES = (
    *("From: here to there it is 5 km.", "On Tuesday I am at home", "- a roof", "- a wall", "1) windows", "PS: today"),
    *(
        "The roofer wrote: call me back.",
        "https://example.com/plan?a=1",
        "24.11.2026 09:00 or later",
        "ada@example.com",
    ),
    *(
        "Tel: +49 30 901820",
        "Date: any day",
        "a < b & c > d",
        "Sent with love, Ada",
        "5 x 3 = 15",
        "What about: nothing",
    ),
)
"""Lines that resemble what mail programs add, but were written by the sender."""


def answer(language: Language, choice: random.Random) -> str:
    """Return some paragraphs of words."""
    lines = [choice.choice([*language.words, *ODD_LINES]) for _ in range(choice.randint(0, 4))]
    paragraphs = [language.words[choice.randint(0, 1)], *lines]
    breaks = [choice.choice(["\n", "\n\n"]) for _ in paragraphs[1:]]
    return paragraphs[0] + "".join(mark + line for mark, line in zip(breaks, paragraphs[1:], strict=True))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_an_answer_in_every_language_of_every_program_is_read_as_written(program: Program, language: Language) -> None:
    letter = read_mail(mail_bytes(program("\n".join(language.words), language), language, random.Random(language.code)))
    assert (letter.text, letter.own_text) == ("\n".join(language.words),) * 2
    assert letter.quotes
    assert detect_opt_out(letter.own_text, Channel.EMAIL).channels == ()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_answer_of_any_program_is_read_exactly_as_written(seed: int) -> None:
    choice = random.Random(seed)
    language, program = choice.choice(LANGUAGES), choice.choice(PROGRAMS)
    words = answer(language, choice)
    letter = read_mail(mail_bytes(program(words, language), language, choice))
    assert letter.text == words, (program.__name__, language.code)
    assert letter.own_text == words


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_answers_between_quoted_lines_are_kept_and_only_they_act(language: Language) -> None:
    first, second = language.words
    inline = f"{language.thunderbird}\n{marked(QUOTED[:2])}\n\n{first}\n\n{marked(QUOTED[2:])}\n\n{second}\n"
    letter = read_mail(mail_bytes(type(PROGRAMS[0]("", language))(plain=inline), language, random.Random(1)))
    assert letter.own_text.split("\n\n") == [first, second]
    assert letter.text == inline.strip()
    assert detect_opt_out(letter.own_text, Channel.EMAIL).channels == ()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_forwarded_mail_keeps_its_inquiry_which_acts_for_nobody(program: Program, language: Language) -> None:
    raw = mail_bytes(program("", language), language, random.Random(2), subject="Fwd: Roof")
    letter = read_mail(raw.replace(b"In-Reply-To: <x@mail.example>\r\n", b""))
    assert all(line in letter.text.replace("> ", "") for line in QUOTED)
    assert not any(line in letter.own_text for line in QUOTED)

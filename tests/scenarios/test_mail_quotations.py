"""Quotations have no effect, in any mail program.

No word of one ends a channel, raises a concern or is an answer.
"""

import random

import pytest

from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.lead import Lead
from tests.scenarios.sequences import planned_policy
from tests.scenarios.test_mail import Inbox
from tests.unit.adapters.email.languages import LANGUAGES, Language
from tests.unit.adapters.email.letters import mail
from tests.unit.adapters.email.programs import PROGRAMS, QUOTED, Program, Written, mail_bytes, marked

STOP = "Please stop sending me these emails."


def after(raw: bytes) -> tuple[Inbox, Lead]:
    """Return a lead in a sequence after its mail."""
    world = Inbox(policy=planned_policy())
    lead_id = world.drop(mail(headers={"Message-ID": "<first@example.com>"})).id
    world.advance(minutes=5)
    settled = world.drop(raw)
    assert (settled.id, settled.status) == (lead_id, "merged")
    return world, world.lead(lead_id)


@pytest.mark.proves("A2")
@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_quoted_words_end_nothing_and_are_not_a_message(program: Program) -> None:
    choice = random.Random(program.__name__)
    chosen = choice.sample(LANGUAGES, 4)
    assert len(chosen) == 4
    for language in chosen:
        world, lead = after(mail_bytes(program(language.words[0], language), language, choice))
        [joined] = world.events(lead.id, Kind.INQUIRY_JOINED)
        assert (joined.data["inquiry"]["message"], lead.opted_out) == (language.words[0], ())
        assert lead.concern is None


@pytest.mark.proves("A2")
@pytest.mark.parametrize("language", LANGUAGES[:6], ids=lambda language: language.code)
def test_between_quoted_lines_only_written_text_acts(language: Language) -> None:
    quoted = f"{language.thunderbird}\n{marked(QUOTED)}\n\n{{}}\n\n{marked(QUOTED)}\n"
    _, harmless = after(mail_bytes(Written(plain=quoted.format(language.words[0])), language, random.Random(1)))
    assert harmless.opted_out == ()
    _, stopped = after(mail_bytes(Written(plain=quoted.format(STOP)), language, random.Random(1)))
    assert [channel.value for channel in stopped.opted_out] == ["email"]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_words_in_a_forwarded_mail_are_not_the_senders(program: Program) -> None:
    language = LANGUAGES[0]
    raw = mail_bytes(program("See below", language), language, random.Random(3), subject="Fwd: Roof")
    world, lead = after(raw.replace(b"In-Reply-To: <x@mail.example>\r\n", b""))
    [joined] = world.events(lead.id, Kind.INQUIRY_JOINED)
    assert QUOTED[1] in joined.data["inquiry"]["message"]
    assert lead.opted_out == ()


def test_text_above_a_quotation_acts() -> None:
    _, lead = after(
        mail(f"{STOP}\n\nOn 24/11/2026 09:00, Firm wrote:\n> Hi", headers={"In-Reply-To": "<x@mail.example>"})
    )
    assert [channel.value for channel in lead.opted_out] == ["email"]

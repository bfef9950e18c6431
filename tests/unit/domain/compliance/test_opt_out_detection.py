"""Which words end a channel, and which do not (H4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.compliance.opt_out import OptOutRequest
from leadtight.domain.compliance.opt_out_detection import detect_opt_out
from leadtight.domain.compliance.opt_out_keywords import SHARED, VOCABULARIES
from leadtight.domain.model.message import Channel

EVERY_WORD = [
    word.replace("_", " ")
    for vocabulary in (SHARED, *VOCABULARIES.values())
    for word in (*vocabulary.leave.split(), *vocabulary.stop.split())
]
SMS, EMAIL = (Channel.SMS,), (Channel.EMAIL,)


@pytest.mark.parametrize("channel", list(Channel))
@given(
    word=st.sampled_from(EVERY_WORD),
    around=st.tuples(*2 * [st.text(" .!\n\t-*\"'\u2026", max_size=4)]),
    big=st.booleans(),
)
def test_a_keyword_ends_its_channel_in_any_spelling(
    channel: Channel, word: str, around: tuple[str, str], big: bool
) -> None:
    text = f"{around[0]}{word.upper() if big else word.title()}{around[1]}"
    assert detect_opt_out(text, channel) == OptOutRequest(channels=(channel,), nothing_else=True, is_request_only=True)


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "Stop.", "stop!!!", "STOP STOP", "Please stop", "stop, thanks", "StopAll", "UNSUBSCRIBE", "opt-out"),
        *("Cancel", "END", "quit", "ARR\u00caT", "arr\u00eatez svp", "STOPP", "Bitte abmelden", "BAJA", "sair"),
        *(
            "remove me please",
            "\uff33\uff34\uff2f\uff30",
            "Stop \U0001f6d1",
            "Stop\n\nSent from my iPhone",
            "Stop\n--\nAda Obi\nObi Ltd",
            "--\nStop",
        ),
    ],
)
def test_a_message_of_only_a_keyword_has_no_other_content(text: str) -> None:
    assert detect_opt_out(text, Channel.SMS) == OptOutRequest(channels=SMS, nothing_else=True, is_request_only=True)


@pytest.mark.parametrize(
    ("text", "by", "ended"),
    [
        ("Please stop texting me.", Channel.SMS, SMS),
        ("I have a new phone, you have the wrong person, please take me off your list", Channel.SMS, SMS),
        ("This is my work phone stop texting me", Channel.SMS, SMS),
        ("stop sending me these messages, I have a builder", Channel.SMS, SMS),
        ("Take me off your list", Channel.SMS, SMS),
        ("Hi. Could you remove us from your mailing list? Thanks, Ada", Channel.EMAIL, EMAIL),
        ("Don\u2019t text me, call me", Channel.SMS, SMS),
        ("do not contact me again", Channel.EMAIL, EMAIL),
        ("No more texts please", Channel.SMS, SMS),
        ("Hi, please unsubscribe me", Channel.EMAIL, EMAIL),
        ("I want to unsubscribe", Channel.EMAIL, EMAIL),
        ("I hereby revoke my consent to all of this", Channel.SMS, SMS),
        ("leave me alone", Channel.SMS, SMS),
        ("STOP\nwho are you?", Channel.SMS, SMS),
        ("stop emailing me", Channel.SMS, EMAIL),
        ("Please take me off your SMS list", Channel.EMAIL, SMS),
        ("stop texting me and stop emailing me", Channel.SMS, (Channel.EMAIL, Channel.SMS)),
        ("Bitte schicken Sie mir keine SMS mehr", Channel.SMS, SMS),
        ("Bitte nicht mehr anschreiben!", Channel.EMAIL, EMAIL),
        ("Bitte aus Ihrem Verteiler l\u00f6schen", Channel.EMAIL, EMAIL),
        ("Ne m'\u00e9crivez plus", Channel.SMS, SMS),
        ("Retirez-moi de votre liste", Channel.EMAIL, EMAIL),
        ("No me escriban m\u00e1s", Channel.SMS, SMS),
    ],
)
def test_a_clear_phrase_ends_its_channel_or_the_one_it_names(
    text: str, by: Channel, ended: tuple[Channel, ...]
) -> None:
    assert detect_opt_out(text, by).channels == ended


@pytest.mark.parametrize(
    "text",
    [
        *("", "...", "START", "UNSTOP", "yes", "please", "now", "Please call me", "Can you stop by tomorrow?"),
        *("The bus stop is opposite", "At the end of May", "I want to cancel my old contract and need a quote"),
        *("Please don't stop texting me", "don't text me before 9", "don't call me, text me", "The battery quit"),
        *("Remove me from the waiting list", "I stopped emailing the other firm", "non-stop service?"),
        "To unsubscribe from this newsletter click here",
    ],
)
def test_other_words_end_nothing(text: str) -> None:
    for channel in Channel:
        assert detect_opt_out(text, channel).channels == ()


@given(st.text(max_size=400), st.sampled_from(Channel))
def test_any_text_is_accepted(text: str, channel: Channel) -> None:
    assert set(detect_opt_out(text, channel).channels) <= set(Channel)

"""HTML as a reader sees it, and an answer without the mail that it answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.mail_html import text_of
from leadtight.adapters.mail_quotes import split_reply


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<script>alert('<p>x</p>')</script>Hi<style>p{}</style>", "Hi"),
        ("<!-- <p>hidden</p> -->seen<!DOCTYPE html>", "seen"),
        ("a < b &lt;script&gt; &amp; 5 > 3", "a < b <script> & 5 > 3"),
        ("Hi<blockquote>quoted<br>twice</blockquote>", "Hi\n> quoted\n> twice"),
        ("<title>T</title><body>seen", "seen"),
        ("<p>never closed", "never closed"),
        ("", ""),
    ],
)
def test_html_is_what_its_reader_sees(html: str, text: str) -> None:
    assert text_of(html) == text


@given(
    html=st.text(max_size=300)
    | st.lists(st.sampled_from(["<p>", "</p>", "<!--", "<script>", "a", "<", ">"])).map("".join)
)
def test_any_html_is_text_without_scripts(html: str) -> None:
    assert "alert" not in text_of(f"{html.replace('alert', '')}")


QUOTES = {
    "gmail": "On Mon, 23 Nov 2026 at 09:00, Firm <hello@firm.example> wrote:\n> Thank you",
    "gmail over two lines": "On Mon, 23 Nov 2026 at 09:00, A Long Name\n<hello@firm.example> wrote:\n\n> Thank you",
    "german": "Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Firm <hello@firm.example>:\n> Danke",
    "french": "Le lun. 23 nov. 2026 à 09:00, Firm <hello@firm.example> a écrit :\n> Merci",
    "spanish": "El lun, 23 nov 2026 a las 9:00, Firm (<hello@firm.example>) escribió:\n> Gracias",
    "italian": "Il giorno lun 23 nov 2026 alle ore 09:00 Firm <hello@firm.example> ha scritto:\n> Grazie",
    "dutch": "Op ma 23 nov 2026 om 09:00 schreef Firm <hello@firm.example>:\n> Dank",
    "outlook": "From: Firm <hello@firm.example>\nSent: Monday 09:00\nTo: Ada\nSubject: Solar\n\nThank you",
    "outlook in german": "Von: Firm\nGesendet: Montag, 23. November 2026 09:00\nAn: Ada\n\nDanke",
    "outlook with a rule": "________________________________\nFrom: Firm\nDate: today\n\nThank you",
    "original message": "-----Original Message-----\nFrom: Firm\n\nThank you",
    "ursprüngliche": "-----Ursprüngliche Nachricht-----\nVon: Firm\n\nDanke",
    "marks alone": "> Thank you\n> for writing",
}


@pytest.mark.parametrize("quoted", QUOTES.values(), ids=QUOTES.keys())
def test_an_answer_is_what_stands_above_the_quotation(quoted: str) -> None:
    words = split_reply(f"Tuesday suits me.\n\nAda\n\n{quoted}", is_reply=True)
    assert (words.text, words.own, words.quotes) == ("Tuesday suits me.\n\nAda", "Tuesday suits me.\n\nAda", True)


def test_an_answer_between_or_below_the_quoted_lines_is_kept_whole() -> None:
    between = "Hi\n\nOn Monday, Firm wrote:\n> Which day?\nTuesday\n> Which hour?\nTen"
    below = "> Which day suits you?\n\nTuesday"
    read = [split_reply(text, is_reply=True) for text in (between, below)]
    assert [(words.text, words.own) for words in read] == [(between, "Hi\n\nTuesday\nTen"), (below, "Tuesday")]


@pytest.mark.parametrize(
    "text",
    [
        "The roofer wrote: call me back.",
        "From: here to there it is 5 km.\nCan you come?",
        "On Tuesday I am at home.",
        "Am Dienstag bin ich da",
        "We need:\n- a roof\n- a wall",
        "",
    ],
)
def test_words_that_look_like_a_quotation_are_kept(text: str) -> None:
    words = split_reply(text, is_reply=True)
    assert (words.text, words.own, words.quotes) == (text, text, False)


@given(text=st.text(max_size=300))
def test_nothing_is_invented_and_words_are_never_all_cut(text: str) -> None:
    words = split_reply(text, is_reply=True)
    assert words.text in text
    assert bool(words.text) == bool(text.strip())

"""HTML as a reader sees it, and answers without quotations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.email.html_text import text_of
from leadtight.adapters.email.quotes import split_reply


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
def test_html_is_read_as_its_reader_sees_it(html: str, text: str) -> None:
    assert text_of(html) == text


@given(
    html=st.text(max_size=300)
    | st.lists(st.sampled_from(["<p>", "</p>", "<!--", "<script>", "a", "<", ">"])).map("".join)
)
def test_any_html_becomes_text_without_scripts(html: str) -> None:
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
    "proton of old": "‐‐‐‐ Original Message ‐‐‐‐\nOn Mon, November 23, 2026 9:00 AM, Firm <f@x.example> wrote:\n\n> Hi",
    "ursprüngliche": "-----Ursprüngliche Nachricht-----\nVon: Firm\n\nDanke",
    "marks alone": "> Thank you\n> for writing",
}


@pytest.mark.parametrize("quoted", QUOTES.values(), ids=QUOTES.keys())
def test_an_answer_is_the_text_above_the_quotation(quoted: str) -> None:
    words = split_reply(f"Tuesday suits me.\n\nAda\n\n{quoted}", is_reply=True)
    assert (words.text, words.own, words.quotes) == ("Tuesday suits me.\n\nAda", "Tuesday suits me.\n\nAda", True)


OTHERS = {
    "outlook in albanian": "Nga: Firma\nDërguar: e martë, 24 nëntor 2026 9:00\nPër: Ada\nSubjekti: Roof\n\nSTOP",
    "a title in no language": "-----Xyz abc-----\nQwe: Firma\nRty: 24.11.2026 9:00\nUio: Ada\nPas: Roof\n\nSTOP",
    "apple in japanese": "2026/11/24 9:00、Firma <sales@firm.example>のメール:\n\n> STOP",
    "yahoo": "On Tuesday, November 24, 2026 at 09:00:00 AM GMT+1, Firma <sales@firm.example> wrote:\n\nThank you\nSTOP",
    "yahoo in german": "Am 24. November 2026 um 09:00:00 MEZ hat Firma <s@firm.example> Folgendes geschrieben:\n\nSTOP",
    "proton in german": "Firma <sales@firm.example> schrieb am Dienstag, 24. November 2026 um 09:00:\n\n> STOP",
    "gmx": "Gesendet: Dienstag, 24. November 2026 um 09:00 Uhr\nVon: Firma\nAn: Ada\nBetreff: Roof\n\nSTOP",
    "orange": "> Message du 24/11/26 09:00\n> De : Firma <s@firm.example>\n> Objet : Roof\n> \n> STOP",
    "qq": "------------------ 原始邮件 ------------------\n发件人: Firma <s@firm.example>;\n主题: Roof\n\nSTOP",
    "yandex": '24.11.2026, 09:00, "Firma" <sales@firm.example>:\n\n> STOP',
    "mail.ru": "Вторник, 24 ноября 2026, 9:00 +03:00 от Firma <sales@firm.example>:\n \nSTOP",
    "zoho": "---- On Tue, 24 Nov 2026 09:00:00 +0100 Firma <sales@firm.example> wrote ----\n\nSTOP",
    "mutt": "* Firma <sales@firm.example> [2026-11-24 09:00]:\n> STOP\n> now",
    "horde": "Zitat von Firma <sales@firm.example>:\n\n> STOP",
    "outlook's app": "Get Outlook for iOS<https://x.example>\n__________\nFrom: Firma\nSent: today\n\nSTOP",
    "outlook on a mac": "From: Firma <sales@firm.example>\nDate: Tuesday, 24. November 2026 at 09:00\nTo: Ada\n\nSTOP",
    "polymail": "On Tue, Nov 24, 2026 at 9:00 AM Firma\n\n<\nmailto:Firma <sales@firm.example>\n> wrote:\nSTOP",
    "broken in turkish": "Firma <s@firm.example>, 24 Kas 2026 Sal, 09:00 tarihinde şunu\nyazdı:\n\n> STOP",
    "broken in chinese": "Firma <sales@firm.example> 于2026年11月24日周二\n09:00写道：\n\n> STOP",
    "in one line": "Date: Tue, 24 Nov 2026 09:00 From: s@firm.example To: Ada Subject: Roof\n\n\nSTOP",
}


@pytest.mark.parametrize("quoted", OTHERS.values(), ids=OTHERS.keys())
def test_other_programs_quotations_are_recognised_by_shape(quoted: str) -> None:
    words = split_reply(f"Tuesday suits me.\nAda\n\n{quoted}", is_reply=True)
    assert (words.text, words.own, words.quotes) == ("Tuesday suits me.\nAda", "Tuesday suits me.\nAda", True)


def test_one_marked_line_may_be_a_bullet_and_is_kept_though_it_does_not_act() -> None:
    words = split_reply("We need:\n> 5 kW", is_reply=True)
    assert (words.text, words.own) == ("We need:\n> 5 kW", "We need:")


def test_a_signature_is_separated_and_a_long_text_below_a_rule_is_not_one() -> None:
    signed = split_reply("Call me.\n\n-- \nAda Obi\n+49 30 901820\n\nSent from my iPhone", is_reply=False)
    assert (signed.text, signed.signature) == ("Call me.", "-- \nAda Obi\n+49 30 901820\n\nSent from my iPhone")
    long = "First\n--\n" + "\n".join(f"line {number}" for number in range(30))
    assert split_reply(long, is_reply=False).text == long
    assert split_reply("Sent from my desk, is much easier than my mobile.", is_reply=False).signature == ""


def test_an_answer_between_or_below_quoted_lines_is_kept_whole() -> None:
    between = "Hi\n\nOn Monday, Firm wrote:\n> Which day?\nTuesday\n> Which hour?\nTen"
    below = "> Which day suits you?\n\nTuesday"
    read = [split_reply(text, is_reply=True) for text in (between, below)]
    assert [(words.text, words.own) for words in read] == [(between, "Hi\n\nTuesday\nTen"), (below, "Tuesday")]


@pytest.mark.parametrize(
    "text",
    [
        "From: Berlin\nTo: Hamburg\nDate: 24.11.2026 10:00\nWeight: 5 t",
        "Our address:\nStreet: Main 5\nCity: Kiel\nTel: +49 30 901820",
        "I wrote on 12.10.2026, no answer:\nplease call",
        "Please call me on 24.11.2026 at 09:00:\n030 901820",
        "Name: Ada\nE-Mail: ada@example.com\nDate: 24.11.2026 10:00\nMessage: hi",
        "--- Roof ---\n5 kW\n--- Wall ---\n3 kW",
        "____________\nmy list\n____________\n1 roof",
        "The roofer wrote: call me back.",
        "From: here to there it is 5 km.\nCan you come?",
        "On Tuesday I am at home.",
        "Am Dienstag bin ich da",
        "We need:\n- a roof\n- a wall",
        "",
    ],
)
def test_text_that_resembles_a_quotation_is_kept(text: str) -> None:
    words = split_reply(text, is_reply=True)
    assert (words.text, words.own, words.quotes) == (text, text, False)


@given(text=st.text(max_size=300))
def test_nothing_is_invented_and_text_is_never_cut_entirely(text: str) -> None:
    words = split_reply(text, is_reply=True)
    assert words.text in text
    assert bool(words.text) == bool(text.strip())

"""The weekly page: what it shows, and must never do."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leadtight.reporting import formatting
from tests.unit.contrast import contrast
from tests.unit.reporting.history import History, utc

MONDAY = date(2026, 3, 2)
EVENING = utc("2026-03-02 20:00")
CSS = Path(formatting.__file__).parent / "presentation" / "templates" / "weekly.css"


def page_of(h: History) -> str:
    h.reports().weekly(MONDAY, EVENING)
    return h.files.files["weekly/2026-W10/index.html"].decode()


def a_busy_week(leads: int) -> History:
    h = History()
    for n in range(leads):
        h.arrive(f"l{n:02d}", f"2026-03-02 08:{n:02d}")
    return h


def test_an_empty_system_says_none_and_never_zero_for_unknown_values() -> None:
    h = History()
    review = h.reports().weekly(MONDAY, EVENING)
    assert [answer["total"] for answer in review["questions"].values()] == [0] * 6
    assert (review["headline"]["follow_up_rate"], review["headline"]["response"]["median"]) == (None, None)
    page = h.files.files["weekly/2026-W10/index.html"].decode()
    assert page.count(">none<") == 17  # six questions, twice each, and five more lists
    assert page.count('<p class="number">n/a</p>') == 8
    assert "no lead arrived in the period" in page


def test_the_headline_of_one_lead_reads_like_that_of_many() -> None:
    page = re.sub(r"<[^>]+>", "", page_of(a_busy_week(1)))
    assert "0 of 1 new lead answered in time (0\u202f%)" in page
    assert "Broken promises: 1 of 1 that fell due." in page


def test_lists_show_ten_and_count_the_rest() -> None:
    page = page_of(a_busy_week(13))
    uncontacted = page.split('id="not_contacted"')[1].split("</article>")[0]
    assert uncontacted.count("Record outcome") == 10
    assert "and 3 more leads; the list shows the first 10" in uncontacted


def test_a_row_links_to_the_outcome_page_for_the_owners_manager() -> None:
    h = a_busy_week(1)
    ran_out = int(h.lead("l00").promise.deadline.timestamp())  # the latest event: no answer came
    assert f'href="https://api.example/o/l00.1.mia.{ran_out}"' in page_of(h)


def test_typed_text_is_shown_as_text() -> None:
    h = a_busy_week(1)
    lead = h.lead("l00")
    name = '<script>alert(1)</script>"\u2019 &'
    h.table._leads["l00"] = replace(lead, inquiry=replace(lead.inquiry, name=name))
    page = page_of(h)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;’ &amp;" in page


def test_the_page_loads_nothing_external() -> None:
    page = page_of(a_busy_week(3))
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert not re.search(r"\ssrc=|<link|<script|<img|<iframe|@import|url\(|\sstyle=", page)


def test_the_page_is_well_formed_with_named_parts() -> None:
    page = page_of(a_busy_week(3))
    parser = _Balanced()
    parser.feed(page)
    assert parser.open == []
    assert sorted(parser.ids) == sorted(set(parser.ids))
    assert parser.referred <= set(parser.ids)


def test_the_chart_has_an_equivalent_table() -> None:
    page = page_of(a_busy_week(3))
    assert "not reached yet: 3 leads, 100\u202f%" in page.split("<desc")[1].split("</desc>")[0]
    assert '<th scope="row">not reached yet</th><td class="n">3</td>' in page


@pytest.mark.slow
def test_recomputing_an_old_week_does_not_move_latest() -> None:
    h = a_busy_week(1)
    h.reports().weekly(date(2026, 3, 9), utc("2026-03-16 06:00"))
    h.reports().weekly(MONDAY, utc("2026-03-16 06:00"))
    assert json.loads(h.files.files["weekly/latest.json"])["html"] == "weekly/2026-W11/index.html"


def test_the_last_days_of_december_belong_to_their_iso_week() -> None:
    h = History()
    review = h.reports().weekly(date(2027, 1, 1), utc("2027-01-10 12:00"))
    assert (review["week"], review["period"]["from"]) == ("2026-W53", "2026-12-27T23:00:00.000000Z")


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_has_enough_contrast(scheme: int) -> None:
    palettes = re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#\w{6})", palettes[scheme]))
    for text in ("ink", "soft", "accent", "late"):
        for ground in ("page", "card"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["accent"], colours["tint"]) >= 4.5
    assert contrast(colours["slow"], colours["page"]) >= 3


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (7205, "2 h"),
        (187_200, "2 d 4 h"),
    ],
)
def test_durations_read_at_a_glance(seconds: float, words: str) -> None:
    assert formatting.duration(seconds).replace("\u202f", " ") == words


@pytest.mark.parametrize(("rate", "words"), [(0, "0"), (0.001, "<1"), (0.74, "74"), (0.999, ">99"), (1, "100")])
def test_a_share_never_rounds_to_all_or_nothing(rate: float, words: str) -> None:
    assert formatting.share(rate) == f"{words}\u202f%"


class _Balanced(HTMLParser):
    void = frozenset({"meta", "rect", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.referred: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.void:
            self.open.append(tag)
        attributes = {name: value or "" for name, value in attrs}
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.referred |= set(attributes.get("aria-labelledby", "").split())
        if attributes.get("href", "").startswith("#"):
            self.referred.add(attributes["href"][1:])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.void

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

"""Every pattern is linear in what strangers send.

Each is tried on texts that provoke backtracking.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

import pytest

from leadtight.app.compliance import data_subject
from leadtight.domain.compliance import opt_out_detection, opt_out_sentences
from leadtight.domain.policy import matchers
from leadtight.tabular.amounts import cell as amounts
from leadtight.tabular.dates import names
from tests.unit.patterns.collecting import Site, asking, sites, sites_in, trees
from tests.unit.patterns.pumping import worst_text

pytestmark = pytest.mark.slow

MODULES = asking()

COMPUTED: Mapping[str, Callable[[], Iterable[re.Pattern[Any]]]] = {
    "leadtight.adapters.email.html_text:_after_raw": lambda: [re.compile("</script", re.IGNORECASE)],
    "leadtight.adapters.email.reports:_headers_of": lambda: [re.compile(r"(?im)^To:[ \t]*(\S[^\r\n]{0,600})")],
    "leadtight.adapters.contact_points.phone_numbers:_spellings": lambda: [re.compile(r"\s*+49\s*+\(0\)")],
    "leadtight.app.compliance.data_subject:_number": lambda: [data_subject._number("+491701234567")],
    "leadtight.domain.intake.auto_reply:_is_own_list": lambda: [re.compile(r"[.@](?:a\.example|b\.example)>")],
    "leadtight.domain.intake.auto_reply:_says": lambda: map(re.compile, header_patterns()),
    "leadtight.domain.compliance.opt_out_detection:_phrase_requests": lambda: [
        re.compile(rf"\b{opt_out_detection._any(w)}\b") for w in opt_out_detection._NAMES.values()
    ],
    "leadtight.domain.compliance.opt_out_detection:_phrases": opt_out_detection._phrases,
    "leadtight.domain.policy.matchers:_any_word": lambda: [matchers._any_word(("solar", "heat pump"))],
    "leadtight.domain.compliance.opt_out_sentences:__init__": lambda: [
        each._together for each in opt_out_sentences._lexicons()
    ],
    "leadtight.tabular.amounts.cell:": amounts._GROUPED.values,
    "leadtight.tabular.dates.names:_half": lambda: [names._half(("am", "a. m", "vorm"))],
}
"""Patterns that are built while the program runs, by who does it."""


def header_patterns() -> list[str]:
    calls = (node for node in ast.walk(trees()["leadtight.domain.intake.auto_reply"]) if isinstance(node, ast.Call))
    arguments = [call.args[1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_says"]
    return [value.value for value in arguments if isinstance(value, ast.Constant) and isinstance(value.value, str)]


@pytest.mark.parametrize("module", MODULES)
def test_no_pattern_backtracks_over_strangers_input(module: str) -> None:
    bad = [
        f"line {site.line}: {text}"
        for site in sites()[module]
        if site.pattern and (text := worst_text(site.pattern, site.methods))
    ]
    assert not bad


@pytest.mark.parametrize("place", COMPUTED)
def test_no_computed_pattern_backtracks(place: str) -> None:
    patterns = list(COMPUTED[place]())
    methods = {method for of in sites().values() for site in of if is_computed(site, place) for method in site.methods}
    assert patterns
    assert methods
    assert not {pattern.pattern: text for pattern in patterns if (text := worst_text(pattern, sorted(methods)))}


def is_computed(site: Site, place: str) -> bool:
    return site.place == place and site.pattern is None


def test_every_pattern_is_tried() -> None:
    computed = {site.place for of in sites().values() for site in of if site.pattern is None}
    assert computed == set(COMPUTED)
    assert sum(len(of) for of in sites().values()) > 200


def test_patterns_are_imported_under_one_name() -> None:
    """A pattern imported under another name would be missed."""
    plain = {(alias.name, alias.asname) for tree in trees().values() for alias in imported(tree)}
    assert {names for names in plain if names[0] in ("re", "regex")} == {("re", None)}
    assert {module for module, tree in trees().items() if any(map(is_from_re, ast.walk(tree)))} == set()


def imported(tree: ast.Module) -> list[ast.alias]:
    return [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]


def is_from_re(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module in ("re", "regex")


PLANTED = {
    r"(a+)+$": "match",
    r"(?:a|a)*b": "match",
    r"(\w+\s?)*:": "match",
    r"\s*[.!?;:,\n]+\s*": "sub",
    r"\s+$": "sub",
    r"<([^<>]*@[^<>]*)>": "search",
    r"[^@]*[(\[]([^()\[\]\s]*@[^()\[\]\s]*)[)\]][^@]*": "fullmatch",
    r"\s*\*{0,2}\s*[:：]\s*(.*)$": "match",
    r"/\s*-?\s*\d{1,2}$": "search",
    r"(.+?)\s*\((.+)\)\s*$": "match",
    r"[^.+_-]*[0-9]": "sub",
    r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)": "sub",
    r"[(\[]([^)\]]*)[)\]]": "findall",
    r"[^\s@]+@[^\s@]+\.[^\s@]+": "fullmatch",
    r".*(?:午|오).*\d.*": "fullmatch",
    r"[A-Z][A-Za-z]+/[A-Za-z_]+": "search",
    r"charset\s*=\s*[\"']?\s*([\w.:-]+)": "search",
    r"(?:(?P<group>[\w.-]+)\.)?(?P<name>[\w-]+)(?:;[^\":;]*)*\s*:": "match",
    r"<!--.*?-->": "search",
    r"begin.*end": "search",
    r"(?:x+x+)+y": "search",
}


@pytest.mark.parametrize(("pattern", "method"), PLANTED.items())
def test_a_backtracking_pattern_is_found(pattern: str, method: str) -> None:
    assert worst_text(re.compile(pattern), ("sub" if method == "findall" else method,))


@pytest.mark.parametrize("pattern", [r"(?<!\s)\s*+[.!?]", r"\s++", r"<([^<>@]*+@[^<>]*+)>", r"(?<!a)a*b"])
def test_a_linear_pattern_passes(pattern: str) -> None:
    assert worst_text(re.compile(pattern), ("search",)) == ""


def test_a_planted_pattern_in_a_module_is_found() -> None:
    """The whole way from the source.

    A name, its use, and its pattern.
    """
    source = "import re\n_TRIM = re.compile(r'\\s+$')\n\ndef trim(text):\n    return _TRIM.sub('', text)\n"
    module = ModuleType("planted")
    exec(source, vars(module))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "planted", module)
        [site] = sites_in("planted", ast.parse(source))
    assert site == Site("planted", 2, "", re.compile(r"\s+$"), ("sub",))
    assert site.pattern
    assert worst_text(site.pattern, site.methods)

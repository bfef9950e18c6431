"""Rules of names and docstrings, each broken and noticed."""

import ast

import pytest

from scripts import naming

VAGUE = frozenset({"told", "found"})


def parsed(**sources: str) -> dict[str, ast.Module]:
    return {f"leadtight/{name}.py": ast.parse(source) for name, source in sources.items()}


def test_the_glossary_lists_the_vague_names() -> None:
    assert {"told", "found", "one", "why"} <= naming.vague_words(naming.GLOSSARY.read_text(encoding="utf-8"))


def test_a_glossary_without_the_list_is_an_error() -> None:
    with pytest.raises(ValueError, match="no list"):
        naming.vague_words("# Glossary\n\n- `found`\n")


def test_the_list_ends_with_its_section() -> None:
    text = f"{naming.SECTION}\n\n- `told`\n\n## Other words\n\n- `lead`\n"
    assert naming.vague_words(text) == {"told"}


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "_found = 1",
        "def f(found): ...",
        "def f(*, found=1): ...",
        "for found in (): ...",
        "with f() as found: ...",
        "[1 for found in ()]",
        "lambda found: 1",
        "(found := 1)",
    ],
)
def test_every_kind_of_binding_is_noticed(source: str) -> None:
    first, total = naming.vague_names(parsed(a=source), VAGUE)
    assert first.startswith("leadtight/a.py:1: ")
    assert "1 of 1 bindings" in total


def test_a_use_or_an_attribute_is_not_a_binding() -> None:
    assert list(naming.vague_names(parsed(a="print(found)\nrecord.found = told"), VAGUE)) == []


def test_one_vague_name_in_a_hundred_passes_and_two_do_not() -> None:
    plain = "\n".join(f"lead_{number} = 1" for number in range(99))
    assert list(naming.vague_names(parsed(a=f"{plain}\ntold = 1"), VAGUE)) == []
    assert len(list(naming.vague_names(parsed(a=f"{plain}\ntold = 1\nfound = 1"), VAGUE))) == 3


def test_a_class_name_in_two_modules_is_noticed() -> None:
    [line] = naming.doubled_classes(parsed(a="class Lead: ...", b="class Lead: ...", c="class Owner: ..."))
    assert line == "Lead is defined twice: leadtight/a.py:1, leadtight/b.py:1"


def test_a_test_class_may_have_a_product_name() -> None:
    assert (
        list(naming.doubled_classes(parsed(a="class Lead: ...") | {"tests/a.py": ast.parse("class Lead: ...")})) == []
    )


@pytest.mark.parametrize("head", ["", "class A:\n    ", "def f():\n    ", "async def f():\n    "])
def test_a_summary_of_eleven_words_is_noticed(head: str) -> None:
    ten = " ".join(["word"] * 10)
    assert list(naming.long_summaries(parsed(a=f'{head}"""{ten}"""'))) == []
    assert len(list(naming.long_summaries(parsed(a=f'{head}"""{ten}\n    more"""')))) == 1
    assert list(naming.long_summaries(parsed(a=f'{head}"""{ten}\n\n    More words after a blank line."""'))) == []

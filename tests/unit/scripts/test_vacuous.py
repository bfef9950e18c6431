"""Assertions that cannot fail, planted and noticed."""

import textwrap

import pytest

from scripts import vacuous


def findings(**sources: str) -> list[str]:
    """Return the findings in modules, without their paths."""
    parsed = [vacuous.parse(f"tests/{name}.py", textwrap.dedent(source)) for name, source in sources.items()]
    lines = [line for module in vacuous.linked(parsed) for line in vacuous.findings(module)]
    return [line.split(": ", 1)[1] for line in lines]


def of_test(body: str) -> list[str]:
    """Return the findings in a test with this body."""
    return findings(a="def test_a(cases, made):\n" + textwrap.indent(textwrap.dedent(body), "    "))


@pytest.mark.parametrize(
    ("assertion", "fault"),
    [
        ("made == made", "compares an expression with itself"),
        ("f(1) == f(1)", "compares an expression with itself"),
        ("f() == f() != ''", "compares an expression with itself"),
        ("made >= made", "compares an expression with itself"),
        ("made is made", "compares an expression with itself"),
        ("made and f() == f()", "compares an expression with itself"),
        ("len(made) >= 0", "a length is never negative"),
        ("len(made) > -1", "a length is never negative"),
        ("len(made) is not None", "a length is never None"),
        ("made or True", "asserts a constant"),
        ("True", "asserts a constant"),
        ("1 == 1", "compares an expression with itself"),
        ("1 == 2", "compares two constants"),
        ("(made == 1, 'a message')", "asserts a display that is never empty"),
        ("[made]", "asserts a display that is never empty"),
        ("f'{made}'", "asserts an object that is always true"),
        ("(case for case in made)", "asserts an object that is always true"),
        ("lambda: made == 1", "asserts an object that is always true"),
    ],
)
def test_an_assertion_that_always_holds_is_found(assertion: str, fault: str) -> None:
    assert of_test(f"assert {assertion}") == [fault]


@pytest.mark.parametrize(
    "assertion",
    [
        *("made", "made == f()", "f(1) == f(2)", "f() != f()", "len(made) > 0", "len(made) >= 1", "len(made) == 0"),
        *("not made", "made or f()", "made is None", "made == (1, 2)", "any(case for case in made)", "[] == made"),
        *("f'{made}' == 'x'", "{case for case in made} == {1}"),
    ],
)
def test_an_assertion_that_can_fail_passes(assertion: str) -> None:
    assert of_test(f"assert {assertion}") == []


@pytest.mark.parametrize(
    "body",
    [
        "f(made)",
        "def inner():\n    assert made",
        "made.on_call = lambda: check()",
        "f(check=False)",
    ],
)
def test_a_test_without_assertions_is_found(body: str) -> None:
    assert of_test(body) == ["test_a asserts nothing"]


@pytest.mark.parametrize(
    "body",
    [
        "with pytest.raises(ValueError):\n    f(made)",
        "with pytest.warns(UserWarning):\n    f(made)",
        "expect(made).to_be_visible()",
        "made.assert_called_once()",
        "subprocess.run(made, check=True)",
        "raise AssertionError(made)",
        "try:\n    f()\nfinally:\n    assert made",
        "# no assert: f raises whatever is wrong\nf()",
    ],
)
def test_other_ways_to_fail_are_assertions(body: str) -> None:
    assert of_test(body) == []


def test_a_reason_is_required_where_nothing_is_asserted() -> None:
    assert of_test("# no assert:\nf()") == of_test("f()\n# no assert: too late") == ["test_a asserts nothing"]


HELPERS = """
    def check(made):
        assert made

    def checks(made):
        return check(made)

    def arranges(made):
        return made

    class World:
        def is_late(self):
            checks(self)
"""


def test_a_helper_that_asserts_is_an_assertion_wherever_it_is() -> None:
    imports = "from tests.helpers import checks, arranges\n"
    assert findings(helpers=HELPERS, test_a=f"{imports}def test_a():\n    checks(1)\n") == []
    assert findings(helpers=HELPERS, test_a=f"{imports}def test_a(world):\n    world.is_late()\n") == []
    assert findings(conftest=HELPERS, test_a="def test_a(world):\n    world.is_late()\n") == []
    assert findings(helpers=HELPERS, test_a=f"{imports}def test_a():\n    arranges(1)\n") == ["test_a asserts nothing"]
    assert findings(helpers=HELPERS, test_a="def test_a():\n    checks(1)\n") == ["test_a asserts nothing"]


@pytest.mark.parametrize(
    "body",
    [
        "if made:\n    assert f()",
        "if made:\n    return\nassert f()",
        "while made:\n    assert f()",
        "try:\n    f()\nexcept ValueError:\n    assert made",
        "for case in cases:\n    assert case",
        "for case in made.all():\n    check = 1\n    assert case",
        "for case in (c for c in (1, 2) if made(c)):\n    assert case",
        "for case in []:\n    assert case",
        "assert all(case.ok for case in cases)",
        "assert not any(case.bad for case in cases)",
        "assert not [case for case in cases if case.bad]",
    ],
)
def test_assertions_that_may_never_run_are_found(body: str) -> None:
    assert of_test(body) == ["test_a asserts only under a condition, or in a loop over what may be empty"]


@pytest.mark.parametrize(
    "body",
    [
        "if made:\n    assert f()\nelse:\n    assert g()",
        "for case in (1, 2):\n    assert case",
        "for case in CASES:\n    assert case",
        "for case in range(3):\n    assert case",
        "for name, case in {'a': 1}.items():\n    assert case",
        "for case in 'a b'.split():\n    assert case",
        "known = [1, 2]\nfor case in sorted(known):\n    assert case",
        "known = [1] if made else [2]\nfor case in known:\n    assert case",
        "known = [f(case) for case in CASES]\nfor case in known:\n    assert case",
        "for case in Stage:\n    assert case",
        "assert len(cases) == 3\nfor case in cases:\n    assert case",
        "assert made.all() \nfor case in made.all():\n    assert case",
        "[first, second] = cases\nassert first\nfor case in cases:\n    assert case",
        "count = 0\nfor case in cases:\n    assert case\n    count += 1\nassert count > 2",
        "assert cases\nassert all(case.ok for case in cases)",
        "assert all(case.ok for case in (1, made))",
    ],
)
def test_assertions_that_run_pass(body: str) -> None:
    assert of_test(body) == []


def test_a_loop_beside_other_assertions_is_found_unless_it_is_counted() -> None:
    loop = "for case in made.cases:\n    assert case"
    assert of_test(f"assert made.name\n{loop}") == ["test_a loops over what may be empty: made.cases"]
    assert of_test(f"assert len(made.cases) == 2\n{loop}") == []


def test_an_inner_loop_is_counted_inside_the_outer() -> None:
    inner = "for case in CASES:\n    {}\n    for part in case.parts:\n        assert part"
    assert of_test(inner.format("assert case")) == ["test_a loops over what may be empty: case.parts"]
    assert of_test(inner.format("assert len(case.parts) == 2")) == []


def test_parameters_and_generated_examples_count_as_given() -> None:
    loop = "def test_a(cases):\n    for case in cases:\n        assert case\n"
    assert findings(a=f"@pytest.mark.parametrize('cases', [[1]])\n{loop}") == []
    assert findings(a=f"@given(cases=st.lists(st.text()))\n{loop}") == []
    assert findings(a=f"@given()\n{loop.replace('assert ', 'f().')}") == ["test_a asserts nothing"]

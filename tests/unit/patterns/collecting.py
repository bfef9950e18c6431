"""Every regular expression that ships, with how it is used.

Found in the syntax tree, as it is compiled.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

OPERATORS_OWN = (
    *("leadtight.bench", "leadtight.capacity", "leadtight.devstage"),
    *("leadtight.simulation", "leadtight.stages"),
)
"""Modules that no outside text reaches: measuring, stages and the simulation."""

ROOT = Path(__file__).resolve().parents[3]
ASKED = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")
BEGINS = {"match", "fullmatch"}
FLAGS_AFTER = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
"""Number of arguments before the flags; two in every other function of `re`."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call that compiles a pattern.

    `pattern` is None where only a running program knows it.
    """

    module: str
    line: int
    function: str
    pattern: re.Pattern[Any] | None
    methods: tuple[str, ...] = field(default=("search",))

    @property
    def place(self) -> str:
        """Module and function, which a table of samples may name."""
        return f"{self.module}:{self.function}"


@cache
def sources() -> dict[str, str]:
    """Return the text of every module that ships."""
    files = (file for folder in ("leadtight", "functions") for file in sorted((ROOT / folder).rglob("*.py")))
    dotted = ((".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), f) for f in files)
    return {name: file.read_text(encoding="utf-8") for name, file in dotted}


def asking() -> list[str]:
    """Return the modules whose text names `re`.

    Parsing takes too long for collecting tests.
    """
    return [m for m, text in sources().items() if re.search(r"\bre\.\w", text) and not m.startswith(OPERATORS_OWN)]


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax tree of every module that ships."""
    return {name: ast.parse(text) for name, text in sources().items()}


@cache
def sites() -> dict[str, list[Site]]:
    """Return each shipped call of `re`, by module."""
    return {module: list(sites_in(module, trees()[module])) for module in asking()}


def sites_in(module: str, tree: ast.Module) -> Iterator[Site]:
    """Yield each call of `re` in a module."""
    if any(isinstance(node, ast.Attribute) and _is_re(node.value) for node in ast.walk(tree)):
        yield from _Finder(module, _uses(tree)).of(tree)


@dataclass(frozen=True, slots=True)
class _Uses:
    """A module's uses of names.

    The methods it calls on each, which it passes on, and its imports.
    """

    called: frozenset[tuple[str, str]]
    handed_on: frozenset[str]
    imported: frozenset[str]


def _uses(tree: ast.Module) -> _Uses:
    called, read, loaded, imported = set[tuple[str, str]](), set[int](), list[ast.Name](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ASKED and not _is_re(node.value):
            called.add((getattr(node.value, "id", "") or getattr(node.value, "attr", ""), _plain(node.attr)))
            read.add(id(node.value))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            loaded.append(node)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            imported |= {alias.name.rpartition(".")[2] for alias in node.names}
    return _Uses(frozenset(called), frozenset(n.id for n in loaded if id(n) not in read), frozenset(imported))


@cache
def _everywhere() -> Mapping[str, _Uses]:
    return {module: _uses(tree) for module, tree in trees().items()}


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str, uses: _Uses) -> None:
        self._module, self._uses, self._function, self._found = module, uses, "", list[Site]()
        self._globals = vars(importlib.import_module(module))

    def of(self, tree: ast.Module) -> list[Site]:
        self.visit(tree)
        return self._found

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:  # a method name required by ast
        outer, self._function = self._function, node.name
        self.generic_visit(node)
        self._function = outer

    def visit_Assign(self, node: ast.Assign) -> None:  # a method name required by ast
        if isinstance(node.value, ast.Call) and _method(node.value) == "compile":
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            self._found.append(self._site(node.value, self._methods_of(names[0]) if names else ("search",)))
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:  # a method name required by ast
        method = _method(node)
        if method and method not in ("escape", "purge"):
            self._found.append(self._site(node, self._in_module() if method == "compile" else (_plain(method),)))
        self.generic_visit(node)

    def _site(self, node: ast.Call, methods: tuple[str, ...]) -> Site:
        return Site(self._module, node.lineno, self._function, self._pattern(node), methods)

    def _methods_of(self, name: str) -> tuple[str, ...]:
        """Return the methods called on patterns of a name.

        `search` when the pattern is passed on.
        """
        short = self._module.rpartition(".")[2]
        others = (uses for uses in _everywhere().values() if uses.imported & {name, short})
        every = [self._uses, *others]
        methods = {method for uses in every for pattern, method in uses.called if pattern == name}
        handed_on = {"search"} if any(name in uses.handed_on for uses in every) else set[str]()
        return tuple(sorted(methods | handed_on)) or ("search",)

    def _in_module(self) -> tuple[str, ...]:
        """Return the methods for patterns without a name.

        They count as any pattern of their module.
        """
        return tuple(sorted({method for _, method in self._uses.called})) or ("search",)

    def _pattern(self, node: ast.Call) -> re.Pattern[Any] | None:
        flags = [word.value for word in node.keywords if word.arg == "flags"]
        flags += node.args[FLAGS_AFTER.get(_method(node), 2) :]
        expression = ast.Expression(ast.Tuple([node.args[0], *flags[:1]], ast.Load()))
        try:
            parts = eval(compile(ast.fix_missing_locations(expression), "", "eval"), dict(self._globals))
        except NameError:
            return None
        return re.compile(parts[0], *(flag for flag in parts[1:] if isinstance(flag, re.RegexFlag)))


def _plain(method: str) -> str:
    return method if method in BEGINS or method == "search" else "sub"


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) and _is_re(node.func.value) else ""


def _is_re(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "re"

"""Fail on tests and assertions that cannot fail.

An assertion cannot fail when it holds whatever the code does: it compares an expression with itself or a length with
less than nothing, or it is a constant, a display or `... or True`. A test cannot fail when neither it nor what it calls
in the tests asserts anything, or when its assertions wait in an `if`, or in a loop over what may be empty and no
assertion counts. A test whose call raises where the code is wrong says so: `# no assert: REASON` before its first
statement.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
REASON = "# no assert: "
RAISING = {"raises", "warns", "fail", "deprecated_call", "expect", "raise_for_status", "check_output", "check_call"}
"""Calls of libraries that fail a test by themselves."""

KEEPS_LENGTH = {"dict", "enumerate", "frozenset", "list", "permutations", "product", "reversed", "set", "sorted"}
KEEPS_LENGTH |= {"str", "tuple", "zip"}
"""Calls whose result is not empty when no argument is."""

NEVER_EMPTY = {"count", "range"}
"""Calls taken to give something, as their numbers are written beside them."""

ENDS = (".py", "/__init__.py")
VIEWS = {"items", "keys", "values", "split", "splitlines", "encode"}
"""Methods whose result is not empty when their object is not."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor | ast.comprehension
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
Guards = tuple[ast.AST, ...]
Finding = tuple[int, str]


@dataclass(frozen=True, slots=True)
class TestModule:
    """A module of the tests, and its asserting functions."""

    path: str
    tree: ast.Module
    lines: Sequence[str]
    asserting: set[str] = field(default_factory=set)


def modules() -> list[TestModule]:
    """Parse every tracked module of the tests."""
    listing = subprocess.run(["git", "ls-files", "-z", "tests"], cwd=ROOT, check=True, capture_output=True, text=True)
    names = [name for name in listing.stdout.split("\0") if name.endswith(".py") and (ROOT / name).exists()]
    return linked([parse(name, (ROOT / name).read_text(encoding="utf-8")) for name in names])


def parse(path: str, source: str) -> TestModule:
    """Parse the source of one module."""
    return TestModule(path, ast.parse(source), source.splitlines())


def findings(module: TestModule) -> Iterator[str]:
    """Yield a line per assertion and test that cannot fail."""
    faults = {*constant_assertions(module.tree), *vacuous_tests(module)}
    yield from (f"{module.path}:{line}: {fault}" for line, fault in sorted(faults))


# Assertions that always hold


def constant_assertions(tree: ast.Module) -> Iterator[Finding]:
    """Yield line and fault of each assertion that always holds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and (fault := _always_true(node.test)):
            yield node.lineno, fault


def _always_true(test: ast.expr) -> str:
    match test:
        case ast.BoolOp(values=values):
            return next((fault for value in values if (fault := _always_true(value))), "")
        case ast.Compare(left=left, ops=operators, comparators=others):
            links = zip((left, *others), operators, others, strict=False)
            return next((fault for link in links if (fault := _compares_always(*link))), "")
        case ast.Constant(value=value) if value:
            return "asserts a constant"
        case ast.Tuple(elts=[_, *_]) | ast.List(elts=[_, *_]) | ast.Set() | ast.Dict(values=[_, *_]):
            return "asserts a display that is never empty"
        case ast.JoinedStr() | ast.Lambda() | ast.GeneratorExp():
            return "asserts an object that is always true"
    return ""


def _compares_always(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
    if not isinstance(operator, ast.NotEq | ast.IsNot) and ast.dump(left) == ast.dump(right):
        return "compares an expression with itself"
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return "compares two constants"
    match left, operator, right:
        case ast.Call(func=ast.Name(id="len")), ast.GtE(), ast.Constant(value=0):
            return "a length is never negative"
        case ast.Call(func=ast.Name(id="len")), ast.Gt(), ast.UnaryOp(op=ast.USub()):
            return "a length is never negative"
        case ast.Call(func=ast.Name(id="len")), ast.IsNot() | ast.NotEq(), ast.Constant(value=None):
            return "a length is never None"
    return ""


# Functions of the tests that assert


def linked(parsed: Sequence[TestModule]) -> list[TestModule]:
    """Give each module the asserting functions that it may call."""
    imports = {
        module.path: [name.replace(".", "/") + end for name in _imports(module.tree) for end in ENDS]
        for module in parsed
    }
    reachable = {path: _reachable(path, imports) for path in imports}
    called = {module.path: _functions(module.tree) for module in parsed}
    own = {path: {name for name, calls in named.items() if None in calls} for path, named in called.items()}
    is_growing = True
    while is_growing:
        is_growing = False
        for module in parsed:
            module.asserting.update(*(own[path] for path in reachable[module.path]))
            more = {name for name, calls in called[module.path].items() if calls & module.asserting} - own[module.path]
            own[module.path] |= more
            is_growing |= bool(more)
    return list(parsed)


def _functions(tree: ast.Module) -> Mapping[str, set[str | None]]:
    """Return each function's calls, and None for an assertion.

    A class stands for its methods.
    """
    named: dict[str, set[str | None]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("test_"):
            named[node.name] |= {None if _asserts(inner) else _called(inner) for inner in ast.walk(node)} - {""}
    return named


def _reachable(module: str, imports: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the modules that one imports, and its conftests."""
    conftests = ((parent / "conftest.py").as_posix() for parent in PurePosixPath(module).parents)
    queue, reached = [module, *conftests], set()
    while queue:
        path = queue.pop()
        if path in imports and path not in reached:
            reached.add(path)
            queue += imports[path]
    return reached


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(name), names=aliases):
                yield name
                yield from (f"{name}.{alias.name}" for alias in aliases)
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.Assign(targets=[ast.Name(id="pytest_plugins")], value=value):
                yield from ast.literal_eval(value)


def _asserts(node: ast.AST) -> bool:
    """Tell whether a node by itself fails a test."""
    match node:
        case ast.Assert() | ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError"))):
            return True
        case ast.Call(keywords=keywords) if any(word.arg == "check" and _is_true(word.value) for word in keywords):
            return True
    return _called(node) in RAISING or _called(node).startswith("assert_")


def _called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


# Tests that cannot fail


def vacuous_tests(module: TestModule) -> Iterator[Finding]:
    """Yield line and fault of each vacuous test."""
    for node in ast.walk(module.tree):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield from _Test(module, node).faults()


@dataclass(frozen=True, slots=True)
class _Check:
    """A node that fails the test, and what surrounds it."""

    node: ast.AST
    guards: Guards = ()


@dataclass(frozen=True, slots=True)
class _Test:
    module: TestModule
    function: Function

    def faults(self) -> Iterator[Finding]:
        line, name = self.function.lineno, self.function.name
        checks = [*self._block(self.function.body, ())]
        certain = [check.node for check in checks if all(self._runs(guard) for guard in check.guards)]
        if not checks:
            if not any(REASON in text for text in self.module.lines[line - 1 : self.function.body[0].lineno - 1]):
                yield line, f"{name} asserts nothing"
        elif self._is_generated():
            return
        elif not certain:
            yield line, f"{name} asserts only under a condition, or in a loop over what may be empty"
        else:
            yield from self._uncounted(checks)

    def _uncounted(self, checks: Sequence[_Check]) -> Iterator[Finding]:
        """Yield each loop that may never run its check."""
        for check in checks:
            for depth, guard in enumerate(check.guards):
                if isinstance(guard, Loop) and not self._runs(guard):
                    outer = check.guards[:depth]
                    beside = [c.node for c in checks if all(g in outer or self._runs(g) for g in c.guards)]
                    if not self._is_counted(guard, beside):
                        what = ast.unparse(guard.iter)
                        yield guard.iter.lineno, f"{self.function.name} loops over what may be empty: {what}"

    def _is_generated(self) -> bool:
        """Tell whether Hypothesis runs the test with many examples."""
        return any(_called(decorator) == "given" for decorator in self.function.decorator_list)

    def _block(self, body: Iterable[ast.AST], guards: Guards) -> Iterator[_Check]:
        for node in body:
            yield from self._checks(node, guards)
            if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return | ast.Continue):
                guards = (*guards, node)

    def _checks(self, node: ast.AST, guards: Guards) -> Iterator[_Check]:
        """Yield the checks of a statement or expression."""
        if isinstance(node, Function | ast.ClassDef | ast.Lambda):
            return
        if isinstance(node, ast.If):
            yield from self._branches(node, guards)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from self._checks(node.iter, guards)
            yield from self._block(node.body, (*guards, node))
        elif isinstance(node, ast.While | ast.ExceptHandler):
            yield from self._block(node.body, (*guards, node))
        elif isinstance(node, ast.Assert) and (loop := _universal(node.test)):
            yield _Check(node, (*guards, loop))
        elif _asserts(node) or _called(node) in self.module.asserting:
            yield _Check(node, guards)
        elif isinstance(node, COMPREHENSIONS):
            yield from self._block(ast.iter_child_nodes(node), (*guards, node))
        else:
            yield from self._block(ast.iter_child_nodes(node), guards)

    def _branches(self, node: ast.If, guards: Guards) -> Iterator[_Check]:
        """Yield the checks of an `if`.

        Where each branch has one, one is sure to run.
        """
        yield from self._checks(node.test, guards)
        branches = [[*self._block(branch, ())] for branch in (node.body, node.orelse)]
        outer = guards if all(branches) else (*guards, node)
        yield from (_Check(check.node, outer + check.guards) for checks in branches for check in checks)

    def _runs(self, guard: ast.AST) -> bool:
        """Tell whether a guard is passed at least once."""
        return self._is_full(guard.iter if isinstance(guard, Loop) else guard)

    def _is_full(self, node: ast.AST) -> bool:
        """Tell whether an iterable is known not to be empty."""
        match node:
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return any(not isinstance(item, ast.Starred) or self._is_full(item.value) for item in items)
            case ast.Call():
                return self._is_full_result(node)
            case ast.BinOp(op=ast.BitOr() | ast.Add() | ast.Mult(), left=left, right=right):
                return self._is_full(left) or self._is_full(right)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return all(self._is_full(loop.iter) and not loop.ifs for loop in node.generators)
            case ast.Attribute(attr=name):
                return name[0].isupper()
            case ast.Name(id=name):
                return name.lstrip("_")[:1].isupper() or self._is_full_name(name)
            case ast.Constant(value=value) | ast.Dict(values=value):
                return bool(value)
        return False

    def _is_full_result(self, call: ast.Call) -> bool:
        name = _called(call)
        if name in VIEWS and isinstance(call.func, ast.Attribute):
            return self._is_full(call.func.value)
        if name in KEEPS_LENGTH and call.args:
            return all(self._is_full(argument) for argument in call.args)
        return name in NEVER_EMPTY

    def _is_full_name(self, name: str) -> bool:
        """Tell whether a name of the test stands for something.

        Parameters of parametrize do, because pytest refuses empty ones.
        """
        if any(parameter.arg == name for parameter in self.function.args.args):
            return any(_is_parameter(decorator, name) for decorator in self.function.decorator_list)
        values = [value for node in ast.walk(self.function) for value in _bound(node, name)]
        return bool(values) and all(self._is_full(value) for value in values)

    def _is_counted(self, loop: Loop, checks: Sequence[ast.AST]) -> bool:
        """Tell whether another check counts what a loop goes over.

        It, or an unpacking, reads the same thing, or it reads what the loop adds up.
        """
        core = ast.dump(_core(loop.iter))
        summed = {ast.dump(node.target) for node in ast.walk(loop) if isinstance(node, ast.AugAssign)}
        unpacked = [
            node.value
            for node in ast.walk(self.function)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List)
        ]
        read = [node for check in (*checks, *unpacked) for node in ast.walk(check)]
        return any(ast.dump(node).replace("Load()", "Store()") in summed or ast.dump(node) == core for node in read)


def _universal(test: ast.expr) -> ast.comprehension | None:
    """Return the loop of `all(...)`, `not any(...)` and `not [...]`."""
    match test:
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp() | ast.ListComp() as comprehension]):
            return comprehension.generators[0]
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp() as inner])):
            return inner.generators[0]
        case ast.UnaryOp(op=ast.Not(), operand=ast.ListComp() | ast.SetComp() | ast.DictComp() as inner):
            return inner.generators[0]
    return None


def _is_parameter(decorator: ast.expr, name: str) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, *_]):
            return name in ast.unparse(names)
    return False


def _bound(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield the values that a statement binds to a name."""
    match node:
        case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
            yield from (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
        case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value) if bound == name:
            yield value


def _core(iterable: ast.expr) -> ast.expr:
    """Return what a loop goes over, without views and order."""
    match iterable:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in VIEWS:
            return _core(value)
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in KEEPS_LENGTH or name == "pairwise":
            return _core(first)
        case ast.Subscript(value=value, slice=ast.Slice()):
            return _core(value)
    return iterable


def main() -> int:
    """Print every finding; return 1 if there is one."""
    lines = [line for module in modules() for line in findings(module)]
    for line in lines:
        print(line, file=sys.stderr)
    print(f"vacuous: {len(lines)} findings")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())

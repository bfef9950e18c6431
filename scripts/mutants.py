"""Check that tests notice small code changes.

Run `make mutants [AREA=calendar]`. Mutmut works on a copy in build/mutants/AREA, from an environment of its own, so
that `make setup` stays quick.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.extra import environment
from scripts.forked_tests import Plan

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutants"
COPIED = ("leadtight", "functions", "infra", "scripts", "tests", "docs", "cdk.json", "pyproject.toml")
LEAST_NOTICED = 0.9
SEED = 2026
NOTICED = frozenset({"killed", "timeout"})
MAKE_CHANGES = """
import sys
from pathlib import Path
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name
for path in map(Path, sys.argv[1:]):
    mutated = mutate_file_contents(str(path), path.read_text())
    path.write_text(mutated.code)
    for name in mutated.mutant_names:
        print(get_mutant_name(path, name))
"""


@dataclass(frozen=True, slots=True)
class Area:
    """Modules to change, and the tests that must notice.

    Both are paths in the repository.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutmut:
    """Mutmut at work in one folder."""

    venv: Path
    work: Path

    def change(self, modules: Iterable[str]) -> list[str]:
        """Write every change of modules into them; return all names.

        The order is fixed.
        """
        command: list[str | Path] = [self.venv / "bin/python", "-c", MAKE_CHANGES, *modules]
        printed = subprocess.run(command, cwd=self.work, check=True, stdout=subprocess.PIPE, text=True).stdout
        return sorted(printed.split())

    def test(self, plan: Plan) -> dict[str, str]:
        """Run a plan, showing progress, and return its verdicts."""
        (self.work / "plan.json").write_text(json.dumps(asdict(plan)))
        command: list[str | Path] = [self.venv / "bin/python", "-m", "scripts.forked_tests", self.work]
        subprocess.run(command, cwd=self.work, check=True)
        return load_verdicts(self.work / "plan_verdicts.json")


def difference(source: Path, change: str) -> str:
    """Return a change as a diff.

    Mutmut writes a function and all its changes into the mutated module.
    """
    function = change.rpartition(".")[2].partition("__mutmut_")[0]
    written = source.read_text()
    names = (f"{function}__mutmut_orig", change.rpartition(".")[2])
    nodes = {node.name: node for node in ast.walk(ast.parse(written)) if isinstance(node, ast.FunctionDef)}
    lines = written.splitlines()
    original, mutated = (
        [line.replace(name, function) for line in lines[nodes[name].lineno - 1 : nodes[name].end_lineno]]
        for name in names
    )
    return "\n".join((f"# {change}", *difflib.unified_diff(original, mutated, n=2, lineterm=""), ""))


def areas() -> dict[str, Area]:
    """Read the areas from scripts/mutants.toml."""
    tables = tomllib.loads((ROOT / "scripts/mutants.toml").read_text())
    return {
        name: Area(modules=tuple(modules(table["modules"])), tests=tuple(table["tests"]))
        for name, table in tables.items()
    }


def modules(paths: Iterable[str]) -> Iterator[str]:
    """Yield modules by path; a folder stands for its modules."""
    for path in paths:
        inside = sorted((ROOT / path).rglob("*.py")) if (ROOT / path).is_dir() else [ROOT / path]
        yield from (str(module.relative_to(ROOT)) for module in inside if module.name != "__init__.py")


def main(arguments: Sequence[str]) -> int:
    """Run the chosen areas, or all.

    Returns 1 when an area's tests notice fewer changes than they must.
    """
    every = areas()
    options = parse(arguments, every)
    venv = environment("mutants")
    shares = [run(name, every[name], venv, options) for name in options.areas or every]
    return int(min(shares) < LEAST_NOTICED)


def parse(arguments: Sequence[str], every: Mapping[str, Area]) -> argparse.Namespace:
    """Parse the command line; exits on invalid input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(every))
    parser.add_argument("--sample", type=int, help="number of changes to test in each area, chosen by the seed")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--again", action="store_true", help="copy the tests again; test only the last survivors")
    parser.add_argument("--seconds", type=float, default=20, help="processor time after which a change is abandoned")
    parser.add_argument("--minutes", type=float, help="time for the changes of an area; the rest is not tested")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    if unknown := set(options.areas) - set(every):
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    return options


def run(name: str, area: Area, venv: Path, options: argparse.Namespace) -> float:
    """Test one area; return the share of noticed changes.

    Prints each change that no test noticed.
    """
    work = BUILD / name
    past = load_verdicts(work / "verdicts.json") if options.again else {}
    total = prepare(area, Mutmut(venv, work), anew=not options.again)
    chosen = survivors(past) if options.again else sample(total, options.sample, options.seed)
    plan = Plan(area.tests, chosen, options.seconds, options.processes, options.minutes)
    verdicts = past | (Mutmut(venv, work).test(plan) if chosen else {})
    (work / "verdicts.json").write_text(json.dumps(verdicts, indent=1))
    for change in survivors(verdicts):
        print(difference(work / module_of(change), change))
    noticed = len(verdicts) - len(survivors(verdicts))
    print(
        f"{name}: {noticed} of {len(verdicts)} noticed ({noticed / len(verdicts):.1%}), of {len(total)} changes;",
        ", ".join(f"{count} {verdict}" for verdict, count in Counter(verdicts.values()).most_common()),
    )
    return noticed / len(verdicts)


def prepare(area: Area, mutmut: Mutmut, *, anew: bool) -> list[str]:
    """Copy and change the code; return the names of changes.

    With the changes of the last run only the tests are copied.
    """
    copy(mutmut.work, anew=anew)
    names = mutmut.work / "changes.json"
    if anew:
        names.write_text(json.dumps(mutmut.change(area.modules)))
    changes: list[str] = json.loads(names.read_text())
    return changes


def module_of(change: str) -> Path:
    """Return the path of the changed module."""
    return Path(*change.rpartition(".")[0].split(".")).with_suffix(".py")


def sample(changes: Sequence[str], size: int | None, seed: int) -> list[str]:
    """Choose changes at random, reproducibly; all without a size.

    They are unordered, so that a run that ends early has tested a fair sample, too.
    """
    if size is None or size >= len(changes):
        return list(changes)
    return random.Random(seed).sample(changes, size)


def survivors(verdicts: Mapping[str, str]) -> list[str]:
    """Return the changes that no test noticed or ran."""
    return sorted(change for change, verdict in verdicts.items() if verdict not in NOTICED)


def load_verdicts(path: Path) -> dict[str, str]:
    """Load stored verdicts."""
    verdicts: dict[str, str] = json.loads(path.read_text())
    return verdicts


def copy(work: Path, *, anew: bool) -> None:
    """Copy the code and tests.

    Unless `anew`, the changed product is kept.
    """
    if anew:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        if anew or name != "leadtight":
            copy_one(ROOT / name, work / name)
    (work / "setup.cfg").write_text("[mutmut]\nsource_paths = leadtight\n")


def copy_one(source: Path, target: Path) -> None:
    """Copy a file, or replace a folder."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

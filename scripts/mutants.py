"""Change the code a little, one change at a time, and see whether its tests notice: `make mutants [AREA=calendar]`.

Mutmut works on a copy in build/mutants/AREA, from an environment of its own, so that `make setup` stays quick.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.extra import environment

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutants"
COPIED = ("leadtight", "functions", "infra", "scripts", "tests", "docs", "cdk.json", "pyproject.toml")
LEAST_NOTICED = 0.9
SEED = 2026
NOTICED = frozenset({"killed", "timeout"})
LIST_CHANGES = """
import sys
from pathlib import Path
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name
for path in map(Path, sys.argv[1:]):
    for name in mutate_file_contents(str(path), path.read_text()).mutant_names:
        print(get_mutant_name(path, name))
"""


@dataclass(frozen=True, slots=True)
class Area:
    """Modules that are changed, and the tests that must notice: paths in the repository."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    but: tuple[str, ...] = ()
    """Tests that are left out, as pytest names them."""


@dataclass(frozen=True, slots=True)
class Mutmut:
    """Mutmut, at work in one folder."""

    venv: Path
    work: Path

    def changes(self, modules: Iterable[str]) -> list[str]:
        """Name every change that mutmut can make to modules, in a fixed order."""
        return sorted(self._output(self.venv / "bin/python", "-c", LIST_CHANGES, *modules).split())

    def test(self, changes: Sequence[str], processes: int) -> None:
        """Run the tests against each change, and show how it goes."""
        command: list[str | Path] = [self.venv / "bin/mutmut", "run", "--max-children", str(processes), *changes]
        subprocess.run(command, cwd=self.work, env=self._shell(), check=True)

    def verdicts(self) -> dict[str, str]:
        """Return what became of each change, of all that were ever tested here."""
        lines = self._output(self.venv / "bin/mutmut", "results", "--all", "true").splitlines()
        return dict(line.strip().split(": ") for line in lines if line.strip())

    def difference(self, change: str) -> str:
        """Return a change as a diff."""
        return self._output(self.venv / "bin/mutmut", "show", change)

    def _output(self, *command: str | Path) -> str:
        return subprocess.run(
            command, cwd=self.work, env=self._shell(), check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def _shell(self) -> dict[str, str]:
        return os.environ | {"PATH": f"{self.venv / 'bin'}:{os.environ['PATH']}"}


def areas() -> dict[str, Area]:
    """Read the areas from scripts/mutants.toml."""
    tables = tomllib.loads((ROOT / "scripts/mutants.toml").read_text())
    return {name: Area(**{key: tuple(paths) for key, paths in table.items()}) for name, table in tables.items()}


def main(arguments: Sequence[str]) -> int:
    """Run the chosen areas, or all; return 1 when an area's tests notice fewer changes than they must."""
    every = areas()
    options = parse(arguments, every)
    venv = environment("mutants")
    shares = [run(name, every[name], venv, options) for name in options.areas or every]
    return int(min(shares) < LEAST_NOTICED)


def parse(arguments: Sequence[str], every: Mapping[str, Area]) -> argparse.Namespace:
    """Read the command line; exits with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(every))
    parser.add_argument("--sample", type=int, help="test so many changes of each area, chosen by the seed")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--again", action="store_true", help="copy the tests anew; test only what survived last time")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    if unknown := set(options.areas) - set(every):
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    return options


def run(name: str, area: Area, venv: Path, options: argparse.Namespace) -> float:
    """Test one area, print each change that no test noticed, and return the share that was noticed."""
    work = BUILD / name
    mutmut, past = Mutmut(venv, work), load_verdicts(work) if options.again else {}
    copy(area, work, anew=not options.again)
    total = mutmut.changes(area.modules)
    chosen = survivors(past) if options.again else sample(total, options.sample, options.seed)
    if chosen:
        mutmut.test(chosen, options.processes)
    now = mutmut.verdicts()
    verdicts = past | {change: now[change] for change in chosen}
    keep_verdicts(work, verdicts)
    for change in survivors(verdicts):
        print(mutmut.difference(change))
    noticed = len(verdicts) - len(survivors(verdicts))
    print(
        f"{name}: {noticed} of {len(verdicts)} noticed ({noticed / len(verdicts):.1%}), of {len(total)} changes;",
        end="",
    )
    print("", ", ".join(f"{count} {verdict}" for verdict, count in Counter(verdicts.values()).most_common()))
    return noticed / len(verdicts)


def sample(changes: Sequence[str], size: int | None, seed: int) -> list[str]:
    """Choose so many changes at random, the same for the same seed; all of them without a size."""
    if size is None or size >= len(changes):
        return list(changes)
    return sorted(random.Random(seed).sample(changes, size))


def survivors(verdicts: Mapping[str, str]) -> list[str]:
    """Return the changes that no test noticed, or that no test ran."""
    return sorted(change for change, verdict in verdicts.items() if verdict not in NOTICED)


def load_verdicts(work: Path) -> dict[str, str]:
    """Return the verdicts of the runs before."""
    verdicts: dict[str, str] = json.loads((work / "verdicts.json").read_text())
    return verdicts


def keep_verdicts(work: Path, verdicts: Mapping[str, str]) -> None:
    """Store verdicts for the run after."""
    (work / "verdicts.json").write_text(json.dumps(verdicts, indent=1))


def copy(area: Area, work: Path, *, anew: bool) -> None:
    """Copy the repository's code and tests and say what is mutated; unless anew, leave the product as it was."""
    if anew:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        if anew or name != "leadtight":
            copy_one(ROOT / name, work / name)
    (work / "setup.cfg").write_text(configuration(area))


def copy_one(source: Path, target: Path) -> None:
    """Copy a file, or a folder in the place of the one that is there."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def configuration(area: Area) -> str:
    """Write mutmut's configuration."""
    settings = {
        "source_paths": ["leadtight"],
        "only_mutate": area.modules,
        "also_copy": [name for name in COPIED if name != "leadtight"],
        "pytest_add_cli_args": [f"--deselect={test}" for test in area.but],
        "pytest_add_cli_args_test_selection": area.tests,
    }
    written = {key: values for key, values in settings.items() if values}  # mutmut reads no value as one empty value
    lines = (f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in written.items())
    return "[mutmut]\n" + "".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

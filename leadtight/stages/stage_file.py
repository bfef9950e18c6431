"""Find and read the file of a stage, `stages/NAME.toml`.

It is in the repository, or in a folder `stages` beside it; the variable STAGES names another folder. Paths in it are
relative to it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

from leadtight.domain.model.errors import Problem, StageFileError
from leadtight.stages.stage_names import LOCAL, problem_of_name
from leadtight.stages.stage_reader import StageReader
from leadtight.stages.stage_settings import StageFile

ROOT = Path(__file__).resolve().parents[2]


def read(name: str, *, folders: Sequence[Path] | None = None) -> StageFile:
    """Read the stage of a name; raise StageFileError otherwise."""
    _require_name(name)
    return read_file(_find(name, default_folders() if folders is None else folders))


def default_folders() -> tuple[Path, ...]:
    """Return the folders that may hold stage files."""
    chosen = os.environ.get("STAGES")
    return (Path(chosen).expanduser().resolve(),) if chosen else (ROOT / "stages", ROOT.parent / "stages")


def read_file(path: Path) -> StageFile:
    """Read one stage file; the stage has the file's name."""
    _require_name(path.stem)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StageFileError([Problem(path.name, "is not UTF-8: save it as UTF-8")]) from error
    except RecursionError as error:
        raise StageFileError([Problem(path.name, "is nested too deeply")]) from error
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise StageFileError([Problem(path.name, str(error))]) from error
    problems: list[Problem] = []
    stage = StageReader(path.resolve(), document, problems).read()
    if problems:
        raise StageFileError([Problem(f"{path.name}: {each.field}", each.detail) for each in problems])
    return stage


def _find(name: str, folders: Sequence[Path]) -> Path:
    files = [*{path.resolve(): path for folder in folders if (path := folder / f"{name}.toml").is_file()}.values()]
    if not files:
        places = " or ".join(str(folder / f"{name}.toml") for folder in folders)
        remedy = "run `make dev`, which writes it" if name == LOCAL else "copy stages/example.toml"
        raise StageFileError([Problem(name, f"no stage file {places}: {remedy}")])
    if len(files) > 1:
        raise StageFileError([Problem(name, f"two stage files: {' and '.join(map(str, files))}")])
    return files[0]


def _require_name(name: str) -> None:
    if detail := problem_of_name(name):
        raise StageFileError([Problem(name, detail)])

"""Fail on content that must never be committed.

These are registry addresses, this machine's paths, secrets, secrets compared in varying time, and files and folders too
large to find a line in.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "a package registry's address": re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(?:org|com)|(?:deb|security)\.debian\.org"
    ),
    "an absolute path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/"),
    "an AWS access key id": re.compile(r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(r"\b(?:gh[pousr]_\w{30,}|xox[abprs]-[\w-]{10,}|sk_live_\w{16,})"),
    "an AWS secret key": re.compile(r"aws_secret_access_key\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}", re.IGNORECASE),
}
SECRET_NAMES = re.compile(
    r"(?:^|_)(?:signature|digest|mac|hmac|mark|token|secret|password|hexdigest)s?$", re.IGNORECASE
)
NO_SECRETS = {"wake_token"}  # it numbers a lead's alarms, and is never sent by strangers
SHIPPED = ("leadtight/domain/", "leadtight/app/", "leadtight/adapters/", "functions/")
"""Code that answers strangers.

There, secrets are compared by hmac.compare_digest alone.
"""

PRODUCT = ("leadtight/", "functions/", "infra/", "scripts/")
LONGEST_FILE = 450
"""Most lines of a file of the product."""

LARGEST_FOLDER = 24
"""Most modules in a folder, without its `__init__`."""


def tracked_files() -> list[Path]:
    """List the files that git tracks."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def findings(path: Path) -> Iterator[str]:
    """Yield a line per forbidden content in a text file.

    Binary files hold none as text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError):  # binary, or deleted but not yet committed
        return
    for number, line in enumerate(lines, start=1):
        for label, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {label}"


def long_files(files: list[Path]) -> Iterator[str]:
    """Yield a line per file longer than `LONGEST_FILE`."""
    for path in _modules(files):
        where, lines = path.relative_to(ROOT).as_posix(), len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            yield f"{where}: {lines} lines, more than {LONGEST_FILE}"


def large_folders(files: list[Path]) -> Iterator[str]:
    """Yield a line per folder with over `LARGEST_FOLDER` modules."""
    for folder, modules in sorted(Counter(path.parent for path in _modules(files)).items()):
        if modules > LARGEST_FOLDER:
            yield f"{folder.relative_to(ROOT).as_posix()}: {modules} modules, more than {LARGEST_FOLDER}"


def _modules(files: list[Path]) -> Iterator[Path]:
    for path in files:
        is_ours = path.relative_to(ROOT).as_posix().startswith(PRODUCT)
        if is_ours and path.suffix == ".py" and path.stem != "__init__" and path.exists():
            yield path


def insecure_comparisons(path: Path) -> Iterator[str]:
    """Yield a line per secret compared by operators.

    `==`, `!=` and `in` take longer the more of a guess is right.
    """
    where = path.relative_to(ROOT).as_posix()
    if path.suffix != ".py" or not where.startswith(SHIPPED) or not path.exists():
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in node.ops):
            sides = [node.left, *node.comparators]
            names = {_name(side) for side in sides}
            fixed = any(isinstance(side, ast.Constant) for side in sides) or names & NO_SECRETS
            if not fixed and any(SECRET_NAMES.search(name) for name in names):
                yield f"{where}:{node.lineno}: compares a secret without hmac.compare_digest"


def _name(node: ast.expr) -> str:
    """Return the last name that an expression reads or calls."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called):
            return _name(called)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
    return ""


def main() -> int:
    """Print every finding; return 1 if there is one."""
    files = tracked_files()
    lines = [line for path in files for line in (*findings(path), *insecure_comparisons(path))]
    lines += [*long_files(files), *large_folders(files)]
    for line in lines:
        print(line, file=sys.stderr)
    print(f"guard: {len(lines)} findings")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())

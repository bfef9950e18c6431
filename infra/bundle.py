"""Build the Lambda bundles: `python -m infra.bundle --target lambda`.

The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("leadtight", "functions")
# Code that runs at a terminal, never on AWS.
NOT_DEPLOYED = {
    *("leadtight/cli", "leadtight/bench", "leadtight/capacity", "leadtight/devstage", "leadtight/simulation"),
    *("leadtight/restore", "leadtight/stages"),
    *("leadtight/policy/declaration.py", "leadtight/policy/json_schema.py"),
}
# Each bundle and the pinned requirements it holds. Only the report function needs DuckDB's 70 MB.
BUNDLES = {"app": "requirements/lambda.txt", "report": "requirements/lambda-report.txt"}
# botocore describes over 400 services; these are the ones the adapters call.
SERVICES = {"connect", "dynamodb", "s3", "scheduler", "secretsmanager", "ses", "sesv2", "sns", "sqs", "sts"} | {
    "pinpoint-sms-voice-v2"
}
# Scripts; and area and carrier names for every phone number range, 43 MB that no function uses.
UNUSED = ("bin", "phonenumbers/geodata", "phonenumbers/carrierdata")
# Regional locales are dropped, except those with other country names than their language.
LOCALES, REGIONAL, KEPT_REGIONAL = "babel/locale-data", re.compile(r"_(?:[A-Z]{2}|\d{3})(?:_|$)"), {"pt_PT"}
# Installers' notes: unused at run time, and the only files that differ between builds.
NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")
# Lambda reads its code as a user of its own, and the zip keeps the modes.
FOLDER_MODE, FILE_MODE = 0o755, 0o644


@dataclass(frozen=True, slots=True)
class BundlePlatform:
    """The machine a bundle is for."""

    name: str
    python: str
    platform: str | None

    @property
    def folder(self) -> Path:
        """Return the folder of this target's bundles."""
        return ROOT / "build" / self.name


TARGETS = {
    "lambda": BundlePlatform("lambda", "3.13", "aarch64-manylinux_2_28"),
    "local": BundlePlatform("local", f"{sys.version_info.major}.{sys.version_info.minor}", None),
}


def build(target: BundlePlatform, policy: Path) -> Path:
    """Build outdated bundles; return the folder of both."""
    compiler = _interpreter(target)
    if compiler is None:
        print(
            f"bundle: no Python {target.python} found to compile with: every cold start of these bundles"
            " will compile their modules again (about 0.3 s more)",
            file=sys.stderr,
        )
    for bundle, requirements in BUNDLES.items():
        packages = _packages(target, bundle, ROOT / requirements, compiler)
        _bundle(target.folder / bundle, packages, policy, compiler)
    return target.folder


def _packages(target: BundlePlatform, bundle: str, requirements: Path, compiler: Path | None) -> Path:
    """Install and compile a bundle's requirements.

    That is slow, and done again only when the requirements change.
    """
    folder = target.folder / "packages" / bundle
    inputs = _digest([requirements, Path(__file__)], str(target), str(compiler))
    if not _is_current(folder, inputs):
        _install(folder, target, requirements)
        _prune(folder)
        _compile(folder, compiler)
        _open_to_readers(folder)
        _stamp(folder, inputs)
    return folder


def _bundle(folder: Path, packages: Path, policy: Path, compiler: Path | None) -> None:
    """Add the product and its policy to the packages."""
    files = list(_product())
    inputs = _digest([*files, policy, _stamp_of(packages)], str(compiler))
    if _is_current(folder, inputs):
        return
    shutil.copytree(packages, folder, copy_function=os.link)
    for file in files:
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    shutil.copyfile(policy, folder / "leadtight" / "policy.toml")
    for package in PRODUCT:
        _compile(folder / package, compiler, inside=package)
    _open_to_readers(folder)
    _stamp(folder, inputs)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"bundle: {folder.relative_to(ROOT)}, {size / 1e6:.0f} MB", file=sys.stderr)


def _stamp_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.inputs")


def _stamp(folder: Path, inputs: str) -> None:
    _stamp_of(folder).write_text(inputs)


def _is_current(folder: Path, inputs: str) -> bool:
    """Return whether a folder matches its inputs; delete it otherwise."""
    stamp = _stamp_of(folder)
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == inputs:
        return True
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return False


def _digest(files: list[Path], *settings: str) -> str:
    digest = hashlib.sha256(repr(settings).encode())
    for file in files:
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _product() -> Iterator[Path]:
    """Yield the product's files that run on AWS."""
    for package in PRODUCT:
        for file in sorted((ROOT / package).rglob("*")):
            inside = file.relative_to(ROOT)
            if (
                file.is_file()
                and "__pycache__" not in inside.parts
                and not NOT_DEPLOYED.intersection(
                    [inside.as_posix(), *(parent.as_posix() for parent in inside.parents)]
                )
            ):
                yield file


def _install(folder: Path, target: BundlePlatform, requirements: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    machine = ["--python-platform", target.platform] if target.platform else []
    subprocess.run(
        [
            *(str(uv), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"),
            *("--link-mode", "copy", "--python-version", target.python, *machine),
            *("--target", str(folder), "-r", str(requirements)),
        ],
        check=True,
        cwd=ROOT,
    )


def _prune(folder: Path) -> None:
    """Delete what no function uses.

    These are scripts, installers' notes, unused botocore services and regional locales.
    """
    for unused in UNUSED:
        shutil.rmtree(folder / unused, ignore_errors=True)
    for note in NOTES:
        for file in folder.glob(f"*.dist-info/{note}"):
            file.unlink()
    for service in (folder / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for locale in (folder / LOCALES).glob("*.dat"):
        if REGIONAL.search(locale.stem) and locale.stem not in KEPT_REGIONAL:
            locale.unlink()
    (folder / ".lock").unlink(missing_ok=True)


def _interpreter(target: BundlePlatform) -> Path | None:
    """Find a Python of the target's minor version.

    Bytecode of another version would be ignored.
    """
    name = f"python{target.python}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # A shim on the path may belong to an inactive version, so each candidate is tried.
    candidates = [sys.executable, shutil.which(name), *sorted(pyenv.glob(f"{target.python}*/bin/{name}"))]
    for python in filter(None, candidates):
        version = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=False)
        if version.stdout.startswith(f"Python {target.python}."):
            return Path(str(python))
    return None


def _compile(folder: Path, compiler: Path | None, inside: str = "") -> None:
    """Compile by content hash instead of by modification time.

    Lambda's file system is read-only, so nothing could be compiled there.
    """
    if compiler is None:
        return
    subprocess.run(
        [
            *(str(compiler), "-I", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(folder), "-p", str(Path("/var/task") / inside), str(folder)),
        ],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},  # sets of constants are stored in hash order
    )


def _open_to_readers(folder: Path) -> None:
    """Give every file and folder the same modes.

    They would otherwise depend on the umask of the machine that builds.
    """
    folder.chmod(FOLDER_MODE)
    for path in folder.rglob("*"):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


def main() -> None:
    """Build the bundles named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=TARGETS, default="lambda")
    parser.add_argument("--policy", type=Path, default=ROOT / "leadtight" / "policy.toml")
    options = parser.parse_args()
    if not options.policy.is_file():
        parser.error(f"{options.policy}: no such policy file")
    build(TARGETS[options.target], options.policy.resolve())


if __name__ == "__main__":
    main()

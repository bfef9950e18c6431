"""The bundle: complete, with the chosen policy, and reproducible."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from infra import bundle
from tests.infra.synth import FUNCTIONS

POLICY = bundle.ROOT / "leadtight" / "policy.toml"


@pytest.fixture(scope="module")
def built() -> Path:
    """Return this machine's own bundles, as `make dev` builds them."""
    return bundle.build(bundle.TARGETS["local"], POLICY)


def digest(folder: Path) -> str:
    content = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            content.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return content.hexdigest()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_imports_from_its_bundle_alone(built: Path, name: str) -> None:
    folder = built / ("report" if name == "report" else "app")
    # Isolated and without site-packages: modules missing from the bundle are missing here.
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); from functions.{name}.handler import handle"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        env={"AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_bundle_holds_the_chosen_policy_and_no_command_line(built: Path) -> None:
    assert (built / "app" / "leadtight" / "policy.toml").read_bytes() == POLICY.read_bytes()
    assert not (built / "app" / "leadtight" / "cli").exists()
    assert not (built / "app" / "duckdb").exists()
    assert (built / "report" / "duckdb").is_dir()


def test_every_module_is_compiled_by_content(built: Path) -> None:
    compiled = list((built / "app" / "functions").rglob("*.pyc"))
    assert len(compiled) == len(list((built / "app" / "functions").rglob("*.py")))
    for file in compiled:
        assert int.from_bytes(file.read_bytes()[4:8], "little") == 0b01, "hash-based and never checked again"


def test_building_again_gives_the_same_bytes(built: Path) -> None:
    original = digest(built / "app")
    (built / "app.inputs").unlink()
    bundle.build(bundle.TARGETS["local"], POLICY)
    assert digest(built / "app") == original


def build_under(umask: int, folder: Path) -> Path:
    """Add the product to a bundle of one package."""
    packages = folder / "packages"
    before = os.umask(umask)
    try:
        packages.mkdir(parents=True)
        (packages / "module.py").write_text("VALUE = 1\n", encoding="utf-8")
        (folder / "packages.inputs").touch()
        bundle._bundle(folder / "app", packages, POLICY, Path(sys.executable))
    finally:
        os.umask(before)
    return folder / "app"


def test_a_bundle_is_the_same_and_readable_under_every_umask() -> None:
    (bundle.ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundle.ROOT / "build") as folder:
        usual, strict = build_under(0o022, Path(folder, "022")), build_under(0o077, Path(folder, "077"))
        assert digest(usual) == digest(strict)
        for path in (strict, *strict.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path


def test_only_the_services_the_adapters_call_are_described(built: Path) -> None:
    described = {p.name for p in (built / "app" / "botocore" / "data").iterdir() if p.is_dir()}
    assert described <= bundle.SERVICES
    assert {"dynamodb", "scheduler", "sqs", "ses", "sns", "s3", "secretsmanager"} <= described


def test_the_bundle_has_every_language_and_only_the_regional_variants_it_reads(built: Path) -> None:
    shipped = {p.stem for p in (built / "app" / "babel" / "locale-data").glob("*.dat")}
    assert {"root", "en", "de", "ja", "sr_Latn", "zh_Hant", "pt_PT"} <= shipped
    assert not shipped & {"de_AT", "en_US", "es_MX", "es_419"}


def test_the_largest_bundle_stays_under_lambdas_limit(built: Path) -> None:
    size = sum(file.stat().st_size for file in (built / "report").rglob("*") if file.is_file())
    assert size < 200e6, "Lambda takes 250 MB unzipped"

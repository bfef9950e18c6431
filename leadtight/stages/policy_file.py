"""Judge the policy that a stage file names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = Path(__file__).resolve().parents[1] / "policy.toml"
EXAMPLE_ENDINGS = (".example", ".test", ".invalid", "@example.com", "@example.org", "@example.net")
EXAMPLE_ENDINGS_OF_SUBDOMAINS = (".example.com", ".example.org", ".example.net")


def parse(file: Path) -> dict[str, Any]:
    """Return a policy's data.

    Raises ValueError for a file that cannot be read.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{file}: no such file") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{file}: {error}") from error


def sample_of(policy: Mapping[str, Any]) -> str | None:
    """Return the shipped sample with the same data, or None.

    Spaces, comments and the order of keys make no difference; nor does the version.
    """
    for sample in _samples():
        if _without_version(parse(sample)) == _without_version(policy):
            return sample.name if sample.parent != SHIPPED.parent else "leadtight/policy.toml"
    return None


def _samples() -> Iterator[Path]:
    yield from filter(Path.is_file, (SHIPPED, SHIPPED.parent / "devstage" / "policy.toml"))
    yield from sorted((ROOT / "docs" / "policies").glob("*.toml"))


def _without_version(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in policy.items() if key != "version"}


def example_addresses(policy: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and text of each example's mail address."""
    for key, value in policy.items():
        yield from _examples_in(value, f"{path}.{key}".strip("."))


def _examples_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from example_addresses(value, path)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _examples_in(each, f"{path}[{number}]")
    elif isinstance(value, str) and "@" in value and is_example(value):
        yield path, value


def is_example(address: str) -> bool:
    """Return whether an address is at an example's domain.

    RFC 2606 reserves them: nothing sent there arrives.
    """
    return address.lower().endswith((*EXAMPLE_ENDINGS, *EXAMPLE_ENDINGS_OF_SUBDOMAINS))

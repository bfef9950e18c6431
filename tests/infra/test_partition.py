"""A stage names AWS's partition and domain by reference only.

So it also works in China, GovCloud and the European sovereign cloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.synth import Synthesised

SERVICE = re.compile(r"[a-z][a-z0-9.-]*\.amazonaws\.com")
"""A service's principal, which is called the same in each partition."""

VIA_SERVICE = "kms:ViaService"
"""KMS's name of a service in a region, which has no partition."""


@pytest.mark.parametrize("stage", ["prod", "receiving"])
def test_no_partition_and_no_domain_is_written_out(request: pytest.FixtureRequest, stage: str) -> None:
    template: Synthesised = request.getfixturevalue(stage)
    texts = dict(_texts(template.body, ""))
    assert "lambda.amazonaws.com" in texts.values(), "the walk reaches roles"
    assert {path: text for path, text in texts.items() if _is_of_one_partition(path, text)} == {}


def test_names_of_one_partition_are_noticed() -> None:
    assert _is_of_one_partition("Resources/Role/NotResource", "arn:aws:sns:*:*:*")
    assert _is_of_one_partition("Outputs/Mx/Value/Fn::Join/1/2", ".amazonaws.com")
    assert _is_of_one_partition("Outputs/Url", "https://sqs.eu-west-1.amazonaws.com/1/q")


def _is_of_one_partition(path: str, text: str) -> bool:
    if "arn:aws" in text:
        return True
    return "amazonaws.com" in text and not SERVICE.fullmatch(text) and VIA_SERVICE not in path


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a template by its path."""
    if isinstance(value, str):
        yield path, value
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inner:
        yield from _texts(each, f"{path}/{key}")

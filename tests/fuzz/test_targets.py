"""Readers return or name the error, whatever strangers send.

Atheris digs on (docs/development/fuzzing.md).
"""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

SOON = 2.0
"""Seconds that reading 64 KB may take on a busy machine."""

WORDS = ["name", "email", "entry", "changes", "value", "field", "id", "form_response", "answers", "payload", "data"]
WORDS += [
    "items",
    "results",
    "collection",
    "uri",
    "created_at",
    "properties",
    "field_data",
    "values",
    "token",
    "leadgen",
]
NAUGHTY = ["", "null", "\x00", "\ud800", "\u202eevil", "'; drop", "=1+1", "a" * 5_000, "💥", "1e999", "../..", "%00"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*WORDS, *NAUGHTY]) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=6),
    max_leaves=30,
)


@st.composite
def mutated(draw: st.DrawFn, examples: tuple[bytes, ...]) -> bytes:
    """Return an example delivery with one random change.

    A part is replaced, doubled or cut out.
    """
    content = draw(st.sampled_from(examples))
    start, end = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
    middle = draw(
        st.sampled_from([b"", content[start:end] * 2, b'"', b"}", b"\x00", b"null", b"9" * 400]) | st.binary()
    )
    return content[:start] + middle + content[end:]


@st.composite
def reshaped(draw: st.DrawFn, examples: tuple[bytes, ...]) -> bytes:
    """Return an example JSON delivery with one value changed."""
    try:
        content = json.loads(draw(st.sampled_from(examples)))
    except ValueError:
        return draw(st.binary())
    here: Any = content
    while isinstance(here, dict | list) and here:
        step = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[step], dict | list) or not here[step] or draw(st.booleans()):
            here[step] = draw(JSON)
            break
        here = here[step]
    return json.dumps(content).encode()


def anything(name: str) -> st.SearchStrategy[bytes]:
    examples = seeds(name)
    as_json = JSON.map(lambda value: json.dumps(value).encode())
    return st.one_of(
        st.binary(max_size=400),
        st.text().map(lambda t: t.encode("utf-8", "replace")),
        as_json,
        mutated(examples),
        reshaped(examples),
    )


@pytest.mark.parametrize("name", TARGETS)
def test_any_input_is_read_or_rejected(name: str) -> None:
    # no assert: a target raises what its reader may not
    @given(anything(name))
    def reads(data: bytes) -> None:
        TARGETS[name](data)

    reads()


HUGE = {
    "ten thousand fields": b"&".join(b"f%d=v" % n for n in range(10_000)),
    "ten thousand parts": b"".join(
        b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n' % n for n in range(1_100)
    ),
    "ten thousand keys": json.dumps({f"f{n}": "v" for n in range(6_000)}).encode()[:65_000],
    "nested objects": b'{"a":' * 9_000,
    "nested lists that end": b"[" * 30_000 + b"]" * 30_000,
    "nested objects that end": b'{"fields":' * 5_000 + b"1" + b"}" * 5_000,
    "one long number": b'{"value":' + b"9" * 60_000 + b"}",
    "one long text": b'{"name":"' + b"x" * 65_000 + b'"}',
    "zeroes": b"\x00" * 65_536,
    "a boundary in a boundary": b"--b\r\n" * 13_000,
    "headers without an end": b"--b\r\nContent-Disposition: " + b"a;" * 30_000,
    "percent signs": b"%" * 65_000,
    "too long": b"x" * 200_000,
    "a bomb": b"\x1f\x8b\x08\x00" + b"\x00" * 60_000,
}


@pytest.mark.parametrize("name", [name for name in TARGETS if not name.startswith("proof")])
def test_hostile_bodies_are_read_quickly(name: str) -> None:
    firsts = [bytes([first]) for first in range(3)] if name == "form" else [b""]
    for title, body in HUGE.items():
        for data in (first + body for first in firsts):
            begun = time.process_time()
            TARGETS[name](data)
            assert time.process_time() - begun < SOON, title

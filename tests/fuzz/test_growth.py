"""Every reader's time grows linearly with any input (R2).

`make test` tries each reader with a tenth of the texts (an audit, which takes longer, with two), each text with a tenth
of the readers; `make fuzz` all of them.
"""

import os
import re
import time
from collections.abc import Sequence

import pytest

from tests.fuzz.growth import PUMPS, READERS, Make, Reader

ALL = "GROWTH"
"""The environment variable by which `make fuzz` asks for every text."""

SHARE, SHARE_OF_AUDITS = 10, 40
NOTHING = 0.05
"""Seconds of CPU below which growth is ignored; a quadratic reader is far above at four times the length."""

LINEAR = 8
"""Factor of time for four times the length: linear is four, quadratic sixteen."""

MOST = 6.0
"""Seconds for 64 KB of anything on a busy machine."""


def seconds(read: Reader, raw: bytes) -> float:
    begun = time.process_time()
    read(raw)
    return time.process_time() - begun


def worse_than_linear(read: Reader, make: Make, length: int, pumps: Sequence[bytes]) -> list[str]:
    """Return descriptions of inputs that take superlinear time."""
    bad = []
    for pump in pumps:
        small, large = (make(pump * (size // len(pump))) for size in (length, 4 * length))
        longest = seconds(read, large)
        if longest < NOTHING:
            continue
        least = min(longest, seconds(read, large))
        if least > NOTHING and least > LINEAR * max(min(seconds(read, small) for _ in range(2)), NOTHING / LINEAR):
            bad.append(f"{pump!r}: {least:.2f} s for {4 * length} bytes")
        elif least > MOST * 4 * length / 65_536:
            bad.append(f"{pump!r}: {least:.2f} s for {4 * length} bytes, which is too long")
    return bad


@pytest.mark.parametrize(("number", "name"), list(enumerate(READERS)), ids=list(READERS))
def test_a_readers_time_grows_linearly(number: int, name: str) -> None:
    share = SHARE_OF_AUDITS if name.startswith("an audit") else SHARE
    pumps = PUMPS if os.environ.get(ALL) else PUMPS[number % share :: share]
    assert not worse_than_linear(*READERS[name], pumps)


@pytest.mark.parametrize(
    "read",
    [
        lambda raw: re.sub(rb"\s+$", b"", raw),
        lambda raw: [raw[:at].count(b"x") for at in range(0, len(raw), 4)],
        lambda raw: [part for part in raw.split() if raw.count(part) > len(raw)],
    ],
    ids=["a pattern that goes back", "a prefix for each character", "all of it for each word"],
)
def test_a_quadratic_reader_is_found(read: Reader) -> None:
    assert worse_than_linear(read, lambda pump: pump + b"x", 20_000, (b" ", b"a ", b"a"))


def test_a_linear_reader_passes() -> None:
    assert not worse_than_linear(lambda raw: raw.split(), lambda pump: pump, 20_000, PUMPS)

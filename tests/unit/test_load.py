"""`make load` tells what happened, also what ought not to."""

import time
from threading import Lock

import pytest

from scripts.load import Here, Profile, run

SHORT = Profile(rate=10, steady=0.4, surge=0.2)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.load.SAMPLED_EVERY", 0.01)


class Slow:
    """Takes ten milliseconds for each owner, refuses every tenth post, and forgets every seventh lead."""

    def __init__(self) -> None:
        self._owned_at = [0.0]
        self._lock = Lock()

    def post(self, number: int) -> str | None:
        with self._lock:
            if number % 10 == 9:
                return None
            self._owned_at.append(max(self._owned_at[-1], time.monotonic()) + 0.01)
            return str(number)

    def waiting(self) -> int:
        now = time.monotonic()
        return sum(at > now for at in list(self._owned_at))

    def without_owner(self, ids: list[str]) -> list[str]:
        return [id_ for id_ in ids if int(id_) % 7 == 0]


def test_a_surge_is_twenty_times_the_rate_and_no_lead_of_it_is_lost_here() -> None:
    assert [phase for phase, _ in SHORT.times()] == ["before"] * 4 + ["surge"] * 40 + ["after"] * 4
    told = run(Here(), SHORT)
    assert (told.posted, told.accepted, told.refused, told.lost) == (48, 48, 0, 0)


def test_what_waits_is_refused_or_is_lost_is_told() -> None:
    told = run(Slow(), SHORT)
    assert (told.posted, told.refused) == (48, 4)
    assert told.lost == len([n for n in range(48) if n % 7 == 0 and n % 10 != 9])
    assert told.most_waiting > 5
    assert told.recovered_after > 0

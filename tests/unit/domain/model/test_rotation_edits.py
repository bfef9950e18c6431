"""Shares and members change while leads arrive.

Credit keeps its worth, and no person gets a run of leads.

The model below keeps what everybody is owed in fractions of a lead. It knows nothing of how the product counts.
"""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.model.codec import from_document
from leadtight.domain.model.rotation import LEAD, Rotation

pytestmark = pytest.mark.slow

TINY = Fraction(1, 1_000)
LONG = settings().max_examples > 1_000
NAMES = "abcdef"
WEIGHTS = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(st.integers(1, 5), st.integers(1, 250), st.just(10**9)), min_size=1
)
STRETCHES = st.lists(st.tuples(WEIGHTS, st.sets(st.sampled_from(NAMES)), st.integers(1, 20)), min_size=1, max_size=12)
"""Periods without an edit: the members with their weights, who of them cannot take part, how many leads."""


@dataclass
class Ledger:
    """Credit of every member, and the most members at once."""

    owed: dict[str, Fraction] = field(default_factory=dict)
    most: int = 0

    def keep(self, members: set[str]) -> None:
        """Remove members who left.

        Members whose credit has the sign of what is left over share it out of their own.
        """
        self.owed = {p: owed for p, owed in self.owed.items() if p in members} | {
            p: Fraction() for p in members - self.owed.keys()
        }
        over = sum(self.owed.values())
        bearing = sum(owed for owed in self.owed.values() if owed * over > 0)
        for person, owed in self.owed.items():
            if owed * over > 0:
                self.owed[person] -= over * owed / bearing
        self.most = max(self.most, len(self.owed))

    def give(self, person: str, weights: dict[str, int]) -> None:
        for p, weight in weights.items():
            self.owed[p] += Fraction(weight, sum(weights.values()))
        assert max(self.owed[p] for p in weights) - self.owed[person] < TINY, "the largest credit is next"
        self.owed[person] -= 1


def longest_run_allowed(people: int, taking_part: int, share: Fraction) -> int:
    """Return the longest run that decision 0064 allows.

    For a member with at most `share` of the leads.
    """
    q, n = Fraction(taking_part), Fraction(people)
    return floor(1 + ((2 * n - 1 - q) / 2 - 1 / q + share) / (1 - share) + TINY)


@settings(max_examples=20_000 if LONG else 400)
@given(stretches=STRETCHES)
def test_through_any_edits_the_largest_credit_is_next_and_nobody_is_far_from_their_share(
    stretches: list[tuple[dict[str, int], set[str], int]],
) -> None:
    rotation, ledger = Rotation(pool_id="p"), Ledger()
    for members, absent, leads in stretches:
        taking = {p: w for p, w in members.items() if p not in absent} or members
        ledger.keep(set(members))
        for _ in range(leads):
            person, rotation = rotation.among(members).take(taking)
            ledger.give(person, taking)
        assert sum(rotation.credits.values()) == 0
        furthest = Fraction(ledger.most - 1, 2) + TINY
        assert all(abs(owed) <= furthest for owed in ledger.owed.values())
        assert all(abs(Fraction(credit, LEAD) - ledger.owed[p]) < TINY for p, credit in rotation.credits.items())


@settings(max_examples=20_000 if LONG else 400)
@given(
    stretches=st.lists(
        st.tuples(
            st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(1, 100))),
            st.sets(st.sampled_from("abcd"), max_size=2),
            st.integers(1, 20),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_edit_or_absence_gives_anybody_a_longer_run_than_the_bound(
    stretches: list[tuple[dict[str, int], set[str], int]],
) -> None:
    rotation, turns = Rotation(pool_id="p"), []
    for members, absent, leads in stretches:
        taking = {p: w for p, w in members.items() if p not in absent}
        for _ in range(leads):
            person, rotation = rotation.among(members).take(taking)
            turns.append((person, Fraction(taking[person], sum(taking.values())), len(taking)))
    for _, together in groupby(turns, key=lambda turn: turn[0]):
        run = list(together)
        assert len(run) <= longest_run_allowed(4, run[-1][2], max(share for _, share, _ in run))


@given(stretches=STRETCHES, factor=st.sampled_from([2, 3, 7, 50, 100, 10**6]))
def test_scaled_shares_change_nothing(stretches: list[tuple[dict[str, int], set[str], int]], factor: int) -> None:
    plain = larger = Rotation(pool_id="p")
    for members, absent, leads in stretches:
        taking = {p: w for p, w in members.items() if p not in absent} or members
        for number in range(leads):
            times = factor if number % 2 else 1
            _, plain = plain.among(members).take(taking)
            _, larger = larger.among({p: w * times for p, w in members.items()}).take(
                {p: w * times for p, w in taking.items()}
            )
    assert larger == plain


@given(
    people=st.integers(2, 9), leads=st.integers(0, 20), old_weight=st.integers(1, 1_000), after=st.integers(1, 1_000)
)
def test_equal_shares_stay_round_robin_at_any_weight(people: int, leads: int, old_weight: int, after: int) -> None:
    pool, chosen, rotation = [f"p{n}" for n in range(people)], [], Rotation(pool_id="p")
    for number in range(leads + 3 * people):
        person, rotation = rotation.take(dict.fromkeys(pool, old_weight if number < leads else after))
        chosen.append(person)
    assert chosen == [pool[n % people] for n in range(len(chosen))]


@given(
    people=st.integers(2, 8), leads=st.integers(0, 20), weight=st.integers(1, 100), leaver=st.none() | st.integers(0, 7)
)
def test_among_equal_members_nobody_is_two_leads_ahead_after_a_join_or_leave(
    people: int, leads: int, weight: int, leaver: int | None
) -> None:
    pool, rotation = [f"p{n}" for n in range(people)], Rotation(pool_id="p")
    for _ in range(leads):
        _, rotation = rotation.take(dict.fromkeys(pool, weight))
    now = [*pool, "new"] if leaver is None else [p for n, p in enumerate(pool) if n != leaver % people]
    counts = Counter[str]()
    for _ in range(4 * len(now)):
        person, rotation = rotation.among(dict.fromkeys(now, 1)).take(dict.fromkeys(now, 1))
        counts[person] += 1
    assert max(counts.values()) - min(counts.get(p, 0) for p in now) <= 2


@pytest.mark.parametrize(
    ("stored", "weights", "following"),
    [
        ({"a": -2, "b": 2}, {"a": 3, "b": 1}, "baaa"),
        ({"a": -50, "b": 50}, {"a": 50, "b": 50}, "baba"),
        ({"a": -50, "b": 50}, {"a": 1, "b": 1}, "bbab"),  # stored before an edit: worth a lead at most
        ({"a": -50, "b": 40, "left": 10}, {"a": 50, "b": 50}, "baba"),
        ({}, {"a": 1, "b": 1}, "abab"),
    ],
)
def test_credits_stored_in_weights_are_read(stored: dict[str, int], weights: dict[str, int], following: str) -> None:
    rotation = from_document(Rotation, {"pool_id": "p", "turn": 7, "credits": stored})
    chosen = ""
    for _ in following:
        person, rotation = rotation.among(weights).take(weights)
        chosen += person
    assert chosen == following
    assert rotation.turn == 7 + len(following)
    assert sum(rotation.credits.values()) == 0

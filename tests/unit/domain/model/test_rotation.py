"""Rotation: exact shares, short runs, no flood and no drift."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.model.rotation import LEAD, Rotation

WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 5), min_size=1)


def turns(rotation: Rotation, weights: dict[str, int], count: int) -> tuple[list[str], Rotation]:
    chosen = []
    for _ in range(count):
        person, rotation = rotation.take(weights)
        chosen.append(person)
    return chosen, rotation


@given(weights=WEIGHTS)
def test_every_window_of_the_sum_of_weights_gives_each_their_exact_weight(weights: dict[str, int]) -> None:
    total = sum(weights.values())
    chosen, _ = turns(Rotation(pool_id="p"), weights, 3 * total)
    for start in range(2 * total + 1):
        assert Counter(chosen[start : start + total]) == weights


@given(people=st.integers(1, 8), leads=st.integers(1, 60))
def test_equal_shares_are_round_robin_in_the_pools_order(people: int, leads: int) -> None:
    pool = [f"p{n}" for n in range(people)]
    chosen, _ = turns(Rotation(pool_id="p"), dict.fromkeys(pool, 1), leads)
    assert chosen == [pool[n % people] for n in range(leads)]


@given(weights=WEIGHTS, count=st.integers(0, 40))
def test_the_position_counts_every_turn_and_credits_sum_to_zero(weights: dict[str, int], count: int) -> None:
    _, rotation = turns(Rotation(pool_id="p"), weights, count)
    assert rotation.turn == count
    assert sum(rotation.credits.values()) == 0


@given(
    stretches=st.lists(
        st.tuples(st.sets(st.sampled_from("abcd"), min_size=1), st.integers(1, 25)), min_size=1, max_size=12
    )
)
def test_a_person_who_comes_and_goes_is_owed_at_most_a_few_leads(stretches: list[tuple[set[str], int]]) -> None:
    rotation = Rotation(pool_id="p")
    for present, count in stretches:
        weights = dict.fromkeys(sorted(present), 1)
        chosen, rotation = turns(rotation, weights, count)
        for person in present:
            fair = count / len(present)
            assert abs(chosen.count(person) - fair) <= 4


def test_a_person_back_from_a_long_absence_gets_their_turn_and_no_more() -> None:
    _, rotation = turns(Rotation(pool_id="p"), {"a": 1, "b": 1}, 1_001)
    chosen, _ = turns(rotation, {"a": 1, "b": 1, "c": 1}, 9)
    assert Counter(chosen) == {"a": 3, "b": 3, "c": 3}


def test_new_weights_keep_earned_credit() -> None:
    _, rotation = turns(Rotation(pool_id="p"), {"a": 3, "b": 1}, 2)
    assert rotation.credits == {"a": -LEAD // 2, "b": LEAD // 2}
    assert rotation.take({"a": 1, "b": 1})[0] == "b"


def test_an_empty_choice_says_so() -> None:
    with pytest.raises(ValueError, match="no candidate"):
        Rotation(pool_id="p").take({})

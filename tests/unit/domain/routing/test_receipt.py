"""Receipts explain every candidate, compactly.

Receipts in former formats are still read.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.policy.pools import Strategy
from leadtight.domain.routing.receipt import ROTATION, Candidate, Receipt, by_reason

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ITEM_LIMIT_BYTES = 400_000  # DynamoDB's, for one item; a transaction may have ten times as much
NAMES = st.sampled_from([f"p{n}" for n in range(6)])
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        person=NAMES,
        weight=st.integers(1, 3),
        left_out=st.sampled_from(["", "inactive", "at cap: 3 open"]),
        load=st.integers(0, 4),
        match=st.integers(0, 2),
    ),
    max_size=6,
    unique_by=lambda c: c.person,
)


def receipt(candidates: list[Candidate], **fields: Any) -> Receipt:
    defaults: dict[str, Any] = {
        "owner": "p0",
        "reason": ROTATION,
        "rule": "all",
        "pool": "inbound",
        "people": tuple(c.person for c in candidates),
        "weights": {c.person: c.weight for c in candidates if c.weight != 1},
        "left_out": by_reason({c.person: c.left_out for c in candidates if c.left_out}),
        "loads": {c.person: c.load for c in candidates if c.load},
        "matches": {c.person: c.match for c in candidates if c.match},
        "turn": 7,
        "credits": {"p1": 2, "p2": -2},
        "policy_version": "1",
        "at": MONDAY,
    }
    return Receipt(**(defaults | fields))


@given(candidates=CANDIDATES)
def test_a_receipt_records_what_the_decision_saw_of_everybody(candidates: list[Candidate]) -> None:
    assert receipt(candidates).candidates == tuple(candidates)


@given(candidates=CANDIDATES, strategy=st.sampled_from(Strategy), relaxed=st.sampled_from([(), ("language",)]))
def test_a_receipt_in_the_former_format_is_equal(
    candidates: list[Candidate], strategy: Strategy, relaxed: tuple[str, ...]
) -> None:
    today = receipt(candidates, strategy=strategy, relaxed=relaxed)
    said_of_people = {"people", "weights", "left_out", "loads", "matches"}
    former = {k: v for k, v in to_document(today).items() if k not in said_of_people}
    former["candidates"] = to_document(candidates)
    assert from_document(Receipt, json.loads(json.dumps(former))) == today


def test_the_earliest_stored_receipts_are_read() -> None:
    """Early receipts have no loads, matches or choice of pool."""
    first = {
        "owner": "cem",
        "reason": "rotation",
        "rule": "rest",
        "pool": "inbound",
        "candidates": [
            {"person": "ana", "weight": 2, "left_out": "on leave until 2026-11-24T09:00:00+00:00"},
            {"person": "ben", "weight": 1, "left_out": ""},
            {"person": "cem", "weight": 1, "left_out": ""},
        ],
        "turn": 1,
        "credits": {"ana": -1, "ben": 0, "cem": 1},
        "policy_version": "1",
        "at": "2026-11-23T09:00:00.000000Z",
    }
    read = from_document(Receipt, first)
    assert (read.people, read.weights) == (("ana", "ben", "cem"), {"ana": 2})
    assert read.left_out == {"on leave until 2026-11-24T09:00:00+00:00": ("ana",)}
    assert (read.recompute(), read.strategy) == ("cem", Strategy.WEIGHTED)


def test_a_receipt_of_five_hundred_people_fits_a_row_three_times_even_with_all_different() -> None:
    people = [
        Candidate(
            person=f"somebody.with.a.name.{n:03d}",
            weight=2 + n % 5,
            left_out=f"switched away until {(MONDAY + timedelta(minutes=n)).isoformat()}",
            load=10 + n,
            match=3,
        )
        for n in range(500)
    ]
    different = receipt(people, credits={c.person: -1_000 for c in people})
    assert len(json.dumps(to_document(different))) < ITEM_LIMIT_BYTES / 3
    usual = receipt([Candidate(person=c.person, weight=1) for c in people], credits=different.credits)
    assert len(json.dumps(to_document(usual))) < ITEM_LIMIT_BYTES / 10

"""Ordinary leads stay in time beside ten thousand hostile requests.

Fifty of them in ten minutes get owner, reply and clock.

A run is of the attacker's whole rate, and by default of its first seconds; `make hostile` runs the ten minutes.
"""

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.model.message import Channel
from tests.hostile.attackers import STRATEGIES, VICTIM_NUMBERS, Attack, Attacker, Strategy, everything
from tests.hostile.siege import (
    CLOCK_WITHIN,
    DOLLARS_A_REQUEST,
    ORDINARY,
    OWNER_WITHIN,
    REPLY_WITHIN,
    SETTLING,
    Siege,
    most_to_one,
)

REQUESTS = 10_000 if os.environ.get("LEADTIGHT_LONG") else 100
MIXED = 10_000 if os.environ.get("LEADTIGHT_LONG") else 600


def assert_held(siege: Siege) -> None:
    """Assert what a siege must not change; print its cost."""
    waits = siege.waits()
    print(  # noqa: T201 - the cost of an attack is to be seen
        f"\n{siege.strategy.__name__}: {siege.requests} requests in {siege.seconds:.0f} s cost ${siege.dollars():.2f};"
        f" answers {dict(siege.stage.answers)}; strangers got {sum(siege.strangers().values())} mails,"
        f" {len(siege.stage.account.texts)} texts"
    )
    assert len(waits) == ORDINARY
    assert set(siege.answers.values()) <= {202, 303}
    for number, waited in waits.items():
        assert waited.owner is not None, f"visitor {number} has no owner"
        assert waited.owner <= OWNER_WITHIN, f"visitor {number}"
        assert waited.clock is not None, f"visitor {number} has no clock"
        assert waited.clock <= CLOCK_WITHIN, f"visitor {number}"
        assert waited.reply is not None, f"visitor {number} has no reply"
        assert waited.reply <= REPLY_WITHIN, f"visitor {number}"
    assert max(siege.strangers().values(), default=0) <= most_to_one(siege.policy)
    assert sum(siege.strangers().values()) <= siege.policy.messaging.budgets.of(Channel.EMAIL)
    assert siege.stage.answers[500] == 0
    assert siege.dollars() <= 1 + DOLLARS_A_REQUEST * siege.requests


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=list(STRATEGIES))
def test_one_kind_of_attack_does_not_harm_ordinary_visitors(strategy: Strategy) -> None:
    assert_held(Siege(strategy, REQUESTS).go())


def test_all_attacks_at_once_do_not_harm_ordinary_visitors() -> None:
    assert_held(Siege(everything, MIXED).go())


@settings(max_examples=3 if REQUESTS < 10_000 else 50, derandomize=True)
@given(names=st.lists(st.sampled_from(sorted(STRATEGIES)), min_size=2, max_size=4), seed=st.integers(0, 2**32))
def test_no_mixture_of_attacks_harms_ordinary_visitors(names: list[str], seed: int) -> None:
    def mixture(attacker: Attacker, number: int) -> Attack:
        return STRATEGIES[attacker.chance.choice(names)](attacker, number)

    assert_held(Siege(mixture, 60, seed=seed).go())


def test_a_stranger_cannot_have_an_unproved_number_texted() -> None:
    siege = Siege(STRATEGIES["texts"], REQUESTS).go()
    assert {text.to for text in siege.stage.account.texts}.isdisjoint(VICTIM_NUMBERS)
    assert len(siege.stage.account.texts) <= siege.policy.messaging.budgets.of(Channel.SMS)


def test_new_leads_interrupt_team_members_within_their_budget_only() -> None:
    siege = Siege(STRATEGIES["many_strangers"], REQUESTS).go()
    notices = [mail.to for mail in siege.stage.account.mails if mail.message_id.startswith("alert_owner")]
    assert notices
    hours = 1 + int((siege.seconds + SETTLING) / 3_600)
    assert max(map(notices.count, set(notices))) <= siege.policy.alerts.per_hour * hours


def test_an_attacker_repeats_itself_under_the_same_seed() -> None:
    def struck(seed: int) -> list[Attack]:
        return [everything(attacker, number) for attacker in [Attacker(Random(seed))] for number in range(50)]

    first, again = struck(7), struck(7)
    assert first == again != struck(8)

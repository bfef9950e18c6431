"""API keys: authentication and storage."""

import json
from datetime import UTC, datetime

import pytest

from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope, check
from leadtight.domain.model.errors import KeyRefused

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_a_key_is_recognised_by_its_digest_and_valid_only_for_its_scopes() -> None:
    text, key = api_keys.make("crm", [Scope.READ], NOW)
    assert check([key], text, Scope.READ) is key
    with pytest.raises(KeyRefused, match="may not write") as refused:
        check([key], text, Scope.WRITE)
    assert refused.value.is_known


def test_several_keys_of_one_name_are_live_at_once() -> None:
    old, new = (api_keys.make("crm", list(Scope), NOW) for _ in range(2))
    for text, key in (old, new):
        assert check([old[1], new[1]], text, Scope.WRITE) is key


@pytest.mark.parametrize("text", ["", " ", "leadtight_", "\ud800", "k" * 10_000])
def test_an_invalid_key_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        check([api_keys.make("crm", list(Scope), NOW)[1]], text, Scope.READ)
    assert not refused.value.is_known


def test_the_secret_holds_only_digests() -> None:
    (text, key), (other, another) = api_keys.make("crm", [Scope.READ], NOW), api_keys.make("shop", list(Scope), NOW)
    stored = json.dumps(api_keys.write([key, another]))
    assert text not in stored
    assert other not in stored
    assert api_keys.read(json.loads(stored)) == (key, another)


def test_no_two_keys_are_the_same_and_each_has_256_random_bits() -> None:
    texts = {api_keys.make("crm", [Scope.READ], NOW)[0] for _ in range(50)}
    assert len(texts) == 50
    assert all(len(text) - len(api_keys.PREFIX) >= 43 for text in texts)

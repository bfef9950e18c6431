"""Every delivery becomes lead, part of one, or held: once.

A function may die before or after any call (A11).
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.reader import read, whole
from leadtight.app.intake.deliveries import Deliveries
from leadtight.app.intake.fetch_announced import FetchAnnounced
from leadtight.app.intake.receive import Intake
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.event import EventKind
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World

FORM = Webhook(
    id="quotes", provider="standard", source="quotes", fields={"n": "name", "m": "email", "w": "message"}, items="all[]"
)
ADS = Webhook(id="ads", provider="facebook", source="facebook")
ADA, BEN = {"n": "Ada Obi", "m": "ada@example.com"}, {"n": "Ben Diaz", "m": "ben@example.com"}
DELIVERED: Sequence[tuple[Webhook, str, Any]] = (
    (FORM, "one", {"all": [ADA]}),
    (FORM, "again", {"all": [ADA | {"w": "One more thing"}]}),
    (FORM, "three", {"all": [BEN, {"colour": "green"}, {"n": "Cem Aydin"}]}),
    (FORM, "nothing", {"all": [{"colour": "red"}]}),
    (ADS, "", {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": 7}}]}]}),
    (ADS, "", {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": 8}}]}]}),
    (ADS, "", "unreadable"),
)
FETCHED = {
    "7": {"field_data": [{"name": "email", "values": ["dora@example.com"]}]},
    "8": {"field_data": [{"name": "email", "values": ["ada@example.com"]}]},
}
WRITES = ("create", "merge", "hold", "settle")
READS = ("load_all", "find_held", "waiting", "open_held")


class Killed(BaseException):
    """The function was killed: nothing in it can catch this."""


@dataclass
class Fate:
    """Kills at one call, before or after it took effect.

    Without an `at` it only counts.
    """

    at: int | None = None
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def watch(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, at which the function may die."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            here = len(self.calls) == self.at
            self.calls.append(name)
            if here and not self.after:
                raise Killed(name)
            result = call(*args, **kwargs)
            if here:
                raise Killed(name)
            return result

        return watched


class Mortal(World):
    """A World whose intake and collect can be killed.

    They die at any of their calls.
    """

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self.govern(replace(self.policy, webhooks={hook.id: hook for hook in (FORM, ADS)}))
        self.hinted = list[str]()
        table = _Watched(self.table, fate, (*WRITES, *READS))
        alarms = _Watched(self.alarms, fate, ("arm",))
        fetch = fate.watch(
            "fetch", lambda url, *_: json.dumps(FETCHED[url.rpartition("/")[2].partition("?")[0]]).encode()
        )
        fetching = Fetching(self.policy, lambda: {"ads": WebhookSecrets(signing=("s",))}, fetch)
        intake: Any = Intake(self.policy, table, PhoneEmailNormalizer(), self.new_id, alarms)
        hint = fate.watch("hint", self.hinted.append)
        self.deliveries = Deliveries(intake, table, self.new_id, hint, self.proofs.report)
        self.collect = FetchAnnounced(table, intake, fetching.fetch, fetching.read)

    def deliver(self, webhook: Webhook, key: str, content: Any) -> None:
        """Post until it is answered, as providers do."""
        body = json.dumps(content).encode()
        items = read(webhook, body, key, "application/json")
        original = whole(webhook, body, key, "", Reason.UNMAPPED, "") if len(items) == 1 else None
        self.run_until_it_survives(lambda: self.deliveries.take_all(items, f"webhook:{webhook.id}", self.now, original))

    def run_until_it_survives(self, work: Callable[[], object]) -> None:
        """Run a function until it ends by itself.

        That takes two runs at most, for it dies once.
        """
        try:
            work()
        except Killed:
            work()
        self.run_stream()

    def run(self) -> "Mortal":
        """Deliver everything, follow hints, and sweep what they lost."""
        for webhook, key, content in DELIVERED:
            self.deliver(webhook, key, content)
            self.advance(minutes=1)
        for held_id in self.hinted:
            self.run_until_it_survives(lambda held_id=held_id: self.collect.collect(held_id, self.now))  # type: ignore[misc]  # bound here
        self.advance(minutes=5)
        self.run_until_it_survives(lambda: self.collect.sweep(self.now))
        return self

    def account(self) -> dict[str, object]:
        """Return what became of every delivery.

        By sender, by event, and what is held for which reason.
        """
        leads = [self.lead(lead_id) for lead_id in self.lead_ids()]
        events = Counter(event.kind for lead in leads for event in self.table.history(lead.id))
        return {
            "leads": sorted(lead.inquiry.email or lead.inquiry.name for lead in leads),
            "received": events[EventKind.LEAD_RECEIVED],
            "joined": events[EventKind.INQUIRY_JOINED],
            "held": sorted(str(delivery.reason) for delivery in self.table.open_held(99)),
            "announced": len(self.table.waiting(self.now + timedelta(days=9), 99)),
            "owned": all(lead.owner_id for lead in leads),
        }


class _Watched:
    """Wraps a port and watches some of its calls."""

    def __init__(self, port: object, fate: Fate, names: Sequence[str]) -> None:
        self._port = port
        self._watched = {name: fate.watch(name, getattr(port, name)) for name in names}

    def __getattr__(self, name: str) -> Any:
        return self._watched.get(name) or getattr(self._port, name)


@pytest.fixture(scope="module")
def unharmed() -> tuple[dict[str, object], list[str]]:
    fate = Fate()
    return Mortal(fate).run().account(), fate.calls


def test_without_a_crash_everything_is_accounted_for(unharmed: tuple[dict[str, object], list[str]]) -> None:
    account, calls = unharmed
    assert account == {
        "leads": ["Cem Aydin", "ada@example.com", "ben@example.com", "dora@example.com"],
        "received": 4,
        "joined": 2,
        "held": ["unmapped", "unmapped", "unreadable"],
        "announced": 0,
        "owned": True,
    }
    assert set(calls) == {
        "create",
        "merge",
        "hold",
        "settle",
        "load_all",
        "find_held",
        "waiting",
        "open_held",
        "hint",
        "fetch",
        "arm",
    }


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_loses_or_doubles_nothing_after_redelivery(
    unharmed: tuple[dict[str, object], list[str]], after: bool
) -> None:
    account, calls = unharmed
    assert len(calls) > 10
    for at, name in enumerate(calls):
        world = Mortal(Fate(at=at, after=after)).run()
        assert world.account() == account, f"killed {'after' if after else 'before'} call {at}, {name}"

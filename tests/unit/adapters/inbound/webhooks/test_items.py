"""Deliveries of several items.

An unreadable item is held by itself and delays no other.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from leadtight.adapters.inbound.replay import reread
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks import PROVIDERS
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.adapters.inbound.webhooks.reader import LARGEST_KEPT, MOST_AT_ONCE, take
from leadtight.app.intake.deliveries import Deliveries, SettledItem
from leadtight.app.intake.fetch_announced import FetchAnnounced
from leadtight.app.intake.quarantine import Quarantine
from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World
from tests.unit.adapters.inbound.webhooks.deliveries import ALL

SEVERAL = {
    name: delivery.webhook.provider for name, delivery in ALL.items() if name not in ("twilio call", "twilio text")
}
"""Twilio sends one call or text in a request, as form fields: it has no item beside it."""

RUBBISH = ["rubbish", 7, None, {}, {"x": 1}, [[]], {"messages": "none"}]


class Hook(World):
    """A World with one webhook."""

    def __init__(self, webhook: Webhook) -> None:
        self.webhook = webhook
        self.hinted: list[str] = []
        super().__init__()
        self.govern(replace(self.policy, webhooks={webhook.id: webhook}))

    def post(self, content: Any, key: str = "") -> Sequence[SettledItem]:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        deliveries = Deliveries(self.intake, self.table, self.new_id, self._hint, self.proofs.report)
        return take(deliveries, self.webhook, body, key, "application/json", self.now)

    def held(self) -> tuple[QuarantinedDelivery, ...]:
        return self.table.open_held(10_000)

    def collect(self) -> None:
        """Fetch every announced lead."""
        fetching = Fetching(self.policy, lambda: {self.webhook.id: WebhookSecrets()}, self._web)
        collecting = FetchAnnounced(self.table, self.intake, fetching.fetch, fetching.read)
        for held_id in self.hinted:
            collecting.collect(held_id, self.now)

    def release(self, held_id: str, **completed: str) -> None:
        quarantine = Quarantine(self.table, self.intake, partial(reread, self.policy), self.proofs.report)
        quarantine.release(held_id, "mia", self.now, completed)

    def _hint(self, *held_ids: str) -> None:
        self.hinted.extend(held_ids)

    @staticmethod
    def _web(url: str, headers: object, body: bytes | None) -> bytes:
        raise AssertionError(f"nothing is to be asked of {url}")


def numbered(name: str, number: int) -> Any:
    """Return a provider's delivery with other ids, as JSON."""
    content = json.loads(ALL[name].body)
    return json.loads(
        json.dumps(content)
        .replace('"T1"', f'"T{number}"')
        .replace("invitees/1", f"invitees/{number}")
        .replace('"S1"', f'"S{number}"')
        .replace('"G1"', f'"G{number}"')
        .replace('"wamid.1"', f'"wamid.{number}"')
        .replace('"id": 12', f'"id": {number}')
        .replace("123456789012345678", str(number))
        .replace('"objectId": 77', f'"objectId": {number}')
        .replace("abc-1", f"abc-{number}")
        .replace("bFJeNb2uX8ANpT3JL5EfXw", f"uid-{number}")
    )


def together(name: str, *items: Any) -> Any:
    """Return one delivery of several items."""
    provider = ALL[name].webhook.provider
    if provider == "standard":
        return {"people": list(items)}
    if provider in ("whatsapp", "facebook"):
        entries = [item["entry"][0] if isinstance(item, dict) and "entry" in item else item for item in items]
        return {"object": "page", "entry": entries}
    return [item[0] if isinstance(item, list) and provider == "hubspot" and item != [[]] else item for item in items]


def webhook_of(name: str) -> Webhook:
    webhook = ALL[name].webhook
    return replace(webhook, items="people[]") if webhook.provider == "standard" else webhook


def test_every_provider_of_several_items_is_covered() -> None:
    assert set(SEVERAL.values()) == set(PROVIDERS) - {"twilio"}


BESIDE = [(name, rubbish) for name in sorted(set(SEVERAL) - {"voice"}) for rubbish in RUBBISH]
BESIDE.remove(("standard", None))  # JMESPath drops null from its results


@pytest.mark.proves("T4")
@pytest.mark.parametrize(("name", "rubbish"), BESIDE, ids=json.dumps)
def test_items_beside_an_unreadable_one_are_taken(name: str, rubbish: Any) -> None:
    hook = Hook(webhook_of(name))
    settled = hook.post(together(name, numbered(name, 1), rubbish, numbered(name, 2)), key="msg_1")
    statuses = sorted(result.status for result in settled)
    assert statuses in (["created", "held", "merged"], ["announced", "announced", "held"])
    [delivery] = hook.held()
    assert delivery.detail
    assert json.dumps(rubbish)[1:-1] in json.dumps(json.loads(delivery.content))
    again = hook.post(together(name, numbered(name, 1), rubbish, numbered(name, 2)), key="msg_1")
    assert [result.status for result in again] == ["duplicate"] * 3, "a redelivery takes nothing twice"


@pytest.mark.parametrize("name", sorted(set(SEVERAL) - {"voice"}))
def test_an_item_held_alone_can_be_completed_and_released_alone(name: str) -> None:
    hook = Hook(webhook_of(name))
    hook.post(together(name, numbered(name, 1), {"words": "call me"}, numbered(name, 2)))
    [delivery] = hook.held()
    hook.release(delivery.id, name="Kim Roth", email="kim@example.com")
    assert hook.held() == ()
    released = hook.table.find_held(delivery.id)
    assert released is not None
    assert released.lead_id is not None
    lead = hook.lead(released.lead_id).inquiry
    assert (lead.name, lead.email) == ("Kim Roth", "kim@example.com")
    assert "call me" in json.dumps(dict(lead.fields))


def test_an_item_without_a_name_is_held_unchanged_and_read_again_later() -> None:
    webhook = Webhook(id="q", provider="standard", source="q", fields={"post": "email"}, items="people[]")
    hook = Hook(webhook)
    settled = hook.post({"people": [{"post": "a@example.com"}, {"mail": "b@example.com"}]}, key="m1")
    assert [result.status for result in settled] == ["created", "held"]
    [delivery] = hook.held()
    hook.govern(replace(hook.policy, webhooks={"q": replace(webhook, fields={"mail": "email"})}))
    hook.release(delivery.id)
    assert [hook.lead(id_).inquiry.email for id_ in hook.lead_ids()] == ["a@example.com", "b@example.com"]


def leadgen(number: int) -> Any:
    value = {"leadgen_id": number, "form_id": 5, "page_id": 7, "created_time": 1795424340, "ad_id": 1, "adgroup_id": 1}
    return {"field": "leadgen", "value": value}


def test_a_thousand_announcements_take_few_calls() -> None:
    hook = Hook(ALL["facebook"].webhook)
    body = {"object": "page", "entry": [{"id": "7", "time": 1795424340, "changes": [leadgen(n) for n in range(1_000)]}]}
    assert {result.status for result in hook.post(body)} == {"announced"}
    assert len(hook.table.waiting(hook.now, 2_000)) == len(hook.hinted) == 1_000
    assert {result.status for result in hook.post(body)} == {"duplicate"}


def chat(number: int, words: str) -> Any:
    sender = f"4930901{number:04d}"
    message = {"from": sender, "id": f"wamid.{number}", "timestamp": "1795424340", "type": "text"}
    value = {
        "metadata": {"display_phone_number": "4930999999"},
        "contacts": [{"wa_id": sender, "profile": {"name": f"Person {number}"}}],
        "messages": [{**message, "text": {"body": words}}],
    }
    return {"field": "messages", "value": value}


def test_a_thousand_messages_are_stored_first_and_become_leads_soon_after() -> None:
    hook = Hook(ALL["whatsapp"].webhook)
    changes = [chat(number, f"Message {number}") for number in range(MOST_AT_ONCE + 50)]
    settled = hook.post({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})
    assert {result.status for result in settled} == {"announced"}
    hook.collect()
    leads = [hook.lead(id_).inquiry for id_ in hook.lead_ids()]
    expected = {(f"Person {number}", f"Message {number}") for number in range(len(changes))}
    assert {(lead.name, lead.message) for lead in leads} == expected
    assert hook.held() == ()
    assert all(hook.table._deliveries[result.id].state is QuarantineState.RELEASED for result in settled)


def test_a_repeated_message_in_a_delivery_is_one() -> None:
    hook = Hook(ALL["facebook"].webhook)
    body = {"entry": [{"changes": [leadgen(1), leadgen(1)]}]}
    assert [result.status for result in hook.post(body)] == ["announced", "duplicate"]


def test_an_oversized_item_is_held_with_the_reason() -> None:
    hook = Hook(ALL["whatsapp"].webhook)
    settled = hook.post(
        {"entry": [{"changes": [chat(1, "x" * 70_000), chat(2, "Hello"), chat(3, "y" * LARGEST_KEPT)]}]}
    )
    assert [result.status for result in settled] == ["held", "created", "held"]
    details = [delivery.detail for delivery in hook.held()]
    assert details[0] == "one item has over 64 KB"
    assert details[1].startswith("one item has over 64 KB; of ")
    assert details[1].endswith(f"only the first {LARGEST_KEPT} are kept")


def test_a_foreign_contact_is_not_part_of_a_lead() -> None:
    hook = Hook(ALL["whatsapp"].webhook)
    first, second = chat(1, "Hi")["value"], chat(2, "Hello")["value"]
    value = {"contacts": first["contacts"] + second["contacts"], "messages": first["messages"] + second["messages"]}
    hook.post({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    leads = [hook.lead(id_).inquiry for id_ in hook.lead_ids()]
    assert [lead.name for lead in leads] == ["Person 1", "Person 2"]
    assert "Person 2" not in json.dumps(dict(leads[0].fields))


def test_a_set_aside_item_can_be_released_as_a_lead() -> None:
    hook = Hook(ALL["whatsapp"].webhook)
    change = chat(1, "")
    change["value"]["messages"][0] |= {"type": "reaction", "reaction": {"message_id": "w0", "emoji": "👍"}}
    [settled] = hook.post({"entry": [{"changes": [change]}]})
    assert (settled.status, hook.lead_ids(), hook.held()) == ("set_aside", [], ())
    aside = hook.table.find_held(settled.id)
    assert aside is not None
    assert aside.is_set_aside
    hook.release(settled.id)
    [lead_id] = hook.lead_ids()
    assert hook.lead(lead_id).inquiry.fields["reaction.emoji"] == "👍"

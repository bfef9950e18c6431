"""Send order of thousands of messages at a limited rate.

A provider takes fourteen a second, on the virtual clock.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from leadtight.adapters.memory.send_pace import MemoryPace
from leadtight.adapters.memory.senders import MemoryMailer
from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.errors import SendFailed, SendThrottled, SendUnsure
from leadtight.domain.model.message import LEAD, Channel, Message, Status, Template
from leadtight.domain.policy.messaging import Budgets, DailySendLimits
from tests.scenarios.world import MONDAY_NINE, WARM, World

pytestmark = pytest.mark.slow

PER_SECOND = 14
FLOOD = 10_000
MANY = 10**6
WITHOUT_END = DailySendLimits(
    acknowledgements_per_person=MANY, mails_per_person=MANY, per_network=MANY, per_source=MANY
)
"""No limit by person or source refuses any of the flood: all of it goes, in its turn."""

BOUND = timedelta(seconds=30)
"""How long after its turn at the provider's rate a new lead's acknowledgement leaves at the latest."""


@dataclass
class Provider(MemoryMailer):
    """Takes fourteen mails a second and refuses more.

    As SES does.
    """

    now: Callable[[], datetime] = lambda: MONDAY_NINE
    at: list[datetime] = field(default_factory=list)
    refused: int = 0
    per_second: int = PER_SECOND

    def first(self, lead_id: str, template: str) -> datetime:
        """Return when a lead's first mail by template was taken."""
        mails = zip(self.sent, self.at, strict=True)
        return next(
            at
            for mail, at in mails
            if mail.envelope.lead_id == lead_id and mail.envelope.message_id.startswith(f"{template}-")
        )

    def send_mail(self, permission: Permission, mail: Mail, envelope: Envelope) -> str:
        """Take a mail, or refuse it."""
        self.fail_on_demand()
        second = self.now().replace(microsecond=0)
        if sum(at.replace(microsecond=0) == second for at in self.at[-PER_SECOND:]) >= self.per_second:
            self.refused += 1
            raise SendThrottled("Throttling: Maximum sending rate exceeded.")
        sent = super().send_mail(permission, mail, envelope)
        self.at.append(self.now())
        return sent


def flooded(*, sweeping: bool = True) -> tuple[World, Provider]:
    """Return a world with a rate-limited mail provider."""
    world = World(sweeping=sweeping)
    world.alarms.lost = True
    provider = Provider(now=lambda: world.now)
    world.mailer = world.twins.mailer = provider
    world.twins.pace = MemoryPace()
    messaging = replace(world.policy.messaging, limits=WITHOUT_END, budgets=Budgets(mails=MANY))
    world.govern(replace(world.policy, messaging=messaging))
    return world, provider


def owe(world: World, lead_id: str, number: int, template: Template, to: str = LEAD, **more: object) -> None:
    """Queue a message that was just refused."""
    lead = world.lead(lead_id)
    message = Message(
        id=f"{template}-flood-{number}",
        lead_id=lead_id,
        template=template,
        channel=Channel.EMAIL,
        recipient=to,
        created_at=world.now,
        next_try_at=world.now,
        detail="over the provider's rate",
        data={"reply_within": "PT5M"},
        source=lead.source,
    )
    world.table._messages[lead_id, message.id] = replace(message, **more)  # type: ignore[arg-type]


def by_one_lead(world: World) -> None:
    lead_id = world.receive(message=WARM, email="flood@example.com")
    for number in range(FLOOD):
        owe(world, lead_id, number, Template.ACKNOWLEDGE)


def by_many_leads_of_one_source(world: World) -> None:
    lead = world.lead(world.receive(message=WARM, email="flood@example.com", source="flood"))
    for number in range(FLOOD):
        world.table._leads[f"F{number:05}"] = replace(lead, id=f"F{number:05}", wake_at=None)
        owe(world, f"F{number:05}", 0, Template.ACKNOWLEDGE)


def by_many_leads_of_the_same_source(world: World) -> None:
    lead = world.lead(world.receive(message=WARM, email="flood@example.com"))
    for number in range(FLOOD):
        world.table._leads[f"F{number:05}"] = replace(lead, id=f"F{number:05}", wake_at=None)
        owe(world, f"F{number:05}", 0, Template.ACKNOWLEDGE)


def of_alerts_to_the_owner(world: World) -> None:
    lead_id = world.receive(message=WARM, email="flood@example.com")
    owner = str(world.lead(lead_id).owner_id)
    for number in range(FLOOD):
        owe(world, lead_id, number, Template.DEADLINE_MISSED, owner)


def of_notices_for_a_digest(world: World) -> None:
    lead_id = world.receive(message=WARM, email="flood@example.com")
    owner = str(world.lead(lead_id).owner_id)
    for number in range(FLOOD):
        owe(world, lead_id, number, Template.WROTE_AGAIN, owner, queued=True)


def of_sequences(world: World) -> None:
    lead_id = world.receive(message=WARM, email="flood@example.com")
    for number in range(FLOOD):
        owe(world, lead_id, number, Template.BOOKING_LINK)


@pytest.mark.proves("E2", "U4")
@pytest.mark.parametrize(
    "flood",
    [
        by_one_lead,
        by_many_leads_of_one_source,
        by_many_leads_of_the_same_source,
        of_alerts_to_the_owner,
        of_notices_for_a_digest,
        of_sequences,
    ],
)
def test_an_acknowledgement_leaves_in_turn_despite_ten_thousand_waiting_messages(
    flood: Callable[[World], None],
) -> None:
    world, provider = flooded(sweeping=False)
    flood(world)
    world.retries.at(world.now, world.now)
    world.advance(seconds=20)
    arrived, sent_before = world.now, len(provider.sent)
    lead_id = world.receive(email="new@example.com")
    world.advance(seconds=40)
    acknowledged, alerted = (provider.first(lead_id, template) for template in ("acknowledge", "alert_owner"))
    assert acknowledged - arrived <= BOUND
    assert alerted - arrived <= BOUND
    assert provider.refused == 0, "the rate was kept to"
    if flood not in (of_notices_for_a_digest, of_alerts_to_the_owner):  # a colleague's surplus is digested
        assert sent_before >= PER_SECOND * 20, "the provider was at its limit before"
        assert len(provider.sent) - sent_before >= PER_SECOND * 40, "and after"


def test_no_lane_starves_the_others_in_urgent_or_fair_order() -> None:
    world, _provider = flooded(sweeping=False)
    by_one_lead(world)
    lead_id = world.receive(email="new@example.com")
    for template in (Template.WARN_OWNER, Template.BOOKING_LINK):
        owe(world, lead_id, 0, template, "mia" if template is Template.WARN_OWNER else LEAD)
    world.retries.at(world.now, world.now)
    world.advance(seconds=5)
    done = {world.message(lead_id, template).status for template in (Template.WARN_OWNER, Template.BOOKING_LINK)}
    assert done <= {Status.SENT, Status.REFUSED}


@pytest.mark.parametrize("leads", [50, 500])
def test_after_half_a_minute_of_refusals_the_backlog_drains_at_the_providers_rate(leads: int) -> None:
    world, provider = flooded()
    provider.failures = [SendFailed("down")] * 1_000_000
    begun = world.now
    for number in range(leads):
        world.receive(email=f"lead{number}@example.com")
    tried = 1_000_000 - len(provider.failures)
    world.advance(seconds=30)
    asked_meanwhile = 1_000_000 - len(provider.failures) - tried
    provider.failures.clear()
    world.advance(minutes=4)
    last = max(provider.first(lead_id, "acknowledge") for lead_id in world.lead_ids())
    longest_pause, turn = timedelta(seconds=40), timedelta(seconds=2 * leads / PER_SECOND)
    assert last - begun <= timedelta(seconds=30) + longest_pause + turn
    assert asked_meanwhile <= 3 * 31, "a provider that is down is asked by no more than three a second"


def acknowledgements(world: World) -> Counter[Status]:
    """Count the acknowledgements of all leads by status."""
    return Counter(world.message(lead_id, Template.ACKNOWLEDGE).status for lead_id in world.lead_ids())


def test_a_sandboxed_provider_gets_one_a_second_and_hardly_more_attempts() -> None:
    world, provider = flooded()
    provider.per_second = 1
    for number in range(20):
        world.receive(email=f"lead{number}@example.com")
    world.advance(seconds=60)
    assert acknowledgements(world) == {Status.SENT: 20}
    assert provider.refused <= 60 + 1


def test_an_unresponsive_provider_is_tried_with_one_message_at_a_time() -> None:
    world, provider = flooded()
    for number in range(100):
        world.stream_down = True
        world.receive(email=f"lead{number}@example.com")
    provider.failures = [SendUnsure("no answer")] * 1_000
    world.advance(seconds=10)
    world.dispatch.work(world.now)
    assert 1_000 - len(provider.failures) == 1, "each takes six seconds"
    provider.failures.clear()
    world.advance(seconds=30)
    sent = [world.message(lead_id, Template.ACKNOWLEDGE).status for lead_id in world.lead_ids()]
    assert sent.count(Status.SENT) >= 99


def test_a_stream_batch_waits_for_one_missing_answer_and_not_for_ten() -> None:
    world, provider = flooded()
    provider.failures = [SendUnsure("no answer")] * 1_000
    for number in range(10):
        world.receive(email=f"lead{number}@example.com")
    assert 1_000 - len(provider.failures) == 1
    provider.failures.clear()
    world.advance(seconds=30)
    sent = [world.message(lead_id, Template.ACKNOWLEDGE).status for lead_id in world.lead_ids()]
    assert sent.count(Status.SENT) == 9, "the one that may have been sent waits for its lease"


def test_without_retries_the_sweep_sends_postponed_messages() -> None:
    world, _provider = flooded()
    world.retries.lost = True
    for number in range(30):
        world.receive(email=f"lead{number}@example.com")
    world.advance(minutes=26)
    assert acknowledgements(world) == {Status.SENT: 30}


def test_messages_postponed_for_hours_are_left_to_the_sweep() -> None:
    world = World(now=datetime.fromisoformat("2026-11-22T03:00:00+01:00"))
    consent = {"sms": True, "text": "Text me about my inquiry", "url": "https://harbour.example/contact"}
    world.receive(phone="+49 30 901820", consent=consent)
    assert world.retries.next_at() is None

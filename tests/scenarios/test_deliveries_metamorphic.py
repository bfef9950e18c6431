"""Deliveries yield the same people and words by any channel."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from leadtight.adapters.inbound.forms import post_body
from leadtight.adapters.inbound.forms import reader as forms
from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks import reader as webhooks
from leadtight.adapters.inbound.webhooks.client import Fetching
from leadtight.app.intake import form_posts as form_door
from leadtight.app.intake.deliveries import Deliveries
from leadtight.app.intake.fetch_announced import FetchAnnounced
from leadtight.domain.intake.quarantine import QuarantineState, Reason
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.forms import Builder, ConsentWording, Form
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.sent_by_providers import Person, Posted, as_sent_by_a_gateway, together, truth, ways
from tests.scenarios.test_mail import Inbox

SEEDS = range(300)
PROVIDERS = ("typeform", "calendly", "webflow", "google_ads", "whatsapp", "facebook", "twilio", "hubspot")
NAMED = {
    "standard": {"who.n": "name", "who.m": "email", "who.t": "phone", "said": "message"},
    "pipedrive": {"said": "message"},
    "linkedin": {"1": "name", "2": "email", "3": "message"},
}
SEVERAL = ("whatsapp", "facebook", "hubspot", "standard")


class Doors(Inbox):
    """A World with a mailbox, three forms and every provider."""

    def __init__(self) -> None:
        self.hinted: list[str] = []
        self.fetched: dict[str, bytes] = {}
        super().__init__()

    def govern(self, policy: Policy) -> None:
        hooks = {name: Webhook(id=name, provider=name, source=name, fields=NAMED.get(name, {})) for name in PROVIDERS}
        hooks |= {name: Webhook(id=name, provider=name, source=name, fields=fields) for name, fields in NAMED.items()}
        hooks["standard"] = replace(hooks["standard"], items="items[]")
        made = {
            "form": Form(id="form", consent=ConsentWording(sms="You may text me.")),
            "tally": Form(id="tally", builder=Builder.TALLY),
        }
        made["elementor"] = Form(id="elementor", builder=Builder.ELEMENTOR)
        super().govern(replace(policy, webhooks=hooks, forms=made))
        self.deliveries = Deliveries(self.intake, self.table, self.new_id, self._hint, self.proofs.report)
        self.door = form_door.FormIntake(
            self.deliveries, forms.read, forms.keep, lambda *_: None, lambda _, posted: posted
        )

    def deliver(self, posted: Posted) -> None:
        """Deliver, read and, where it is only announced, fetch."""
        self.fetched |= posted.fetched
        if posted.door == "mail":
            self.drop(posted.body)
        elif posted.door.startswith("form"):
            self._post(posted)
        else:
            hook = self.policy.webhooks[posted.door]
            webhooks.take(self.deliveries, hook, posted.body, posted.key, posted.content_type, self.now)
        self._collect()
        self.run_stream()

    def heard(self, lead: Lead) -> list[str]:
        """Return all that was said on a lead, in order."""
        first, *later = self.table.history(lead.id)
        joined = [event.data["inquiry"] for event in later if event.kind is EventKind.INQUIRY_JOINED]
        return [inquiry["message"] for inquiry in (first.changes["inquiry"][1], *joined)]

    def kept(self, lead: Lead) -> str:
        return "\n".join(f"{event.data}{event.changes}" for event in self.table.history(lead.id))

    def _post(self, posted: Posted) -> None:
        post = post_body.read(as_sent_by_a_gateway(posted))
        form = self.policy.forms[posted.door.partition(":")[2] or "form"]
        taken = form_door.FormPost(fields=post.fields, uploads=tuple(post.uploads))
        self.door.take(form, taken, self.now, by_visitor=False)

    def _hint(self, *held_ids: str) -> None:
        self.hinted.extend(held_ids)

    def _collect(self) -> None:
        keys = {name: WebhookSecrets() for name in self.policy.webhooks}
        fetching = Fetching(self.policy, lambda: keys, self._answer)
        collecting = FetchAnnounced(self.table, self.intake, fetching.fetch, fetching.read)
        while self.hinted:
            collecting.collect(self.hinted.pop(), self.now)

    def _answer(self, url: str, headers: Any, body: bytes | None) -> bytes:
        return self.fetched[url.partition("?")[0].rpartition("/")[2]]


@dataclass
class Truth:
    """Each person's statements, their consents, and the rubbish beside.

    Who agreed to texts on a page, and how much rubbish there was.
    """

    words: dict[Person, list[str]] = field(default_factory=dict)
    agreed: set[Person] = field(default_factory=set)
    rubbish: int = 0


def delivered(seed: int) -> tuple[Doors, Truth]:
    """Return the doors after delivering a truth, and the truth."""
    rng, doors, expected = random.Random(seed), Doors(), Truth()
    for number, statement in enumerate(truth(rng)):
        way = rng.choice(ways(statement, statement.person not in expected.words))
        posted = way(statement, str(10_000 + number), rng)
        if posted.door in SEVERAL and rng.random() < 0.3:
            expected.rubbish += 1
            posted = together(posted, {"nobody": f"can read this {number}"})
        for _ in range(rng.choice([1, 1, 2])):  # an unsure sender delivers again
            doors.deliver(posted)
        expected.words.setdefault(statement.person, []).append(statement.words)
        if statement.agrees and posted.door == "form":
            expected.agreed.add(statement.person)
        doors.advance(minutes=rng.randint(1, 3))
    return doors, expected


@pytest.mark.proves("A1", "T4")
@pytest.mark.parametrize("seed", SEEDS)
def test_deliveries_yield_the_same_people_and_words(seed: int) -> None:
    doors, expected = delivered(seed)
    leads = [doors.lead(id_) for id_ in doors.lead_ids()]
    assert len(leads) == len(expected.words)
    heard = {tuple(doors.heard(lead)): lead for lead in leads}
    for person, words in expected.words.items():
        [lead] = [lead for texts, lead in heard.items() if all(any(w in f for f in texts) for w in words)]
        assert len(doors.heard(lead)) == len(words)
        inquiry = lead.inquiry
        assert inquiry.name in (person.name, "")
        assert inquiry.consent.sms is (person in expected.agreed)
        assert (inquiry.email or "", inquiry.phone or "") == (person.email, f"+{person.phone}" if person.phone else "")
        assert [e for e in (f"x-{person.number}-{n}-é" for n in range(len(words))) if e not in doors.kept(lead)] == []
    reasons = [each.reason for each in doors.table._deliveries.values() if each.state is QuarantineState.HELD]
    assert len(reasons) == expected.rubbish
    assert set(reasons) <= {Reason.UNREADABLE, Reason.UNMAPPED}

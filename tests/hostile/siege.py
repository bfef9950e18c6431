"""A siege: an attacker and ordinary visitors at one stage.

The stage has AWS's limits; the result is what became of both.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from infra.limits import LARGE, Limits
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from scripts.load import requests
from scripts.load.lives import LeadTimes, lives
from scripts.load.quotas import NORMAL, Quotas
from scripts.load.stage import MONDAY_NINE, LoadStage
from tests.hostile.attackers import HOOK, Attacker, Strategy

RATE = 10_000 / 600
"""Requests a second: ten thousand in ten minutes."""

ORDINARY = 50
SETTLING = 360.0
OWNER_WITHIN, CLOCK_WITHIN, REPLY_WITHIN = 180.0, 180.0, 300.0
"""Seconds. The promise to an urgent lead is five minutes (`targets.hot`); a spilled post comes back after two."""

DOLLARS_A_REQUEST = 0.001
"""Ten thousand requests cost ten dollars at most, whatever their content."""

TRIES = 8
"""How often a script resends a temporarily refused request."""

_MARK = re.compile(r"house-(\d{3})")
SIGNING = base64.b64encode(b"a secret that nobody overhears").decode()


def besieged() -> Policy:
    """Return the shipped policy with a webhook that is signed."""
    shipped = policies.shipped()
    names = ("name", "email", "phone", "message")
    hook = Webhook(id=HOOK, provider="standard", source=HOOK, fields={name: name for name in names})
    return replace(shipped, webhooks={**shipped.webhooks, HOOK: hook})


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds a visitor waited for owner, reply and clock.

    None means that it never came.
    """

    owner: float | None
    reply: float | None
    clock: float | None


@dataclass
class Siege:
    """One run: an attacker's requests and fifty ordinary leads.

    `requests` of one strategy come at the attacker's rate.
    """

    strategy: Strategy
    requests: int
    seed: int = 1
    quotas: Quotas = NORMAL
    limits: Limits = LARGE
    visited: dict[int, float] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)
    """When each ordinary visitor wrote, and the API's last answer."""

    def __post_init__(self) -> None:
        """Prepare stage and attacker.

        The attacker knows who writes to the firm today and overheard its provider.
        """
        self.policy = besieged()
        secrets = {"webhooks": {HOOK: {"signing": [SIGNING]}}}
        self.stage = LoadStage(
            quotas=self.quotas, limits=self.limits, policy=self.policy, seed=self.seed, secrets=secrets
        )
        self.ordinary = tuple(f"visitor{number}@ordinary.example.com" for number in range(ORDINARY))
        self.attacker = Attacker(
            Random(self.seed), known_addresses=self.ordinary, replays=[_signed(n) for n in range(3)]
        )

    @property
    def seconds(self) -> float:
        """Return how long the attack lasts."""
        return self.requests / RATE

    def go(self) -> Siege:
        """Run the siege."""
        clock = self.stage.clock
        with self.stage.running():
            for number in range(self.requests):
                clock.at(number / RATE, partial(self._strike, number))
            for number, email in enumerate(self.ordinary):
                clock.at((number + 0.5) * self.seconds / ORDINARY, partial(self._visit, number, email))
            self.stage.run(self.seconds + SETTLING)
        return self

    def _strike(self, number: int) -> None:
        attack = self.strategy(self.attacker, number)
        if attack.event is not None:
            self.stage.visit(attack.event, attack.function)
        else:
            self.stage.mail(f"inbound/{number}", attack.mail)

    def _visit(self, number: int, email: str) -> None:
        """Send an ordinary inquiry by form or script.

        Each visitor has a line of their own.

        A script sends again when the API asks it to; a browser does not.
        """
        self.visited[number] = self.stage.clock.now
        name, words = f"Ordinary Visitor {number}", f"Please call me today about my roof, {_mark(number)}"
        address = f"203.0.{number}.7"
        if number % 2:
            fields = {"your-name": name, "your-email": email, "your-message": words, "fill_ms": "21000"}
            self.answers[number] = self.stage.visit(requests.form("contact", fields, address=address))["statusCode"]
            return
        for _ in range(TRIES):
            answer = self.stage.visit(requests.lead({"name": name, "email": email, "message": words}, address=address))
            self.answers[number] = answer["statusCode"]
            if answer["statusCode"] not in (429, 503):
                return
            self.stage.clock.sleep(float(answer["headers"].get("retry-after", 1)))

    # its result

    def waits(self) -> dict[int, Waited]:
        """Return each ordinary visitor's waits.

        Whichever lead has their words; None: it never came.
        """
        by_id = {life.lead_id: life for life in lives(self.stage)}
        taken = {int(marked): pk for pk, marked in self._marked()}
        return {number: self._waited(number, by_id.get(taken.get(number, ""))) for number in range(ORDINARY)}

    def _waited(self, number: int, life: LeadTimes | None) -> Waited:
        since = self.visited[number]
        replies = [mail.at for mail in self.stage.account.mails if mail.to == self.ordinary[number]]
        reply = min((max(0.0, at - since) for at in replies), default=None)
        if life is None:
            return Waited(None, reply, None)
        owner, clock = (
            None if each is None else max(0.0, life.since + each - since) for each in (life.owner, life.clock)
        )
        return Waited(owner, reply, clock)

    def _marked(self) -> Iterator[tuple[str, str]]:
        """Yield leads with an ordinary visitor's words, and visitor's number.

        The words are in its row or history.
        """
        for pk, there in self.stage.table.items.items():
            if pk.startswith("LEAD#"):
                for item in there.values():
                    for number in _MARK.findall(item.get("doc", {"S": ""})["S"]):
                        yield pk.removeprefix("LEAD#"), number

    def mails_to(self) -> Counter[str]:
        """Return how many mails each address outside the team got."""
        team = {person.email for person in self.policy.people.values()}
        return Counter(mail.to.casefold() for mail in self.stage.account.mails if mail.to not in team)

    def strangers(self) -> Counter[str]:
        """Count mails to addresses of strangers.

        Neither the team's nor an ordinary visitor's.
        """
        return Counter({to: n for to, n in self.mails_to().items() if to not in self.ordinary})

    def dollars(self) -> float:
        """Return the stage's cost during the siege."""
        return sum(self.stage.meter.dollars().values())


def _mark(number: int) -> str:
    """Return the words that identify an ordinary visitor's inquiry."""
    return f"house-{number:03d}"


def most_to_one(policy: Policy) -> int:
    """Return one person's daily limit of unrequested mails.

    Such mails answer messages that others wrote in their name.
    """
    limits = policy.messaging.limits
    return min(limits.acknowledgements_per_person + 1, limits.per_person(Channel.EMAIL))


def _signed(number: int) -> dict[str, object]:
    """Return a delivery of the provider as it was overheard."""
    body = json.dumps({"name": "Paul Provider", "email": f"paul{number}@provider.example.com", "message": "a roof"})
    stamp, id_ = str(int(MONDAY_NINE.timestamp())), f"msg_{number}"
    signed = f"{id_}.{stamp}.{body}".encode()
    signature = base64.b64encode(hmac.digest(base64.b64decode(SIGNING), signed, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }
    return requests.request("POST /webhooks/{provider}", body=body, headers=headers, provider=HOOK)

"""Attackers: requests that a stranger sends with a script.

What they know is public. They know the form, the API, the name of a webhook, addresses and numbers of victims, and of
people who write to the firm. They have no key of ours. `chance` decides all, so that a run can be done again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from scripts.load import requests

VICTIMS = tuple(f"victim{number}@victims.example.com" for number in range(20))
VICTIM_NUMBERS = tuple(f"+4930{90182000 + number}" for number in range(20))
DEAR_NUMBERS = ("+23222334455", "+21699123456", "+9647701234567", "+447911123456", "+12025550123")
"""Texts to some countries cost forty times as much, and part of it goes to the number's owner."""

WORDS = ("roof", "heating", "window", "garden", "kitchen", "boiler", "door", "wall", "floor", "solar")
HOOK = "offers"
"""The webhook that the besieged policy has."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One act: a request to our functions, or a mail."""

    event: Mapping[str, Any] | None = None
    function: str = "intake"
    mail: bytes = b""


Strategy = Callable[["Attacker", int], Attack]


@dataclass
class Attacker:
    """One stranger with many networks."""

    chance: Random
    known_addresses: tuple[str, ...] = ()
    """Addresses of people who write to the firm on that day."""

    replays: list[Mapping[str, Any]] = field(default_factory=list)
    """Signed deliveries that were overheard."""

    def address(self) -> str:
        """Return an address of another network each time.

        A /64 of another provider.
        """
        return f"2001:db8:{self.chance.randrange(2**16):x}:{self.chance.randrange(2**16):x}::{self.chance.randrange(9)}"

    def words(self, most: int = 12) -> str:
        """Return text that looks natural and never repeats."""
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randint(3, most)))

    def stranger(self) -> str:
        """Return a stranger's address."""
        return f"{self.chance.choice(WORDS)}{self.chance.randrange(10**9)}@strangers.example.com"


def one_victim(attacker: Attacker, number: int) -> Attack:
    """Write to the firm as one victim (R3, R5).

    Each time the words and the source differ.
    """
    body = {"name": "Vic Tim", "email": VICTIMS[0], "message": f"{attacker.words()} {number}", "source": f"s{number}"}
    return Attack(requests.lead(body, address=attacker.address()))


def one_victim_spelled(attacker: Attacker, number: int) -> Attack:
    """Write as one mailbox in ever another spelling.

    Behind a plus, and in capitals.
    """
    local = "".join(attacker.chance.choice((letter, letter.upper())) for letter in "victim0")
    email = f"{local}+{number}@victims.example.com" if number % 2 else f"{local}@victims.example.com"
    return Attack(
        requests.lead({"name": "Vic", "email": email, "message": attacker.words()}, address=attacker.address())
    )


def many_strangers(attacker: Attacker, number: int) -> Attack:
    """Have the firm write to ever another stranger.

    Each comes from another network.
    """
    body = {"name": attacker.words(3), "email": attacker.stranger(), "message": attacker.words()}
    return Attack(requests.lead(body, address=attacker.address()))


def texts(attacker: Attacker, number: int) -> Attack:
    """Have the firm text expensive numbers (R3).

    Also numbers at home; the consent is made up.
    """
    phone = attacker.chance.choice((*VICTIM_NUMBERS, *DEAR_NUMBERS))
    consent = {"sms": True, "calls": True, "text": "I agree", "url": "https://www.example.com/"}
    body = {"name": "Vic Tim", "phone": phone, "message": f"{attacker.words()} {number}", "consent": consent}
    return Attack(requests.lead(body, address=attacker.address()))


def forms(attacker: Attacker, number: int) -> Attack:
    """Fill the form like people, from everywhere (R6).

    It is as slow and varied as a person would be.
    """
    fields = {
        "your-name": attacker.words(3).title(),
        "your-email": attacker.chance.choice((attacker.stranger(), *VICTIMS)),
        "your-message": attacker.words(30),
        "fill_ms": str(attacker.chance.randint(5_000, 90_000)),
    }
    return Attack(requests.form("contact", fields, address=attacker.address()))


def forms_from_one_network(attacker: Attacker, number: int) -> Attack:
    """Fill the form from one network, with links."""
    fields = {
        "your-name": "Cheap Pills",
        "your-email": attacker.stranger(),
        "your-message": "see https://pills.example",
    }
    return Attack(requests.form("contact", fields, address=f"198.51.100.{attacker.chance.randrange(256)}"))


def form_claims(attacker: Attacker, number: int) -> Attack:
    """Claim owner, age, value and consent in a form (R15)."""
    fields = {
        "your-name": "Vic Tim",
        "your-email": attacker.chance.choice(VICTIMS),
        "your-message": f"{attacker.words()} {number}",
        "tel": attacker.chance.choice(VICTIM_NUMBERS),
        "received_at": "2026-11-22T08:00:00Z",
        "owner": "mia",
        "value": "999999",
        "consent": "sms calls marketing",
        "sms_consent": "yes",
        "permalink": "https://evil.example.com/",
    }
    return Attack(requests.form("contact", fields, address=attacker.address()))


def large(attacker: Attacker, number: int) -> Attack:
    """Send the largest requests that are accepted (R11, R12).

    They join leads of people who write to the firm.
    """
    email = attacker.chance.choice(attacker.known_addresses or VICTIMS)
    fields = {f"f{number}-{each}": attacker.words(3) * 90 for each in range(20)}
    body = {"name": "Vic Tim", "email": email, "message": attacker.words() * 300, "fields": fields}
    return Attack(requests.lead(body, address=attacker.address()))


def keys(attacker: Attacker, number: int) -> Attack:
    """Take idempotency keys of others in advance (R7).

    An import, a provider or a colleague will use them.
    """
    source = attacker.chance.choice(
        ("hubspot", "web_form", "email", "form:contact", "held:contact", "offers", "import")
    )
    body = {"name": "Vic Tim", "email": attacker.stranger(), "source": source, "external_id": str(number % 200)}
    return Attack(requests.lead(body, address=attacker.address()))


def unsigned(attacker: Attacker, number: int) -> Attack:
    """Deliver to a webhook without its secret.

    The signature is missing, foreign, or from another time.
    """
    body = json.dumps({"name": "Vic Tim", "email": VICTIMS[0], "message": attacker.words()})
    made = base64.b64encode(attacker.chance.randbytes(32)).decode()
    signature = attacker.chance.choice(
        ("", "v1,", f"v1,{made}", f"v2,{made}", f"v1,{made} v1,{made}", "v1a," + "A" * 5000)
    )
    stamps = ("", "0", "99999999999", str(1795423200 + number), "nan", "１７９５")
    headers = {"webhook_id": str(number), "webhook_timestamp": attacker.chance.choice(stamps)}
    return Attack(_hook(body, {**headers, "webhook_signature": signature}, attacker.address()))


def replayed(attacker: Attacker, number: int) -> Attack:
    """Replay an intercepted delivery, unchanged or with other words."""
    if not attacker.replays:
        return unsigned(attacker, number)
    event = dict(attacker.chance.choice(attacker.replays))
    if number % 2:
        event["body"] = str(event["body"]).replace("roof", attacker.chance.choice(WORDS))
    return Attack(event | {"requestContext": {"http": {"method": "POST", "path": "", "sourceIp": attacker.address()}}})


def mails(attacker: Attacker, number: int) -> Attack:
    """Forge mails of people who write to the firm (R8).

    They want to hear nothing more, or more.
    """
    sender = attacker.chance.choice((*attacker.known_addresses, *VICTIMS))
    words = attacker.chance.choice(
        ("STOP", "unsubscribe", "Please delete me", attacker.words(), f"{number} call me today")
    )
    headers = (
        f"From: Vic Tim <{sender}>\r\nTo: sales@leadtight.example\r\nSubject: {attacker.words(4)}\r\n"
        f"Message-ID: <{number}@evil.example.com>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
        "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
        "Authentication-Results: amazonses.com; spf=fail smtp.mailfrom=evil.example.com; dkim=none; dmarc=fail\r\n"
    )
    return Attack(mail=f"{headers}\r\n{words}\r\n".encode())


def slow_mails(attacker: Attacker, number: int) -> Attack:
    """Write mails that are slow to read (R2).

    Runs of one character, deep quotations, endless headers.
    """
    body = attacker.chance.choice(
        (
            " " * 20_000 + "stop",
            "stop" + "\n" * 20_000,
            "> " * 5_000 + "\n" + "stop. " * 2_000,
            "<div>" * 5_000 + "stop",
            "On Mon, Vic wrote: " * 1_000,
        )
    )
    kind = "text/html" if body.startswith("<") else "text/plain"
    headers = f"From: {attacker.stranger()}\r\nTo: sales@leadtight.example\r\nSubject: x\r\nContent-Type: {kind}\r\n"
    return Attack(mail=f"{headers}Message-ID: <{number}@slow.example.com>\r\n\r\n{body}".encode())


def rubbish(attacker: Attacker, number: int) -> Attack:
    """Send invalid requests.

    Other methods' bodies, broken base64, endless nesting, unknown names.
    """
    bodies = (
        "",
        "null",
        "[]",
        "{" * 2_000,
        "[" * 50_000,
        '{"name": NaN}',
        "\x00\ud800",
        "=&=&&",
        "a" * 70_000,
        '{"a":1e999}',
    )
    route = attacker.chance.choice(
        (
            "POST /leads",
            "POST /forms/{form}",
            "POST /webhooks/{provider}",
            "GET /o/{token}",
            "POST /unsubscribe/{token}",
        )
    )
    token = attacker.chance.choice(("", "x", "a.b.c", "../../etc", "k1." + "A" * 300, "\u202e"))
    event = requests.request(
        route,
        body=attacker.chance.choice(bodies),
        address=attacker.chance.choice(("", "not an address", attacker.address())),
        headers={"content-type": attacker.chance.choice(("", "application/json", "multipart/form-data", "text/xml"))},
        form=attacker.chance.choice(("contact", "nothing", "")),
        provider=attacker.chance.choice((HOOK, "nothing", "typeform")),
        token=token,
    )
    event["isBase64Encoded"] = attacker.chance.random() < 0.2
    return Attack(event, "desk" if "token" in route else "intake")


STRATEGIES: Mapping[str, Strategy] = {
    strategy.__name__: strategy
    for strategy in (
        one_victim,
        one_victim_spelled,
        many_strangers,
        texts,
        forms,
        forms_from_one_network,
        form_claims,
        large,
        keys,
        unsigned,
        replayed,
        mails,
        slow_mails,
        rubbish,
    )
}


def everything(attacker: Attacker, number: int) -> Attack:
    """Do all of it, in any order."""
    return attacker.chance.choice(list(STRATEGIES.values()))(attacker, number)


def _hook(body: str, headers: Mapping[str, str], address: str) -> dict[str, Any]:
    sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {"content-type": "application/json"}
    return requests.request(
        "POST /webhooks/{provider}", body=body, address=address, headers=content | sent_headers, provider=HOOK
    )

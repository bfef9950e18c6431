"""Trust in callers: which of their claims are believed.

A stranger's word is not authority.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sender(StrEnum):
    """Certainty of a mail's sender.

    Only a `proved` sender acts by their address. A `relayed` mail comes from an authenticated program that names
    another person as its writer, as a form mailer does: it joins as a form's post does. An `unproved` sender may be
    anyone.
    """

    PROVED = "proved"
    RELAYED = "relayed"
    UNPROVED = "unproved"


class Submitter(StrEnum):
    """The kind of caller that submits an inquiry.

    The least trusted is the default. `form` and `api` are anyone. `keyed_api` has a live API key, `provider` has signed
    its delivery, `mail` came through the receiving mail server, and `team` is the desk or an import.
    """

    FORM = "form"
    API = "api"
    KEYED_API = "keyed_api"
    MAIL = "mail"
    PROVIDER = "provider"
    TEAM = "team"


class Claim(StrEnum):
    """A claim of a submission that affects others.

    `key` shares the idempotency keys of its source, `source` names where a lead comes from, `received_at` moves its
    timers, `owner` says who knows the person, `value` what it is worth, `permalink` is shown as a link, `consent`
    permits messages beyond the inquiry, and `phone_verified` says that a code was sent to the number and came back.
    """

    KEY = "key"
    SOURCE = "source"
    RECEIVED_AT = "received_at"
    OWNER = "owner"
    VALUE = "value"
    PERMALINK = "permalink"
    CONSENT = "consent"
    PHONE_VERIFIED = "phone_verified"


EVERYTHING = tuple(Claim)
STRANGERS = frozenset({Submitter.FORM, Submitter.API})
"""Anyone on the internet."""

NAMES_OWNERS = frozenset({Submitter.KEYED_API, Submitter.TEAM})
"""A believed owner of these has the lead from the start; of others it is a hint that a routing rule may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What is believed of each caller."""

    form: tuple[Claim, ...] = ()
    """Of a web form without a signature. What the form's own mapping or consent wording names counts all the same,
    except `received_at`."""
    api: tuple[Claim, ...] = (Claim.SOURCE,)
    """Of `POST /leads` without a key. The name of a mailbox or a webhook is no `source` for it."""
    keyed_api: tuple[Claim, ...] = EVERYTHING
    """Of `POST /leads` with a key of scope `write`."""
    mail: tuple[Claim, ...] = (Claim.KEY, Claim.SOURCE, Claim.RECEIVED_AT)
    """Of mail: the receiving server says when it came."""
    provider: tuple[Claim, ...] = EVERYTHING
    """Of signed deliveries: webhooks, and forms whose builder signs with a secret."""
    team: tuple[Claim, ...] = EVERYTHING
    """Of the team itself: what is typed at the desk, and imports."""

    def believes(self, caller: Submitter, claim: Claim) -> bool:
        """Return whether a claim of a caller counts."""
        believed: tuple[Claim, ...] = getattr(self, caller)
        return claim in believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The caller of an inquiry, and its rejected claims.

    It is stored as evidence with its event. A mail also has the certainty of its `sender`, whether it came
    `by_reply_address` (ours, signed, for one lead), and the `verdicts` of the receiving server.
    """

    caller: Submitter | None = None
    unbelieved: tuple[str, ...] = ()
    sender: Sender = Sender.PROVED
    by_reply_address: bool = False
    verdicts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unproved(self) -> bool:
        """Return whether the sender is unverified.

        A sender who used a signed reply address is not.
        """
        return self.sender is Sender.UNPROVED and not self.by_reply_address

    @property
    def evidence(self) -> Mapping[str, object]:
        """Return the provenance as event data.

        Empty where the caller is unknown.
        """
        if self.caller is None:
            return {}
        evidence = {"unbelieved": self.unbelieved, "authentication": self.verdicts}
        sender = {} if self.sender is Sender.PROVED else {"sender": str(self.sender)}
        return {"caller": str(self.caller), **sender, **{name: value for name, value in evidence.items() if value}}


NOBODY_SAID = Provenance()

"""Who says something, and what is believed of them: what a stranger says is not authority."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sender(StrEnum):
    """How sure it is who wrote.

    Only who is `proved` acts by their address. What is `relayed` comes by a program that is who it says, and names
    another person as its writer, as a form mailer does: it joins as a form's post does. An `unproved` sender may be
    anybody.
    """

    PROVED = "proved"
    RELAYED = "relayed"
    UNPROVED = "unproved"


class Submitter(StrEnum):
    """Who hands a submission over; least trusted unless its door knows better.

    `form` and `api` are anybody. `keyed_api` has a live API key, `provider` has signed its delivery, `mail` came
    through the receiving mail server, and `team` is the desk or an import.
    """

    FORM = "form"
    API = "api"
    KEYED_API = "keyed_api"
    MAIL = "mail"
    PROVIDER = "provider"
    TEAM = "team"


class Claim(StrEnum):
    """What a submission may say that others would have to live with.

    `key` shares the idempotency keys of its source, `source` names where a lead comes from, `received_at` moves its
    clocks, `owner` says who knows the person, `value` what it is worth, `permalink` is shown as a link, `consent`
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
"""Anybody on the internet."""

NAMES_OWNERS = frozenset({Submitter.KEYED_API, Submitter.TEAM})
"""Of these a believed owner has the lead from the start; of others it is a hint that a routing rule may use."""


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
        """Tell whether a claim of a caller counts."""
        believed: tuple[Claim, ...] = getattr(self, caller)
        return claim in believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who said an inquiry, and which of its claims were not believed: evidence that goes with its event.

    Of a mail also how sure its `sender` is, whether it came `by_reply_address` (ours, signed, for one lead), and the
    `verdicts` of the receiving server.
    """

    caller: Submitter | None = None
    unbelieved: tuple[str, ...] = ()
    sender: Sender = Sender.PROVED
    by_reply_address: bool = False
    verdicts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unproved(self) -> bool:
        """Tell whether its sender may be any person, and has no address of ours that takes answers."""
        return self.sender is Sender.UNPROVED and not self.by_reply_address

    @property
    def evidence(self) -> Mapping[str, object]:
        """Return it as an event's data; nothing where the caller is not known."""
        if self.caller is None:
            return {}
        found = {"unbelieved": self.unbelieved, "authentication": self.verdicts}
        sender = {} if self.sender is Sender.PROVED else {"sender": str(self.sender)}
        return {"caller": str(self.caller), **sender, **{name: value for name, value in found.items() if value}}


NOBODY_SAID = Provenance()

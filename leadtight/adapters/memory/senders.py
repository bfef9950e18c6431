"""Memory twins of the ports that reach people.

They keep what was handed over, and fail on demand.
"""

from dataclasses import dataclass, field

from leadtight.app.ports.messaging import Card, Envelope, Mail
from leadtight.domain.compliance.send_permission import Permission


@dataclass
class _Failing:
    """Raises the errors put into `failures`, first in first out."""

    failures: list[Exception] = field(default_factory=list, kw_only=True)

    def fail_on_demand(self) -> None:
        """Raise the next error, if there is one."""
        if self.failures:
            raise self.failures.pop(0)


@dataclass(frozen=True, slots=True)
class SentMail:
    """An e-mail that was handed over."""

    permission: Permission
    mail: Mail
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class SentText:
    """A text message that was handed over."""

    permission: Permission
    text: str
    envelope: Envelope


@dataclass
class MemoryMailer(_Failing):
    """Collects sent mails."""

    sent: list[SentMail] = field(default_factory=list)

    def send_mail(self, permission: Permission, mail: Mail, envelope: Envelope) -> str:
        """Accept a mail, or fail on demand."""
        self.fail_on_demand()
        self.sent.append(SentMail(permission, mail, envelope))
        return f"mail-{len(self.sent)}"


@dataclass
class MemoryTexter(_Failing):
    """Collects sent texts."""

    sent: list[SentText] = field(default_factory=list)
    confirms: bool = False

    def send_text(self, permission: Permission, text: str, envelope: Envelope) -> str:
        """Accept a text, or fail on demand."""
        self.fail_on_demand()
        self.sent.append(SentText(permission, text, envelope))
        return f"text-{len(self.sent)}"


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call that was placed."""

    permission: Permission
    envelope: Envelope


@dataclass
class MemoryCaller(_Failing):
    """Collects placed calls, each once."""

    placed: list[PlacedCall] = field(default_factory=list)

    def place_call(self, permission: Permission, envelope: Envelope) -> str:
        """Place a call once, or fail on demand."""
        self.fail_on_demand()
        meant = [(call.envelope.lead_id, call.envelope.message_id) for call in self.placed]
        if (envelope.lead_id, envelope.message_id) not in meant:
            self.placed.append(PlacedCall(permission, envelope))
            meant.append((envelope.lead_id, envelope.message_id))
        return f"call-{meant.index((envelope.lead_id, envelope.message_id)) + 1}"


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card that was handed over."""

    permission: Permission
    card: Card
    envelope: Envelope


@dataclass
class MemoryChat(_Failing):
    """Collects posted cards."""

    posted: list[PostedCard] = field(default_factory=list)

    def post_card(self, permission: Permission, card: Card, envelope: Envelope) -> str:
        """Accept a card, or fail on demand."""
        self.fail_on_demand()
        self.posted.append(PostedCard(permission, card, envelope))
        return f"card-{len(self.posted)}"

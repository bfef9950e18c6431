"""Render permitted messages and hand them to their provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadtight.app.messaging.links import Links
from leadtight.app.ports.messaging import DigestEntry, Envelope, Providers, Renderer
from leadtight.domain.compliance.send_permission import Permission
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message
from leadtight.domain.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSender:
    """Sends messages and returns the provider's ids.

    It raises what the provider's port raises.
    """

    policy: Policy
    providers: Providers
    renderer: Renderer
    links: Links

    def send(self, permission: Permission, message: Message, lead: Lead, now: datetime) -> str:
        """Send a message about a lead by the permitted channel."""
        links = self.links.for_message(message, lead, now)
        envelope = Envelope(
            lead_id=lead.id,
            message_id=message.id,
            unsubscribe=links.get("unsubscribe"),
            reply_to=self.links.reply_to(message),
        )
        match permission.channel:
            case Channel.VOICE:
                return self.providers.caller.place_call(permission, envelope)
            case Channel.EMAIL:
                mail = self.renderer.mail(self.policy, message, lead, links, now)
                return self.providers.mailer.send_mail(permission, mail, envelope)
            case Channel.SMS:
                text = self.renderer.text(self.policy, message, lead, links, now)
                return self.providers.texter.send_text(permission, text, envelope)
            case _:
                card = self.renderer.card(self.policy, message, lead, links, now)
                return self.providers.chat.post_card(permission, card, envelope)

    def send_review(self, permission: Permission, message: Message, now: datetime) -> str:
        """Mail the weekly review to one reader."""
        report = self.links.report(str(message.data["path"]), message.recipient, now)
        mail = self.renderer.review(self.policy, message, {"report": report})
        return self.providers.mailer.send_mail(permission, mail, _envelope(message))

    def send_digest(
        self, permission: Permission, person_id: str, notices: Sequence[tuple[Message, Lead]], now: datetime
    ) -> str:
        """Mail several notices under the ids of the first."""
        entries = [
            DigestEntry(message=message, lead=lead, link=self.links.outcome(lead, message.recipient, now))
            for message, lead in notices
        ]
        mail = self.renderer.digest(self.policy, person_id, entries, self.links.queue(person_id, now), now)
        return self.providers.mailer.send_mail(permission, mail, _envelope(entries[0].message))


def _envelope(message: Message) -> Envelope:
    return Envelope(lead_id=message.lead_id, message_id=message.id)

"""Sign and open the links in messages."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from leadtight.app.ports.messaging import Secrets
from leadtight.domain.access.signed_links import Claims, LinkPurpose, sign, sign_reply, verify, verify_reply
from leadtight.domain.model.errors import LinkExpired
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Template

FOR_MANAGERS = frozenset({Template.ESCALATE, Template.NOT_REACHED, Template.NOT_CONTACTED})
OUTCOME_LASTS = timedelta(days=14)
REPORT_LASTS = timedelta(days=35)
UNSUBSCRIBE_LASTS = timedelta(days=3650)
"""How long unsubscribe links work.

A lead must be able to unsubscribe for as long as they keep the mail.
"""


class Links:
    """Signs and opens the links of one deployment."""

    def __init__(self, secrets: Secrets, public_url: str, reply_domain: str | None = None) -> None:
        """Take the signing keys and our addresses.

        `public_url` is the API's base URL, `reply_domain` the domain that takes answers.
        """
        self._secrets = secrets
        self._reply_domain = (reply_domain or "").casefold()
        self._public_url = public_url.rstrip("/")

    def for_message(self, message: Message, lead: Lead, now: datetime) -> Mapping[str, str]:
        """Return the links of a message.

        A team member's record an outcome; a lead's unsubscribe.
        """
        if message.recipient == LEAD:
            is_answer = message.template is Template.ACKNOWLEDGE
            asks = {"ask": self.ask(lead, now)} if message.template is Template.ASK_LEAD else {}
            return {} if is_answer else {"unsubscribe": self.unsubscribe(lead, message.channel, now), **asks}
        person = message.recipient
        links = {"outcome": self.outcome(lead, person, now), "queue": self.queue(person, now)}
        return links | ({"board": self.board(person, now)} if message.template in FOR_MANAGERS else {})

    def outcome(self, lead: Lead, person_id: str, now: datetime) -> str:
        """Return the link to record a lead's outcome."""
        return self.outcome_of(lead.id, lead.generation, person_id, now)

    def outcome_of(self, lead_id: str, generation: int, person_id: str, now: datetime) -> str:
        """Return the outcome link by lead id and owner generation.

        A past report links to the owner of its time.
        """
        claims = Claims(
            purpose=LinkPurpose.OUTCOME,
            subject=lead_id,
            person=person_id,
            generation=generation,
            expires_at=now + OUTCOME_LASTS,
        )
        return f"{self._public_url}/o/{sign(claims, self._secrets())}"

    def queue(self, person_id: str, now: datetime) -> str:
        """Return the address of a person's queue."""
        claims = Claims(purpose=LinkPurpose.QUEUE, subject=person_id, person=person_id, expires_at=now + OUTCOME_LASTS)
        return f"{self._public_url}/desk/{sign(claims, self._secrets())}"

    def board(self, person_id: str, now: datetime) -> str:
        """Return the link to a manager's board."""
        claims = Claims(purpose=LinkPurpose.BOARD, subject=person_id, person=person_id, expires_at=now + OUTCOME_LASTS)
        return f"{self._public_url}/board/{sign(claims, self._secrets())}"

    def quarantine(self, person_id: str, now: datetime) -> str:
        """Return the address of the held deliveries, for a manager."""
        expires_at = now + OUTCOME_LASTS
        claims = Claims(purpose=LinkPurpose.QUARANTINE, subject=person_id, person=person_id, expires_at=expires_at)
        return f"{self._public_url}/quarantine/{sign(claims, self._secrets())}"

    def report(self, path: str, person_id: str, now: datetime) -> str:
        """Return a lasting link to a report.

        The report itself is fetched by a short-lived one.
        """
        claims = Claims(purpose=LinkPurpose.REPORT, subject=path, person=person_id, expires_at=now + REPORT_LASTS)
        return f"{self._public_url}/reports/{sign(claims, self._secrets())}"

    def unsubscribe(self, lead: Lead, channel: Channel, now: datetime) -> str:
        """Return the address at which a person ends a channel."""
        claims = Claims(
            purpose=LinkPurpose.UNSUBSCRIBE,
            subject=f"{channel}:{lead.id}",
            person=LEAD,
            expires_at=now + UNSUBSCRIBE_LASTS,
        )
        return f"{self._public_url}/unsubscribe/{sign(claims, self._secrets())}"

    def ask(self, lead: Lead, now: datetime) -> str:
        """Return the link of a lead's contact check."""
        claims = Claims(purpose=LinkPurpose.ASK, subject=lead.id, person=LEAD, expires_at=now + OUTCOME_LASTS)
        return f"{self._public_url}/ask/{sign(claims, self._secrets())}"

    def reply_to(self, message: Message) -> str | None:
        """Return the reply address of a message, by its lead.

        Returns None without a domain that takes answers.
        """
        if not self._reply_domain or message.recipient != LEAD:
            return None
        return f"{sign_reply(message.lead_id, self._secrets())}@{self._reply_domain}"

    def answered_lead(self, address: str) -> str | None:
        """Return the lead of a reply address of ours.

        Returns None for any other address, and without a domain that takes answers.
        """
        local, _, domain = address.rpartition("@")
        ours = bool(self._reply_domain) and domain.casefold() == self._reply_domain
        return verify_reply(local, self._secrets()) if ours else None

    def open(self, token: str, purpose: LinkPurpose, now: datetime) -> Claims:
        """Return a token's claims.

        Raises InvalidLink when we did not sign it, LinkExpired when its time has passed.
        """
        claims = verify(token, purpose, self._secrets())
        if now >= claims.expires_at:
            raise LinkExpired("This link has expired. Use the link in your latest message about this lead.")
        return claims

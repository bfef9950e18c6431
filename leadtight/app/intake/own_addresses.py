"""Recognise the addresses of our own mailboxes, domains and team."""

from dataclasses import dataclass

from leadtight.domain.intake.inbound_email import InboundEmail
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import ANY_ADDRESS, Mailbox


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses that the policy makes ours."""

    policy: Policy

    @property
    def listed(self) -> frozenset[str]:
        """Return the policy's mail addresses and its reply address."""
        return frozenset(self.policy.mail) - {ANY_ADDRESS} | {(self.policy.company.reply_to or "").casefold()} - {""}

    def includes(self, address: str) -> bool:
        """Return whether an address is one of ours.

        A listed address may have a plus part; the domain for answers is ours as a whole.
        """
        local, _, domain = address.casefold().rpartition("@")
        is_for_answers = bool(domain) and domain == (self.policy.company.reply_domain or "").casefold()
        return is_for_answers or bool({address.casefold(), f"{local.partition('+')[0]}@{domain}"} & self.listed)

    def share_domain(self, address: str) -> bool:
        """Return whether an address is in one of our domains."""
        domains = {own.rpartition("@")[2] for own in self.listed}
        return self.includes(address) or address.casefold().rpartition("@")[2] in domains

    def is_team(self, address: str) -> bool:
        """Return whether an address is a team member's."""
        return address.casefold() in {person.email.casefold() for person in self.policy.people.values()}

    def mailbox(self, email: InboundEmail) -> Mailbox | None:
        """Return the mailbox of the first recipient in the policy.

        A plus part is ignored. Otherwise a webhook that delivered the mail takes any address, as does a policy without
        a mail section.
        """
        boxes = self.policy.mail
        for address in email.recipients:
            local, _, domain = address.rpartition("@")
            if box := boxes.get(address) or boxes.get(f"{local.partition('+')[0]}@{domain}"):
                return box
        if email.source or not boxes:
            return Mailbox(id=ANY_ADDRESS, source=email.source or "email")
        return boxes.get(ANY_ADDRESS)

"""Authentication of mail senders (RFC 7489, RFC 8601).

Only mail with effects needs a proved sender.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtight.domain.policy.trust import Sender

PASS, FAIL = "pass", "fail"
NO_POLICY = frozenset({"", "none"})
"""DMARC results of a domain without a policy. `gray`, `temperror` and the like prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The receiving server's verdicts on the From address.

    Empty where none of our servers has seen the mail. `spf_domain` is that of the envelope, `dkim_domains` those with
    valid signatures. With `is_checked` a server has seen it: without a verdict it then proves nothing.
    """

    is_checked: bool = False
    from_address: str = ""
    spf: str = ""
    spf_domain: str = ""
    dkim: str = ""
    dkim_domains: tuple[str, ...] = ()
    dmarc: str = ""

    def sender(self, address: str) -> Sender:
        """Return how certain it is that an address wrote.

        A mail that no server has checked, as on a developer's machine, is believed.
        """
        if not self.is_checked:
            return Sender.PROVED
        if not self._is_proved:
            return Sender.UNPROVED
        return Sender.PROVED if address.casefold() == self.from_address.casefold() else Sender.RELAYED

    @property
    def is_refuted(self) -> bool:
        """Return whether the domain of From disowns the mail.

        An answer would be one more unwanted mail to the person it names.
        """
        return self.dmarc == FAIL

    @property
    def evidence(self) -> Mapping[str, str]:
        """Return the verdicts as event data; empty without any."""
        if not self.is_checked:
            return {}
        verdicts = {"spf": self.spf, "dkim": self.dkim, "dmarc": self.dmarc}
        return {name: verdict or "none" for name, verdict in verdicts.items()}

    @property
    def _is_proved(self) -> bool:
        """Return whether DMARC passed, or aligned SPF or DKIM.

        The latter count where the domain of From publishes no DMARC.
        """
        domain = self.from_address.rpartition("@")[2].casefold()
        if not domain or self.dmarc not in NO_POLICY:
            return bool(domain) and self.dmarc == PASS
        by_spf = self.spf == PASS and _is_aligned(self.spf_domain, domain)
        return by_spf or (self.dkim == PASS and any(_is_aligned(signed, domain) for signed in self.dkim_domains))


def _is_aligned(proved: str, domain: str) -> bool:
    """Return whether a proved domain aligns with that of From.

    It is the same, or one of the two lies within the other (RFC 7489, 3.1).
    """
    proved = proved.casefold().strip(".")
    if "." not in proved or "." not in domain:
        return False
    return proved == domain or proved.endswith(f".{domain}") or domain.endswith(f".{proved}")

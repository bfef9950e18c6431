"""Whether a mail's sender is who they say (RFC 7489, RFC 8601): what acts needs proof, everything else does not."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtight.domain.policy.trust import Sender

PASS, FAIL = "pass", "fail"
NO_POLICY = frozenset({"", "none"})
"""DMARC results of a domain that publishes no policy. `gray`, `temperror` and the like prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What our receiving server found of the address in From; nothing where none of ours has seen the mail.

    `spf_domain` is that of the envelope, `dkim_domains` those whose signatures are good. `is_checked` tells that a
    server has seen it: without a verdict it then proves nothing.
    """

    is_checked: bool = False
    from_address: str = ""
    spf: str = ""
    spf_domain: str = ""
    dkim: str = ""
    dkim_domains: tuple[str, ...] = ()
    dmarc: str = ""

    def sender(self, address: str) -> Sender:
        """Return how sure it is that the owner of an address wrote.

        A mail that no server has checked, as on a developer's machine, is taken at its word.
        """
        if not self.is_checked:
            return Sender.PROVED
        if not self._is_proved:
            return Sender.UNPROVED
        return Sender.PROVED if address.casefold() == self.from_address.casefold() else Sender.RELAYED

    @property
    def is_refuted(self) -> bool:
        """Tell whether the domain of From disowns the mail: an answer would be one more mail to the person it names."""
        return self.dmarc == FAIL

    @property
    def evidence(self) -> Mapping[str, str]:
        """Return the verdicts as an event keeps them; nothing where there are none."""
        if not self.is_checked:
            return {}
        verdicts = {"spf": self.spf, "dkim": self.dkim, "dmarc": self.dmarc}
        return {name: verdict or "none" for name, verdict in verdicts.items()}

    @property
    def _is_proved(self) -> bool:
        """Tell whether DMARC passed, or SPF or DKIM in line with From where its domain publishes no DMARC."""
        domain = self.from_address.rpartition("@")[2].casefold()
        if not domain or self.dmarc not in NO_POLICY:
            return bool(domain) and self.dmarc == PASS
        by_spf = self.spf == PASS and _is_aligned(self.spf_domain, domain)
        return by_spf or (self.dkim == PASS and any(_is_aligned(signed, domain) for signed in self.dkim_domains))


def _is_aligned(proved: str, domain: str) -> bool:
    """Tell whether a proved domain is that of From or one of the two lies within the other (RFC 7489, 3.1)."""
    proved = proved.casefold().strip(".")
    if "." not in proved or "." not in domain:
        return False
    return proved == domain or proved.endswith(f".{domain}") or domain.endswith(f".{proved}")

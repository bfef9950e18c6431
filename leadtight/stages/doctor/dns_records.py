"""DNS records as the world sees them."""

from __future__ import annotations

from typing import Protocol

import dns.exception
import dns.resolver

LIFETIME_SECONDS = 5.0


class DnsUnanswered(Exception):
    """A name could not be looked up."""


class Dns(Protocol):
    """Looks up the records of a name."""

    def records(self, name: str, kind: str) -> tuple[str, ...]:
        """Return the records of a kind; empty without any.

        Raises DnsUnanswered.
        """


class SystemDns:
    """The resolver that this machine uses."""

    def records(self, name: str, kind: str) -> tuple[str, ...]:
        """Return a kind of records; hosts without their dot."""
        try:
            answer = dns.resolver.resolve(name, kind, lifetime=LIFETIME_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.exception.DNSException as error:
            raise DnsUnanswered(f"{kind} {name}: {error}") from error
        return tuple(_text(each, kind) for each in answer)


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(getattr(record, "strings", ())).decode("utf-8", "replace")
    return str(record).rstrip(".")

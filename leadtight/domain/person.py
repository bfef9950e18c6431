"""Who somebody is across leads: hashes of what they can be reached at, or are called by a chat."""

import hashlib

from leadtight.domain.lead import Inquiry


def person_keys(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the keys a person is known by: hashes of normalised address, number and handle; a blank is no key."""
    return tuple(person_key(v) for v in (inquiry.email, inquiry.phone, inquiry.handle) if v)


def person_key(address: str) -> str:
    """Return the key of somebody by a normalised address, number or handle."""
    return hashlib.sha256(address.encode()).hexdigest()

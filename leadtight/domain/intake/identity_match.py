"""Whether inquiries with a common contact point are one person's.

Decisions 0060 and 0095.
"""

import re
import unicodedata

from leadtight.domain.model.identity import address
from leadtight.domain.model.inquiry import Inquiry


def is_same_person(first: Inquiry, second: Inquiry) -> bool:
    """Return whether two inquiries are one person's.

    They share an address, a number or a handle. Any caller may type another person's number or address (decisions 0060,
    0095). So inquiries are of two people where:

    - the names and another contact point differ;
    - the names have nothing in common, and they share only the number, or only the address beside different numbers;
    - an extension is named (a switchboard) and the names differ, or the extensions differ and no names agree.
    """
    if first.handle and first.handle == second.handle:
        return True
    is_renamed = not names_agree(first.name, second.name)
    are_strangers = have_nothing_in_common(first.name, second.name)
    if address(first) and address(first) == address(second):
        if first.phone == second.phone:
            return True
        return not (is_renamed and first.phone and second.phone) and not are_strangers
    if are_strangers or (is_renamed and address(first) and address(second)):
        return False
    return _is_same_by_extension(first, second)


def belongs_to(existing: Inquiry, new: Inquiry) -> bool:
    """Return whether a new inquiry is the same person's.

    A named inquiry does not join an anonymous one when it has another address or number: another person may have typed
    theirs before.
    """
    is_first_name = bool(new.name) and not existing.name
    return is_same_person(existing, new) and not (is_first_name and _contradicts(existing, new))


def _contradicts(first: Inquiry, second: Inquiry) -> bool:
    """Return whether two inquiries have different addresses or numbers."""
    has_addresses = bool(address(first) and address(second)) and address(first) != address(second)
    return has_addresses or bool(first.phone and second.phone and first.phone != second.phone)


def _is_same_by_extension(first: Inquiry, second: Inquiry) -> bool:
    if first.phone != second.phone or first.extension == second.extension:
        return True
    is_moved = bool(first.extension and second.extension)
    return names_agree(first.name, second.name) and (not is_moved or bool(first.name and second.name))


def is_certainly_same(first: Inquiry, second: Inquiry) -> bool:
    """Return whether two inquiries are certainly one person's.

    Their names must agree, too.
    """
    return names_agree(first.name, second.name) and belongs_to(first, second)


def names_agree(first: str, second: str) -> bool:
    """Return whether two names may be one person's.

    One may be shorter, have initials, another order, or be missing.
    """
    shorter, longer = sorted((_words(first), _words(second)), key=len)
    if not shorter or "".join(shorter) == "".join(longer):
        return True
    return all(any(word.startswith(part) or part.startswith(word) for word in longer) for part in shorter)


def have_nothing_in_common(first: str, second: str) -> bool:
    """Return whether two names share no word beginnings.

    Both must be present.
    """
    pairs = [(word, other) for word in _words(first) for other in _words(second)]
    return bool(pairs) and not any(word.startswith(other) or other.startswith(word) for word, other in pairs)


def _words(name: str) -> list[str]:
    """Return a name's words, sorted, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return sorted(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))

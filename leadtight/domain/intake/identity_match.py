"""Whether two inquiries at one number or address are of one person, or of two (decisions 0060 and 0095)."""

import re
import unicodedata

from leadtight.domain.model.identity import address
from leadtight.domain.model.inquiry import Inquiry


def is_same_person(first: Inquiry, second: Inquiry) -> bool:
    """Tell whether two inquiries that share an address, a number or a handle are of one person (0060, 0095).

    Any caller may type a person's number or address: where the names and another contact point differ, they are of two.
    So they are where the names have nothing in common, and the number is all that they share, or a number stands beside
    the address. At a switchboard, where an extension is named, another name alone is enough; so is another extension,
    unless the name is the same.
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


def belongs_to(known: Inquiry, new: Inquiry) -> bool:
    """Tell whether a new inquiry is of the person of a known one.

    Whoever says who they are does not join what nobody put a name to, if they give another address or number: somebody
    else may have typed theirs before.
    """
    is_first_name = bool(new.name) and not known.name
    return is_same_person(known, new) and not (is_first_name and _contradicts(known, new))


def _contradicts(first: Inquiry, second: Inquiry) -> bool:
    """Tell whether two inquiries give two addresses, or two numbers."""
    has_addresses = bool(address(first) and address(second)) and address(first) != address(second)
    return has_addresses or bool(first.phone and second.phone and first.phone != second.phone)


def _is_same_by_extension(first: Inquiry, second: Inquiry) -> bool:
    if first.phone != second.phone or first.extension == second.extension:
        return True
    is_moved = bool(first.extension and second.extension)
    return names_agree(first.name, second.name) and (not is_moved or bool(first.name and second.name))


def is_certainly_same(first: Inquiry, second: Inquiry) -> bool:
    """Tell whether a new inquiry is of the person of a known one by its name as well."""
    return names_agree(first.name, second.name) and belongs_to(first, second)


def names_agree(first: str, second: str) -> bool:
    """Tell whether two names may be one person's: one may be shorter, have initials, another order, or be missing."""
    shorter, longer = sorted((_words(first), _words(second)), key=len)
    if not shorter or "".join(shorter) == "".join(longer):
        return True
    return all(any(word.startswith(part) or part.startswith(word) for word in longer) for part in shorter)


def have_nothing_in_common(first: str, second: str) -> bool:
    """Tell whether two names are given and no word of one begins like a word of the other."""
    pairs = [(one, other) for one in _words(first) for other in _words(second)]
    return bool(pairs) and not any(one.startswith(other) or other.startswith(one) for one, other in pairs)


def _words(name: str) -> list[str]:
    """Return the words of a name, sorted, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return sorted(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))

"""Whether two inquiries at one number are of one person, or of two who share it (decision 0102)."""

import re
import unicodedata

from leadtight.domain.lead import Inquiry
from leadtight.domain.person import address


def is_same_person(first: Inquiry, second: Inquiry) -> bool:
    """Tell whether two inquiries that share a number are of one person.

    They are of two where both names and both addresses differ, as in a household. At a switchboard, where an extension
    is named, another name alone is enough; so is another extension, unless the name is the same.
    """
    addresses = address(first), address(second)
    if all(addresses) and addresses[0] == addresses[1]:
        return True
    is_renamed = not names_agree(first.name, second.name)
    if is_renamed and all(addresses):
        return False
    if first.phone != second.phone or first.extension == second.extension:
        return True
    is_moved = bool(first.extension and second.extension)
    return not is_renamed and (not is_moved or bool(first.name and second.name))


def is_certainly_same(first: Inquiry, second: Inquiry) -> bool:
    """Tell whether two inquiries that share a number are of one person by their names as well."""
    return names_agree(first.name, second.name) and is_same_person(first, second)


def names_agree(first: str, second: str) -> bool:
    """Tell whether two names may be one person's: one may be shorter, have initials, another order, or be missing."""
    shorter, longer = sorted((_words(first), _words(second)), key=len)
    if not shorter or "".join(shorter) == "".join(longer):
        return True
    return all(any(word.startswith(part) or part.startswith(word) for word in longer) for part in shorter)


def _words(name: str) -> list[str]:
    """Return the words of a name, sorted, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return sorted(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))

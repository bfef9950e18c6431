"""Numbers of former numbering plans, in today's plan.

WhatsApp, old lists and habit still use them. A number is converted only where the plan itself says which one follows:
rules that need to know the operator of a line are left out.
"""

from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import PhoneNumber

IVORIAN_PREFIXES = {**dict.fromkeys("789", "07"), **dict.fromkeys("456", "05"), **dict.fromkeys("0123", "01")}


def current_number(number: PhoneNumber) -> PhoneNumber | None:
    """Return the valid number that replaced an invalid one.

    None when there is none, or more than one.
    """
    code = number.country_code or 0
    rule = _RULES.get(code)
    if rule is None:
        return None
    national = phonenumbers.national_significant_number(number)
    renumbered = {_number(code, digits) for digits in rule(national)}
    valid = [f"+{code}{n}" for n in renumbered if n]
    return phonenumbers.parse(valid[0]) if len(valid) == 1 else None


def _number(code: int, national: str) -> str:
    """Return a national number in E.164, empty when invalid today."""
    parsed = phonenumbers.parse(f"+{code}{national}")
    return national if phonenumbers.is_valid_number(parsed) else ""


def _brazil(national: str) -> Iterator[str]:
    """Yield a mobile number with its ninth digit.

    Landlines have eight (Anatel, Resolução 553/2010).
    """
    if len(national) == 10 and national[2] in "6789":
        yield f"{national[:2]}9{national[2:]}"


def _mexico(national: str) -> Iterator[str]:
    """Yield a number without the prefixes abolished in 2019.

    The prefixes 1, 01, 044 and 045 have not been dialled since 3 August 2019 (IFT).
    """
    for prefix in ("1", "01", "044", "045"):
        if national.startswith(prefix) and len(national) == 10 + len(prefix):
            yield national.removeprefix(prefix)


def _argentina(national: str) -> Iterator[str]:
    """Yield a mobile number in its international form.

    It has 9 before its area and no 15 behind it, where both were written.
    """
    if national.startswith("9") and len(national) == 13:
        for end in (3, 4, 5):
            if national[end : end + 2] == "15":
                yield national[:end] + national[end + 2 :]


def _ivory_coast(national: str) -> Iterator[str]:
    """Yield a mobile number with its operator's prefix.

    The rule is of ARTCI, 31 January 2021.
    """
    if len(national) == 8 and national[0] != "2":
        yield f"{IVORIAN_PREFIXES[national[1]]}{national}"


def _benin(national: str) -> Iterator[str]:
    """Yield a number with its new prefix 01.

    Every number has it since 30 November 2024 (ARCEP Bénin).
    """
    if len(national) == 8:
        yield f"01{national}"


_RULES: dict[int, Callable[[str], Iterator[str]]] = {
    52: _mexico,
    54: _argentina,
    55: _brazil,
    225: _ivory_coast,
    229: _benin,
}

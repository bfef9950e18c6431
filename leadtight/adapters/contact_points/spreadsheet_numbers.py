"""Numbers damaged by a spreadsheet or a float.

They are repaired when every digit is there, else rejected.
"""

import re

_QUOTED = re.compile(r"""=?\s*(["'])(.*?)\1?""")
_SCIENTIFIC = re.compile(r"(\+?)(\d+)(?:[.,](\d*))?[eE]\+?(\d{1,2})")
_FLOAT = re.compile(r"(\+?)(\d{4,})[.,](0+)")
FEWEST_OF_A_WHOLE_NUMBER = 7
_FRACTION = re.compile(r"\+?\d{9,}[.,]\d{1,3}")
_GROUPED = re.compile(r"(\+?)(\d{1,3}(?:([,.'’])\d{3})(?:\3\d{3})+)(?:[.,]0{1,2})?")
_CUT_TO_15_DIGITS = re.compile(r"[1-9]\d{15,}")


def repaired(text: str) -> str | None:
    """Return a cell's or float's digits, None when lost.

    Other texts are returned unchanged. `4930901820.0` and `4.930901820E9` have all digits; `4.93E+09` would have to be
    guessed. Digits before `.00` may also be a number with its parts between dots, and begin with 0 or + then: that is
    rejected as well.
    """
    plain = match[2].strip() if (match := _QUOTED.fullmatch(text)) else text
    if match := _SCIENTIFIC.fullmatch(plain):
        sign, whole, decimals, exponent = match[1], match[2], match[3] or "", int(match[4])
        is_exact = len(decimals) >= exponent and not decimals[exponent:].strip("0")
        return sign + whole + decimals[:exponent] if is_exact else None
    if match := _FLOAT.fullmatch(plain):
        is_whole = not match[1] and not match[2].startswith("0") and len(match[2]) >= FEWEST_OF_A_WHOLE_NUMBER
        may_have_parts = len(match[3]) > 1 and not is_whole
        return None if may_have_parts else match[1] + match[2]
    if match := _GROUPED.fullmatch(plain):
        return match[1] + re.sub(r"\D", "", match[2])
    return None if _FRACTION.fullmatch(plain) or _CUT_TO_15_DIGITS.fullmatch(plain) else plain

"""Confidence of a rate: the Wilson interval.

It holds for small counts and for rates near 0 and 1.
"""

from math import sqrt

Z = 1.959963984540054
"""97.5th percentile of the normal distribution, for 95 % intervals."""

SMALL = 10
"""Cells with fewer leads are flagged as uncertain."""


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a rate (Wilson 1927).

    From 0 to 1; None for an empty whole.
    """
    if not whole:
        return None
    rate, square = part / whole, Z * Z
    middle = rate + square / (2 * whole)
    spread = Z * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole))
    low, high = ((middle + sign * spread) / (1 + square / whole) for sign in (-1, 1))
    return max(0.0, round(low, 6)), min(1.0, round(high, 6))

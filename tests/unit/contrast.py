"""Colour contrast by WCAG 2.

It asks for 4.5 for text and 3 for large shapes.
"""


def contrast(color: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Colours are written such as `#59625f`.
    """
    low, high = sorted((_luminance(color), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

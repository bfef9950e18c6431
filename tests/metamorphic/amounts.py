"""Amounts of money as exports write them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

MARKS = {  # between thousands, before cents
    "comma_point": (",", "."),
    "point_comma": (".", ","),
    "space_comma": ("\u00a0", ","),
    "narrow_comma": ("\u202f", ","),
    "apostrophe_point": ("'", "."),
    "plain_comma": ("", ","),
    "plain_point": ("", "."),
}


def write(amount: Decimal, style: str, cents: bool) -> str:
    """Write an amount in a style, with or without cents."""
    thousands, point = MARKS[style]
    text = f"{amount:,.2f}" if cents else f"{amount:,.0f}"
    return text.replace(",", "\0").replace(".", point).replace("\0", thousands)


def with_currency(text: str, currency: str, rng: Random) -> str:
    """Add a currency before or after an amount.

    A sign or code, where people put it.
    """
    if currency in {"$", "£", "R$", "¥", "₺"}:
        return f"{currency}{'' if rng.random() < 0.5 else ' '}{text}"
    return f"{text} {currency}" if rng.random() < 0.7 or not currency.isascii() else f"{currency} {text}"

"""A verdict: every figure is right, asked about, or wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class Verdict:
    """A verdict with the figures that are not right.

    right, asked, refused, unnamed or wrong; unnamed is a refusal or an unknown figure without the column or the reason
    that a user could act on.
    """

    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused: str = ""
    unnamed: str = ""

    @property
    def name(self) -> str:
        if self.wrong:
            return "wrong"
        if self.unnamed:
            return "unnamed"
        return "refused" if self.refused else "asked" if self.unknown else "right"

    def compare(self, figure: str, reported: Any, true: Any) -> None:
        """Record a figure that differs from the truth.

        An unknown one was asked about.
        """
        if true is None or reported is None:
            if reported is not None:
                self.wrong.append(f"{figure}: {reported} where nothing can be known")
            elif true is not None:
                self.unknown.append(figure)
        elif isinstance(true, float | Decimal):
            if abs(float(reported) - float(true)) > 0.01:
                self.wrong.append(f"{figure}: {reported}, true is {true}")
        elif reported != true:
            self.wrong.append(f"{figure}: {reported}, true is {true}")

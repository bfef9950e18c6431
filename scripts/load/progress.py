"""Progress display on the terminal."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

EVERY = 0.5


@dataclass
class Progress:
    """Rewrites one line on a terminal; silent elsewhere."""

    label: str
    seconds: float
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def show(self, now: float) -> None:
        """Show the current second and the remaining time."""
        real = time.monotonic()
        if not self.out.isatty() or real - self._shown < EVERY:
            return
        self._shown, share = real, min(1.0, now / self.seconds)
        left = (real - self._began) * (1 - share) / share if share else 0
        bar = "█" * int(share * 30)
        self.out.write(
            f"\r{self.label} {bar:<30} {share:4.0%} · second {now:,.0f} of {self.seconds:,.0f} · {left:,.0f} s left "
        )
        self.out.flush()

    def done(self) -> None:
        """End the line."""
        if self.out.isatty():
            self.out.write("\n")

"""Shows on the terminal how far a run is."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

EVERY = 0.5


@dataclass
class Progress:
    """Writes one line over and over, where a user looks; elsewhere nothing."""

    what: str
    seconds: float
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def show(self, now: float) -> None:
        """Say which second of how many it is, and how long it will take."""
        real = time.monotonic()
        if not self.out.isatty() or real - self._shown < EVERY:
            return
        self._shown, share = real, min(1.0, now / self.seconds)
        left = (real - self._began) * (1 - share) / share if share else 0
        bar = "█" * int(share * 30)
        self.out.write(
            f"\r{self.what} {bar:<30} {share:4.0%} · second {now:,.0f} of {self.seconds:,.0f} · {left:,.0f} s left "
        )
        self.out.flush()

    def done(self) -> None:
        """Leave the line."""
        if self.out.isatty():
            self.out.write("\n")

"""The choices of one seed: system, language and manner.

None of them changes the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.metamorphic.dates import ANYWHERE, STYLES, DateStyle
from tests.metamorphic.language import SYSTEMS, Words

COARSENESS = ("second", "minute", "day")
DURATIONS = ("seconds", "minutes", "clock", "words", "hours", "unitless")


@dataclass(frozen=True, slots=True)
class Plan:
    """How one export is made."""

    seed: int
    words: Words
    layout: str
    zone: ZoneInfo
    created_style: DateStyle
    contact_style: DateStyle
    duration_style: str
    key: str
    signals: tuple[str, ...]
    with_spend: str  # no, whole, days or months
    cents: bool
    leads_in_utc: bool  # clocks of UTC, and the header says so
    activities_in_utc: bool
    messy: bool = True  # titles, footers, repeated rows, spellings and forms of keys, as in practice

    @property
    def manner(self) -> dict[str, Any]:
        return self.words.manner

    @property
    def locale(self) -> dict[str, Any]:
        return self.words.locale

    @property
    def summary(self) -> str:
        """Summarise the plan in a line for readers of failures."""
        styles = f"{self.created_style.name}/{self.contact_style.name}"
        layout = f"{self.layout} {self.duration_style}" if self.layout == "duration" else f"{self.layout} by {self.key}"
        return f"{layout}, {styles}, {self.zone.key}"

    @property
    def precision(self) -> str:
        """Name the coarsest of the precisions that are written."""
        return max(self.created_style.precision, self.contact_style.precision, key=COARSENESS.index)

    @property
    def grid_seconds(self) -> int:
        """Return the seconds that divide all instants.

        So nothing is lost in writing them.
        """
        if self.layout == "duration" and self.duration_style in ("minutes", "hours"):
            return {"minutes": 60, "hours": 180}[self.duration_style]
        return 60 if self.precision == "minute" else 1

    @property
    def needs_zone(self) -> bool:
        return self.zone.key != "UTC" and not (self.created_style.zoned and self.contact_style.zoned)


def date_styles(rng: Random, words: Words, layout: str) -> tuple[DateStyle, DateStyle]:
    """Choose how creation and contact are written.

    Mostly both are written in one way.
    """
    general = list(words.locale["dates"])
    own = [
        s for s in words.manner["dates"] if words.language == "en" or not s.startswith(("mdy", "month", "day_month"))
    ]
    usual = [*own, *own, *general]
    created = STYLES[rng.choice(usual if rng.random() < 0.8 else ANYWHERE)]
    if layout == "duration" and created.precision == "day":
        created = STYLES["iso_second"]
    other = layout == "activities" and rng.random() < 0.4
    contact = STYLES[rng.choice(usual if rng.random() < 0.8 else ANYWHERE)] if other else created
    if created.precision == "day" or contact.precision == "day":
        return created, contact
    return day_only(rng, created, contact)


def day_only(rng: Random, created: DateStyle, contact: DateStyle) -> tuple[DateStyle, DateStyle]:
    """Drop the contact's time of day in few exports."""
    if rng.random() >= 0.04:
        return created, contact
    return created, STYLES["dmy_dot_day" if created.name.startswith("dmy_dot") else "iso_day"]


def make_plan(seed: int, rng: Random) -> Plan:
    """Make all the choices that concern the whole export."""
    system = rng.choice(list(SYSTEMS))
    words = Words(system, rng.choice(SYSTEMS[system]["languages"]))
    layout = rng.choice(words.manner["layouts"])
    created, contact = date_styles(rng, words, layout)
    signals = tuple(words.manner["signals"])
    if len(signals) > 1 and rng.random() < 0.1:
        signals = tuple(rng.sample(signals, len(signals) - 1))
    return Plan(
        seed=seed,
        words=words,
        layout=layout,
        zone=ZoneInfo("UTC" if words.manner.get("utc") or rng.random() < 0.2 else rng.choice(words.locale["zones"])),
        created_style=created,
        contact_style=created if layout == "duration" else contact,
        duration_style=rng.choice(DURATIONS),
        key=rng.choice(words.manner["key"]),
        signals=signals,
        with_spend=rng.choice(("no", "no", "whole", "days", "months")),
        cents=words.language != "ja" and rng.random() < 0.6,
        leads_in_utc=rng.random() < 0.06,
        activities_in_utc=rng.random() < 0.08,
    )

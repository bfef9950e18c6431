"""A held delivery in words: why it waits, and what it says, as much as a page can bear."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leadtight.adapters import wording
from leadtight.adapters.webhooks.mapping import flat
from leadtight.app.inquiry import clean
from leadtight.domain.held import Held, Reason

MOST_LINES = 12
LONGEST_NAME, LONGEST_LINE, LONGEST_TEXT = 60, 240, 1_000
WHY: Mapping[Reason, str] = {
    Reason.ANNOUNCED: "Announced, not fetched yet",
    Reason.UNREADABLE: "Could not be read",
    Reason.UNMAPPED: "No lead could be read from it",
    Reason.SPAM: "Looks like spam",
    Reason.TOO_MANY: "More came at once than is taken",
    Reason.NOT_FETCHED: "Could not be fetched",
    Reason.UNSAFE: "May not be safe to open",
    Reason.AUTOMATIC: "Sent by a machine",
    Reason.UNVERIFIED: "Nobody could verify its challenge",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCard:
    """One held delivery: why, from where, when, and what it says."""

    id: str
    why: str
    detail: str
    source: str
    received: str
    lines: tuple[tuple[str, str], ...]
    text: str
    left_out: int


def card(held: Held, zone: ZoneInfo) -> HeldCard:
    """Return a delivery as a page shows it."""
    lines = _lines(held)
    return HeldCard(
        id=held.id,
        why=WHY[held.reason],
        detail=wording.sentence(wording.shortened(clean(held.detail), LONGEST_LINE)) if held.detail else "",
        source=wording.title(wording.one_line(held.source, LONGEST_NAME)),
        received=wording.moment(held.received_at, zone),
        lines=lines[:MOST_LINES],
        text="" if lines else _text(held),
        left_out=max(0, len(lines) - MOST_LINES),
    )


def _lines(held: Held) -> tuple[tuple[str, str], ...]:
    """Return what a JSON object says, name by name; nothing of anything else."""
    try:
        content = json.loads(held.content)
        found = flat(content) if isinstance(content, Mapping) else {}
    except (ValueError, RecursionError):
        return ()
    return tuple(
        (wording.one_line(name, LONGEST_NAME), wording.shortened(clean(value, multiline=True), LONGEST_LINE))
        for name, value in found.items()
    )


def _text(held: Held) -> str:
    if held.is_base64:
        return "It is not text."
    return wording.shortened(clean(held.content, multiline=True), LONGEST_TEXT)

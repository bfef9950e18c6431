"""Leads whose answers contradict the log, by owner (Q7)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from leadtight.domain.model.event import Event, EventKind
from leadtight.tabular.blanks import is_wordless


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One owner's contradictions between leads and log.

    `denied`: leads who deny a logged contact; `unlogged`: leads who report a contact that is not logged.
    """

    owner: str | None
    denied: int
    unlogged: int


def disagreements(events: Iterable[Event]) -> tuple[Disagreement, ...]:
    """Return owners whose log leads contradict, most denied first.

    By each lead's latest answer among `events`. An answer is judged by the log at the time, and counted for the owner
    of that moment; of a lead without an owner, for none.
    """
    latest = {e.lead_id: e for e in sorted(events, key=lambda e: e.at) if e.kind is EventKind.LEAD_ANSWERED}
    contradicting = [e for e in latest.values() if e.data.get("disagrees")]
    denied = Counter(_owner(e) for e in contradicting if e.data.get("said") == "no")
    unlogged = Counter(_owner(e) for e in contradicting if e.data.get("said") == "yes")
    by_owner = (Disagreement(owner=o, denied=denied[o], unlogged=unlogged[o]) for o in denied.keys() | unlogged.keys())
    return tuple(sorted(by_owner, key=lambda row: (-row.denied, -row.unlogged, row.owner or "")))


def _owner(event: Event) -> str | None:
    """Return the lead's owner at the time.

    None if there was none.
    """
    owner = event.data.get("owner")
    return None if owner is None or is_wordless(str(owner)) else str(owner)

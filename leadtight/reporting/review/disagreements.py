"""Where leads who were asked contradict the log, by the owner whose log it is (Q7)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from leadtight.domain.model.event import Event, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One owner: leads who say that nobody has been in touch although a contact is logged, and the other way round."""

    owner: str
    denied: int
    unlogged: int


def disagreements(events: Iterable[Event]) -> tuple[Disagreement, ...]:
    """Return the owners of leads whose latest answer among `events` the log contradicts, the most denied first.

    An answer is judged by the log as it stood when it was given, and counted with the owner of that moment.
    """
    latest = {e.lead_id: e for e in sorted(events, key=lambda e: e.at) if e.kind is EventKind.LEAD_ANSWERED}
    contradicting = [e for e in latest.values() if e.data.get("disagrees")]
    denied = Counter(str(e.data.get("owner", "")) for e in contradicting if e.data.get("said") == "no")
    unlogged = Counter(str(e.data.get("owner", "")) for e in contradicting if e.data.get("said") == "yes")
    by_owner = (Disagreement(owner=o, denied=denied[o], unlogged=unlogged[o]) for o in denied.keys() | unlogged.keys())
    return tuple(sorted(by_owner, key=lambda row: (-row.denied, -row.unlogged, row.owner)))

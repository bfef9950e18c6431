"""The board in memory."""

from datetime import datetime

from leadtight.adapters.memory.quarantine import MemoryQuarantine
from leadtight.app.ports.board import MOST_COUNTED, QuarantineCounts
from leadtight.domain.model.listing import Listing
from leadtight.domain.views.board import BoardLead, on_board


class MemoryBoard(MemoryQuarantine):
    """Summaries and counts for the board."""

    def open_on_board(self, limit: int) -> Listing[BoardLead]:
        """Return summaries of open leads."""
        with self._lock:
            shown = [entry for lead in self._leads.values() if (entry := on_board(lead))]
        shown.sort(key=lambda entry: (entry.due_at, entry.lead_id))
        return self._listing("board", shown, lambda entry: entry.lead_id, limit)

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the excluded leads recorded in [start, end)."""
        with self._lock:
            return sum(start <= lead.recorded_at < end for lead in self._leads.values() if lead.excluded)

    def held_counts(self) -> QuarantineCounts:
        """Count the deliveries in quarantine."""
        return QuarantineCounts(
            waiting=len(self.open_held(MOST_COUNTED)), suspected=len(self.suspected_held(MOST_COUNTED))
        )

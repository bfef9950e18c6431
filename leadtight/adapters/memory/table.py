"""The table in memory, for tests, simulation and speed.

Contract tests hold it to the behaviour of the real adapter.
"""

from leadtight.adapters.memory.board import MemoryBoard
from leadtight.adapters.memory.history import MemoryHistory
from leadtight.adapters.memory.leads import MemoryLeads
from leadtight.adapters.memory.outbox import MemoryOutbox


class MemoryTable(MemoryLeads, MemoryHistory, MemoryBoard, MemoryOutbox):
    """All stores of the table, over one set of rows.

    They are LeadStore, Guards, EventLog, QuarantineStore, BoardStore and Outbox.
    """

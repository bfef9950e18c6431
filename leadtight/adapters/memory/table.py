"""The table in memory: for tests, simulation and speed, held to the contract tests of the real adapter."""

from leadtight.adapters.memory.board import MemoryBoard
from leadtight.adapters.memory.history import MemoryHistory
from leadtight.adapters.memory.leads import MemoryLeads
from leadtight.adapters.memory.outbox import MemoryOutbox


class MemoryTable(MemoryLeads, MemoryHistory, MemoryBoard, MemoryOutbox):
    """LeadStore, Guards, EventLog, HeldStore, BoardStore and Outbox over one set of rows."""

"""All ports in memory.

Tests, benchmarks and the simulation compose the use cases over them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.dnc_lists import MemoryDncLists
from leadtight.adapters.memory.files import MemoryMails
from leadtight.adapters.memory.retries import MemoryRetries
from leadtight.adapters.memory.runs import MemoryRuns
from leadtight.adapters.memory.send_pace import MemoryPace
from leadtight.adapters.memory.senders import MemoryCaller, MemoryChat, MemoryMailer, MemoryTexter
from leadtight.adapters.memory.table import MemoryTable
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.app.messaging.links import Links
from leadtight.app.ports.clock_and_ids import NewId
from leadtight.app.ports.messaging import Renderer
from leadtight.app.ports.quarantine import Fetch
from leadtight.domain.access.signed_links import Keyring
from leadtight.domain.model.errors import FetchRefused

if TYPE_CHECKING:
    from leadtight.app.intake.submission import Submission
    from leadtight.domain.intake.quarantine import QuarantinedDelivery
    from leadtight.domain.model.message import Message

PUBLIC_URL = "https://leads.example"
KEYRING = Keyring(current="k1", keys={"k1": b"a secret that is none"})


def _numbered() -> NewId:
    numbers = count(1)
    return lambda: f"L{next(numbers):06d}"


def _nothing_to_fetch(delivery: QuarantinedDelivery) -> bytes:
    raise FetchRefused(f"{delivery.channel}: nothing is announced here")


def _nothing_to_read(delivery: QuarantinedDelivery, content: bytes) -> Sequence[Submission]:
    return ()


@dataclass
class InMemoryPorts:
    """The ports of `leadtight.application.Application`, each replaceable."""

    table: MemoryTable = field(default_factory=MemoryTable)
    alarms: MemoryAlarms = field(default_factory=MemoryAlarms)
    mail_files: MemoryMails = field(default_factory=MemoryMails)
    retries: MemoryRetries = field(default_factory=MemoryRetries)
    pace: MemoryPace = field(default_factory=lambda: MemoryPace(unbounded=True))
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    texter: MemoryTexter = field(default_factory=MemoryTexter)
    caller: MemoryCaller = field(default_factory=MemoryCaller)
    chat: MemoryChat = field(default_factory=MemoryChat)
    call_lists: MemoryDncLists = field(default_factory=MemoryDncLists)
    renderer: Renderer = field(default_factory=JinjaRenderer)
    links: Links = field(default_factory=lambda: Links(lambda: KEYRING, PUBLIC_URL))
    new_id: NewId = field(default_factory=_numbered)
    fetch: Fetch = _nothing_to_fetch
    read_fetched: Callable[[QuarantinedDelivery, bytes], Sequence[Submission]] = _nothing_to_read
    hinted: list[str] = field(default_factory=list)
    counted: list[Message] = field(default_factory=list)

    @property
    def store(self) -> MemoryTable:
        """The table as the store of leads."""
        return self.table

    @property
    def outbox(self) -> MemoryTable:
        """The table as the outbox."""
        return self.table

    @property
    def held(self) -> MemoryTable:
        """The table as the quarantine."""
        return self.table

    @property
    def board(self) -> MemoryTable:
        """The table as the board's store."""
        return self.table

    def count_message(self, message: Message) -> None:
        """Keep the message in `counted`."""
        self.counted.append(message)

    def hint(self, *held_ids: str) -> None:
        """Keep the hints in `hinted`."""
        self.hinted.extend(held_ids)

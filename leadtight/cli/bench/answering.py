"""How long an acknowledgement takes from the accepted inquiry to the provider's hands (E2)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import count as counting
from statistics import median, quantiles

from leadtight import policy as policies
from leadtight.adapters.call_lists import MemoryCallLists
from leadtight.adapters.contacts import RealContacts
from leadtight.adapters.hours import RealHours
from leadtight.adapters.memory import MemoryAlarms, MemoryTable
from leadtight.adapters.memory_senders import MemoryCaller, MemoryChat, MemoryMailer, MemoryTexter
from leadtight.adapters.rendering import JinjaRenderer
from leadtight.app.intake import Intake, Submission
from leadtight.app.links import Links
from leadtight.app.respond import Respond
from leadtight.app.undelivered import Undelivered
from leadtight.cli.bench.measures import Result, quiet
from leadtight.domain.links import Keyring
from leadtight.domain.policy import Policy


def answering(count: int) -> Result:
    """Measure the way from an accepted inquiry to the hand-over of its acknowledgement to the provider (E2).

    The use cases of intake and respond run over the memory twins: the functions' own time, without what AWS takes.
    """
    table, mailer = MemoryTable(), MemoryMailer()
    intake, respond = _wired(policies.shipped(), table, mailer)
    now, taken = datetime(2026, 3, 2, 9, tzinfo=UTC), []
    with quiet():
        for number in range(count):
            body = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": "Please call me"}
            start = time.process_time()
            lead_id = intake.receive(Submission(source="bench", body=body), now).lead_id
            respond.deliver(lead_id, table.messages(lead_id)[0].id, now)
            taken.append(time.process_time() - start)
    return Result(
        id="answering",
        what=f"from an accepted inquiry to the provider's hands, the functions' own time ({count} leads)",
        figures={"median_ms": median(taken) * 1e3, "p95_ms": quantiles(taken, n=20)[-1] * 1e3},
        bar=("p95_ms", 2_000.0),
        disagreements=[] if len(mailer.sent) == count else [f"{len(mailer.sent)} of {count} were handed over"],
    )


def _wired(policy: Policy, table: MemoryTable, mailer: MemoryMailer) -> tuple[Intake, Respond]:
    ids = counting(1)

    def new_id() -> str:
        return f"L{next(ids):06d}"

    links = Links(lambda: Keyring(current="k1", keys={"k1": b"a secret of the bench"}), "https://leads.example")
    intake = Intake(policy, table, RealContacts(), new_id, MemoryAlarms())
    respond = Respond(
        policy,
        table,
        table,
        mailer,
        MemoryTexter(),
        MemoryCaller(),
        MemoryChat(),
        JinjaRenderer(),
        links,
        RealHours().windows,
        MemoryCallLists(),
        new_id,
        Undelivered(policy, table, MemoryAlarms()),
    )
    return intake, respond

"""Time from an accepted inquiry to its sent acknowledgement (E2)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median, quantiles

from leadtight.adapters.memory.ports import InMemoryPorts
from leadtight.app.intake.submission import Submission
from leadtight.application import Application
from leadtight.bench.measures import Result, quiet
from leadtight.policy import loader as policies


def answering(count: int) -> Result:
    """Measure the time from inquiry to sent acknowledgement (E2).

    The use cases of intake and respond run over the memory twins: the functions' own time, without that of AWS.
    """
    twins = InMemoryPorts()
    sent = twins.mailer.sent
    made = Application(policies.shipped(), twins)
    intake, respond = made.intake, made.respond
    now, taken = datetime(2026, 3, 2, 9, tzinfo=UTC), []
    with quiet():
        for number in range(count):
            body = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": "Please call me"}
            start = time.process_time()
            lead_id = intake.receive(Submission(source="bench", body=body), now).lead_id
            respond.deliver(lead_id, twins.table.messages(lead_id)[0].id, now)
            taken.append(time.process_time() - start)
    return Result(
        id="answering",
        description=f"from an accepted inquiry to the provider's hands, the functions' own time ({count} leads)",
        figures={"median_ms": median(taken) * 1e3, "p95_ms": quantiles(taken, n=20)[-1] * 1e3},
        bar=("p95_ms", 2_000.0),
        disagreements=[] if len(sent) == count else [f"{len(sent)} of {count} were handed over"],
    )

"""Precision of the times in an export.

With times to the minute, some leads may be inside or outside the window.
"""

from typing import Any

import duckdb

from leadtight.reporting.audit.dates import MINUTE

_UNDECIDED = {
    (False, False): "false",
    (True, False): f"off > 0 and off < {MINUTE}",
    (False, True): f"off <= 0 and off > -{MINUTE}",
    (True, True): f"abs(off) < {MINUTE}",
}
"""SQL for waits that may cross the window's end.

By whether creation and contact are to the minute. `off` is how long after the window's end the wait ends. A truncated
time is earlier than the real one: a truncated creation makes the wait longer, a truncated contact makes it shorter.
"""


def precision(connection: duckdb.DuckDBPyConnection, *, timed: bool) -> dict[str, Any]:
    """Return which times of the facts lack seconds.

    A column lacks them when no time in it has any. `undecided` is the number of leads whose missing seconds may decide
    whether they were contacted in the window. All values are None when times of day are unknown.
    """
    if not timed:
        return {"created_to_the_minute": None, "contact_to_the_minute": None, "undecided": None}
    created, contact, *counts = connection.execute(f"""
        select coalesce(bool_and(created % {MINUTE} = 0), false),
            coalesce(bool_and(contact % {MINUTE} = 0 or contact = created), false),
            {", ".join(f"count(*) filter ({condition})" for condition in _UNDECIDED.values())}
        from (
            select epoch_us(received_at) as created, epoch_us(first_contact_at) as contact,
                epoch_us(first_contact_at) - epoch_us(deadline) as off
            from facts where excluded is null
        )
    """).fetchall()[0]
    undecided = dict(zip(_UNDECIDED, counts, strict=True))[created, contact]
    return {"created_to_the_minute": created, "contact_to_the_minute": contact, "undecided": undecided}

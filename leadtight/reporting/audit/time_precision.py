"""How exact the times of an export are: to the minute, nobody can tell who was just in the window."""

from typing import Any

import duckdb

from leadtight.reporting.audit.dates import MINUTE

_UNDECIDED = {
    (False, False): "false",
    (True, False): f"off > 0 and off < {MINUTE}",
    (False, True): f"off <= 0 and off > -{MINUTE}",
    (True, True): f"abs(off) < {MINUTE}",
}
"""By whether creation and contact are to the minute: which waits may end on the other side of the window.

`off` is how long after the window's end they do. What is left out of a time makes it earlier than it was: of the
creation the wait longer, of the contact shorter.
"""


def precision(connection: duckdb.DuckDBPyConnection, *, timed: bool) -> dict[str, Any]:
    """Return which times of the facts are to the minute: no time of their column has seconds.

    `undecided` is the number of leads of which the seconds that are left out may decide whether they were contacted in
    the window. Where times of day are not known, nothing is.
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

"""Activities in a different time zone from the leads.

Then nearly all contacts precede the creation by the same hours.
"""

from statistics import quantiles

import duckdb

from leadtight.reporting.audit.dates import MINUTE
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.mapping import AuditMapping
from leadtight.reporting.audit.source_file import SourceFile

FEWEST = 3
"""Leads that must show the shift."""

MOST_PERCENT = 80
QUARTER, HOUR, FARTHEST = 15 * MINUTE, 60 * MINUTE, 14 * 60 * MINUTE


def refuse_other_zone(connection: duckdb.DuckDBPyConnection, sheet: SourceFile, mapping: AuditMapping) -> None:
    """Raise UnusableError if activities seem to be in another zone.

    Unless the mapping names one. It seems so when nearly all contacts precede their leads' creation, and a shift of
    whole quarters of an hour would put them within an hour after it.
    """
    activities = mapping.activities
    if activities is None or activities.timezone or mapping.leads.timezone or not mapping.leads.created_at:
        return
    after = connection.execute("select count(*) from contacts where contact_us is not null").fetchall()[0][0]
    keyed = connection.execute("select count(*) from keyed where usable").fetchall()[0][0]
    # Most audits end here: finding the early contacts of a large file takes as long as finding the others.
    if (keyed - after) * 100 < keyed * MOST_PERCENT and after >= FEWEST:
        return
    waits = _early(connection)
    if len(waits) < FEWEST or len(waits) * 100 < (len(waits) + after) * MOST_PERCENT:
        return
    low = quantiles(waits, n=10)[0] if len(waits) >= 10 else min(waits)
    shift = int(-(low // QUARTER)) * QUARTER
    within = sum(0 <= wait + shift <= HOUR for wait in waits)
    if shift > FARTHEST or within * 100 < len(waits) * MOST_PERCENT:
        return
    raise UnusableError(
        f"{sheet.name}: row {sheet.header_row}: column {activities.at!r}: {len(waits)} of {len(waits) + after} contacts"
        f" are before the creation of their lead, as if the times were of a zone {_hours(shift)} away from those of"
        f' {mapping.leads.created_at!r}; write timezone = "…" under [activities] of a mapping, such as "UTC"'
    )


def _early(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the waits of leads with early contacts only.

    From the creation to the latest such contact, in microseconds below zero.
    """
    rows = connection.execute(f"""
        select max(a.at_us) - any_value(k.created_us) as wait from activities a join keyed k using (person)
        where counts and rejected is null and usable and at_us < created_us and at_us > created_us - {FARTHEST}
            and k.row not in (select row from contacts where contact_us is not null)
        group by k.row
    """).fetchall()
    return [row[0] for row in rows]


def _hours(shift: int) -> str:
    hours, minutes = divmod(shift // MINUTE, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"

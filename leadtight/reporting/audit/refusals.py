"""Refusal of an audit whose times are not understood.

They decide which leads count.
"""

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.pipeline import LoadedFacts
from leadtight.reporting.facts.table import quoted, rows_of
from leadtight.reporting.metrics.diagnosis import LIMIT_PERCENT

FEW = 3
"""Fewer rows are typing errors, and are listed as problems."""


def refuse_unread_times(loaded: LoadedFacts, options: AuditOptions) -> None:
    """Refuse leads with over a tenth of unreadable times.

    As with month names of an unknown language. Such rows are not a random sample: the figures of the others would be
    wrong. A `date_format` states that the other rows are known not to be times. Raises UnusableError naming column,
    value, row and remedy.
    """
    if "date_format" in options.mapping.get("leads", {}):
        return
    columns = loaded.mapping.leads
    read = (loaded.rows["leads"] or {})["read"]
    times = [(columns.created_at, "said_created_us", "is not a readable time")] if columns.created_at else []
    times += [
        (name, f"said_contact_{n}_us", "first contact is not a readable time")
        for n, name in enumerate(columns.first_contact_at)
    ]
    for column, text, reason in times:
        row = rows_of(
            loaded.table.connection,
            f"select count(*) as n, min(row) as first, arg_min({text}, row) as value from leads"
            f" where rejected = {quoted(reason)} and {text} is not null",
        )[0]
        if row["n"] >= FEW and row["n"] * 100 > read * LIMIT_PERCENT:
            raise UnusableError(
                f"{options.leads.name}: row {row['first']}: column {column!r}: {row['n']:,} of {read:,} rows have no"
                f" readable time, such as {row['value']!r}: set their format with date_format of [leads] in a mapping,"
                " which also accepts that other rows are left out"
            )

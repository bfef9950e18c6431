"""The floor under an audit: one bare query.

It reads, parses and joins the two files and counts the buckets, no more. `python -m
leadtight.bench.auditing.duckdb_floor FOLDER` prints the buckets as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

BUCKETS = ("under_5m", "5m_to_30m", "30m_to_2h", "2h_to_24h", "over_24h", "never")

_SQL = """
    with leads as (
        select "Record Id" as id, "Contact Id" as person, "Created Time" as created_at
        from read_csv($leads, header = true, types = {'Contact Id': 'VARCHAR', 'Created Time': 'TIMESTAMP'})
    ), calls as (
        select "CONTACTID" as person, "Call Start Time" as called_at
        from read_csv($calls, header = true, types = {'CONTACTID': 'VARCHAR', 'Call Start Time': 'TIMESTAMP'})
        where "Call Type" = 'Outbound' and "Call Status" = 'Attended Dialled'
    ), contacts as (
        select id, min(called_at) as contact_at from leads join calls using (person)
        where called_at >= created_at group by id
    ), waits as (
        select epoch(contact_at) - epoch(created_at) as s from leads left join contacts using (id)
    )
    select count(*) filter (s < 300), count(*) filter (s >= 300 and s < 1800),
        count(*) filter (s >= 1800 and s < 7200), count(*) filter (s >= 7200 and s <= 86400),
        count(*) filter (s > 86400), count(*) filter (s is null)
    from waits
"""


def buckets(folder: Path) -> dict[str, int]:
    """Count leads by response time, from `leads.csv` and `calls.csv`."""
    import duckdb

    files = {"leads": str(folder / "leads.csv"), "calls": str(folder / "calls.csv")}
    return dict(zip(BUCKETS, duckdb.connect().execute(_SQL, files).fetchall()[0], strict=True))


if __name__ == "__main__":
    print(json.dumps(buckets(Path(sys.argv[1]))))

"""Synthetic exports of any size, reproducible by seed.

They hold leads and the calls about them, as a CRM writes them. `python -m leadtight.bench.auditing.exports FOLDER
[LEADS] [SEED]` writes them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

CALLS_PER_LEAD = 5
COST_PER_LEAD, DEAL_VALUE, CONVERSION_RATE = 40, 15000, 0.08
"""Money options of the audit."""

FIRST = "2025-07-01"
DAYS = 365


@dataclass(frozen=True, slots=True)
class Exports:
    """The two files and their row counts."""

    leads: Path
    activities: Path
    rows: tuple[int, int]


def write(folder: Path, leads: int, seed: int = 1) -> Exports:
    """Write `leads.csv` and `calls.csv`.

    A lead has five calls on average; some leads are never called.
    """
    from leadtight.reporting.facts.table import connect, quoted  # here: DuckDB costs 140 ms

    folder.mkdir(parents=True, exist_ok=True)
    exports = Exports(folder / "leads.csv", folder / "calls.csv", (leads, leads * CALLS_PER_LEAD))
    with connect() as connection:
        for path, sql in ((exports.leads, _leads(leads, seed)), (exports.activities, _calls(leads, seed))):
            connection.execute(f"copy ({sql}) to {quoted(str(path))} (format csv, header)")
    return exports


def _random(purpose: str, n: str, seed: int) -> str:
    """Return SQL for a reproducible number from 0 to 1.

    It depends on nothing but the arguments.
    """
    return f"((hash('{purpose}', {n}, {seed}) >> 11)::double / 9007199254740992)"


def _created(n: str, seed: int) -> str:
    seconds = f"({_random('day', n, seed)} * {DAYS})::int * 86400 + ({_random('second', n, seed)} * 86399)::int"
    return f"(timestamp '{FIRST}' + to_seconds({seconds}))"


def _key(n: str) -> str:
    """Return SQL for a person's 19-digit id."""
    return f"(4100000000000000000 + {n} * 977)::varchar"


def _leads(leads: int, seed: int) -> str:
    owner, source, stage = (_random(purpose, "n", seed) for purpose in ("owner", "source", "stage"))
    return f"""
        select 'L' || lpad(n::varchar, 8, '0') as "Record Id", {_key("n")} as "Contact Id",
            strftime({_created("n", seed)}, '%Y-%m-%d %H:%M:%S') as "Created Time",
            case when {owner} < 0.05 then '' else 'Rep ' || ({owner} * 40)::int end as "Deal Owner Name",
            'Source ' || ({source} * 11)::int as "Lead Source",
            ['Open', 'Contacted', 'Proposal', 'Closed Won', 'Closed Lost'][1 + ({stage} * 4)::int] as "Stage",
            (({stage} * 20000)::int)::varchar as "Amount"
        from range({leads}) as t(n)
    """


def _calls(leads: int, seed: int) -> str:
    lead = f"({_random('lead', 'n', seed)} * {leads} * 0.9)::bigint"
    wait = f"(exp({_random('wait', 'n', seed)} * 13) * 3)::bigint"
    kind, status = _random("kind", "n", seed), _random("status", "n", seed)
    return f"""
        select 'C' || n as "Id", {_key("lead")} as "CONTACTID",
            strftime({_created("lead", seed)} + to_seconds(wait), '%Y-%m-%d %H:%M:%S') as "Call Start Time",
            case when {kind} < 0.8 then 'Outbound' else 'Inbound' end as "Call Type",
            case when {status} < 0.6 then 'Attended Dialled' else 'Unattended Dialled' end as "Call Status",
            'Rep ' || ({kind} * 40)::int as "Call Owner Name"
        from (select n, {lead} as lead, {wait} as wait from range({leads * CALLS_PER_LEAD}) as t(n))
    """


if __name__ == "__main__":
    write(Path(sys.argv[1]), int((*sys.argv, "1000000")[2]), int((*sys.argv, "1", "1")[3]))

"""When scheduled runs last succeeded, in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.calendar.timestamps import format_timestamp, parse_timestamp


class RunRow(TableRow, discriminator="run"):
    """The last success of one scheduled run."""

    at = UnicodeAttribute()


class DynamoRuns:
    """RunLog over the one table."""

    def __init__(self, _table: DynamoTable) -> None:
        """Require the table, which binds the rows to its connection."""

    def ran(self, run: str, at: datetime) -> None:
        """Store that a run has succeeded: one call."""
        RunRow(keys.RUNS, keys.run(run), at=format_timestamp(at)).save()

    def last_runs(self) -> Mapping[str, datetime]:
        """Return the times of all runs, by name: one call."""
        items = row_reader.in_partition(keys.RUNS, keys.RUN_PREFIX)
        rows = row_reader.listing(RunRow, items, lambda row: (row.sk, parse_timestamp(row.at)))
        return {sort.removeprefix(keys.RUN_PREFIX): at for sort, at in rows}

"""Database and cell readers agree on times and amounts."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.reporting.audit.amounts import amount_sql
from leadtight.reporting.audit.dates import time_columns
from leadtight.reporting.audit.errors import UnusableError
from leadtight.tabular.amounts.column import AmountColumn
from leadtight.tabular.dates.column import DateColumn
from leadtight.tabular.dates.orders import AmbiguousDatesError

pytestmark = pytest.mark.slow

FIRST, LAST, EPOCH = (datetime(year, 1, 1) for year in (2001, 2069, 1970))  # noqa: DTZ001 - of a wall clock
FORMATS = (
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%f+01:00", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p"),
    *("%d %b %Y %H:%M", "%B %d, %Y, %I:%M:%S %p", "%Y/%m/%d", "%d/%m/%y %H:%M", "%d-%b-%y", "%Y%m%d %H:%M", "%d/%m/%Y"),
)
NOISE = st.sampled_from(["soon", "2026-02-31 10:00:00", "15.01.2026", "1768473000", "31/31/2026 10:00"])


def _table(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    connection.execute("create table cells (row bigint, r0 varchar, c0 varchar)")
    connection.executemany("insert into cells values (?, ?, ?)", [(n, t, t) for n, t in enumerate(texts, 2)])


@settings(deadline=None)
@given(
    st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=12),
    st.sampled_from(FORMATS),
    st.lists(NOISE, max_size=2),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
)
def test_the_database_reads_times_like_the_cell_reader(
    moments: list[datetime], form: str, noise: list[str], zone: str
) -> None:
    texts = [moment.strftime(form) for moment in moments] + noise
    values = DateColumn()
    for row, text in enumerate(texts, 2):
        values.add(text, row)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        _table(connection, texts)
        try:
            reading = values.decide(zone=ZoneInfo(zone))
            column = time_columns(connection, "cells", {"At": "c0"}, file="f", zone=ZoneInfo(zone), date_format=None)[
                "At"
            ]
        except (AmbiguousDatesError, UnusableError):
            assert "column 'At'" in _question(connection, zone)
            return
        rows = connection.execute(f"select c0, {column.sql} from cells").fetchall()
    assert column.has_time == reading.has_time
    for text, micros in rows:
        moment = reading.read(text)
        if moment is None or micros is None:
            assert (moment, micros) == (None, None)
        elif moment.offset is not None:
            instant = moment.local - moment.offset
            assert timedelta(microseconds=micros) == instant - EPOCH
        else:
            assert _is_at(micros, moment.local, ZoneInfo(zone))


def _is_at(micros: int, local: datetime, zone: ZoneInfo) -> bool:
    """Check whether an instant has this local time.

    Of a repeated hour either instant counts, of a skipped one any.
    """
    instants = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    epoch = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
    if (
        instants[0].utcoffset() != instants[1].utcoffset()
        and instants[0].astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != local
    ):
        return True
    return any(timedelta(microseconds=micros) == instant - epoch for instant in instants)


def _question(connection: duckdb.DuckDBPyConnection, zone: str) -> str:
    try:
        time_columns(connection, "cells", {"At": "c0"}, file="f", zone=ZoneInfo(zone), date_format=None)
    except UnusableError as error:
        return str(error)
    return ""


AMOUNTS = st.decimals(0, 10**7, places=2).map(lambda amount: f"{amount:,.2f}")


@settings(deadline=None)
@given(st.lists(AMOUNTS | st.integers(0, 10**9).map(str) | st.sampled_from(["much", "€ 5", "1.500"]), min_size=1))
def test_the_database_reads_amounts_like_the_cell_reader(texts: list[str]) -> None:
    values = AmountColumn()
    for row, text in enumerate(texts, 2):
        values.add(text, row)
    reading = values.decide()
    with duckdb.connect(":memory:") as connection:
        _table(connection, texts)
        sql = amount_sql(connection, "cells", "c0", None, "f")
        rows: list[tuple[str, Decimal | None]] = connection.execute(f"select c0, {sql} from cells").fetchall()
    assert all(amount == reading.read(text) for text, amount in rows)

"""Facts in DuckDB and as Parquet.

The same rows give the same bytes.
"""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from leadtight.reporting.facts.facts import LeadFact, columns

ANSWERED_AT = "coalesce(least(first_contact_at, closed_at), $as_of)"
"""When a promise stopped running, in SQL.

At the first contact or an earlier closing; otherwise not by `$as_of`.
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


class FactTable:
    """The table `facts` in a database of its own.

    The view `counted` omits excluded leads. Use it in a `with`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Use the table `facts` of a database.

        It has at least `columns()`.
        """
        self._connection = connection
        self._connection.execute("create view counted as select * from facts where excluded is null")

    @classmethod
    def of(cls, facts: Iterable[LeadFact]) -> "FactTable":
        """Load facts."""
        connection = connect()
        connection.execute(f"create table facts ({', '.join(f'{name} {kind}' for name, kind in columns().items())})")
        table = cls(connection)
        table.put(facts)
        return table

    @classmethod
    def read(cls, content: bytes, schema: str) -> "tuple[FactTable, dict[str, str]] | None":
        """Load a file written by `parquet`, with its notes.

        None when it has another schema.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = {"file": str(Path(folder, "facts.parquet"))}
            Path(file["file"]).write_bytes(content)
            connection = connect()
            notes = {note["key"]: note["value"] for note in rows_of(connection, _NOTES, file)}
            if notes.get("schema") != schema:
                connection.close()
                return None
            wanted = ", ".join(columns())
            connection.execute(f"create table facts as select {wanted} from read_parquet($file)", file)
        return cls(connection), notes

    def put(self, facts: Iterable[LeadFact]) -> None:
        """Replace the rows of these leads."""
        ordered = sorted(facts, key=lambda f: f.lead_id)
        values = {name: [_to_sql(getattr(f, name)) for f in ordered] for name in columns()}
        cast = ", ".join(f"unnest(${n}::{_wire(t)}[])::{t} as {n}" for n, t in columns().items())
        self._connection.execute(
            "delete from facts where lead_id in (select unnest($ids::varchar[]))", {"ids": values["lead_id"]}
        )
        self._connection.execute(f"insert into facts select {cast}", values)

    def leads_of_tiers(self, tiers: Iterable[str]) -> frozenset[str]:
        """Return the ids of the leads of these tiers."""
        rows = self.rows(
            "select lead_id from facts where tier in (select unnest($tiers::varchar[]))", {"tiers": [*tiers]}
        )
        return frozenset(str(row["lead_id"]) for row in rows)

    def select(self, lead_ids: Iterable[str] | None = None) -> tuple[LeadFact, ...]:
        """Return the facts of these leads, or of all.

        In order of lead id.
        """
        wanted = ", ".join(_from_sql(name, kind) for name, kind in columns().items())
        those = "" if lead_ids is None else " where lead_id in (select unnest($ids::varchar[]))"
        parameters = {} if lead_ids is None else {"ids": sorted(lead_ids)}
        rows = rows_of(self._connection, f"select {wanted} from facts{those} order by lead_id", parameters)
        return tuple(LeadFact(**_with_instants(row)) for row in rows)

    def delete(self, where: str, parameters: Mapping[str, object]) -> None:
        """Delete the rows that match a condition."""
        self._connection.execute(f"delete from facts where {where}", dict(parameters))

    def __enter__(self) -> "FactTable":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the database."""
        self._connection.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the database, for queries on the table `facts`."""
        return self._connection

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        """Return the rows of a query.

        Only the parameters that it names are passed.
        """
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return rows_of(self._connection, sql, used)

    def parquet(self, notes: Mapping[str, str]) -> bytes:
        """Return the facts as Parquet with `notes` in its metadata."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "facts.parquet")
            metadata = ", ".join(f"{key}: {quoted(value)}" for key, value in sorted(notes.items()))
            self._connection.execute(
                f"copy (select * from facts order by lead_id) to {quoted(str(file))}"
                f" (format parquet, compression zstd, kv_metadata {{{metadata}}})"
            )
            return file.read_bytes()


_NOTES = "select decode(key) as key, decode(value) as value from parquet_kv_metadata($file)"


def connect(threads: int | None = 1) -> duckdb.DuckDBPyConnection:
    """Return an in-memory database of its own.

    With None it uses every core. One thread sums in the same order every time; with more, only whole numbers may be
    summed.
    """
    # Never download an extension.
    options: dict[str, str | bool | int | float | list[str]] = {
        **({"threads": threads} if threads else {}),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=options)
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")  # it would overwrite standard output
    return connection


def rows_of(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> list[Row]:
    """Return the rows of a query, by column name."""
    cursor = connection.execute(sql, dict(parameters or {}))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _wire(sql_type: str) -> str:
    return "VARCHAR" if sql_type.startswith("DECIMAL") else sql_type


def _to_sql(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def _from_sql(name: str, sql_type: str) -> str:
    return f"epoch_us({name}) as {name}" if sql_type == "TIMESTAMPTZ" else name


def _with_instants(row: Row) -> Row:
    kinds = columns()
    return {name: instant(value) if kinds[name] == "TIMESTAMPTZ" else value for name, value in row.items()}


def instant(microseconds: int | None) -> datetime | None:
    """Return the instant so many microseconds after 1970, in UTC."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def quoted(text: str) -> str:
    """Return text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"

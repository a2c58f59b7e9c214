"""Read a table of a database, batch by batch; its URL is in the environment, and no message shows it."""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

BATCH = 20_000
"""Rows that are in memory at once."""

PROGRESS = 1_000_000
"""Rows between two lines that say how far it is."""

DIGITS = 15
"""Digits of a decimal number that a double keeps."""

GROWING = (sa.Integer, sa.Numeric, sa.String, sa.Date, sa.DateTime)
"""Types of columns that every database knows the largest value of."""

ROWS = "number of rows"

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""What reads a database where its URL does not say it."""


def read_table(variable: str, name: str, schema: str | None = None) -> pa.RecordBatchReader:
    """Return the rows of a table or view in the order of its primary key, to be read batch by batch.

    ``variable`` is the environment variable with the URL. Raises LookupError for one that is not set and for a table
    that is not there, ConnectionError for a database that does not answer, ValueError for what is no URL.
    """
    database = engine(variable)
    with connect(database, variable) as connection:
        table = find_table(connection, name, schema)
    values, types = zip(*(arrow_column(column, database.name) for column in table.columns), strict=True)
    kinds = pa.schema(list(zip(table.columns.keys(), types, strict=True)))
    query = sa.select(*values).order_by(*table.primary_key)
    return pa.RecordBatchReader.from_batches(kinds, batches(database, query, kinds, name))


def table_fingerprint(variable: str, name: str, schema: str | None = None) -> dict[str, Any]:
    """Return how many rows a table or view has, and the last value of each column that new rows, or edits, let grow.

    These are the columns of the primary key, dates and moments. Raises as :func:`read_table` does.
    """
    database = engine(variable)
    with connect(database, variable) as connection:
        table = find_table(connection, name, schema)
        growing = [
            column
            for column in table.columns
            if isinstance(column.type, GROWING if column.primary_key else (sa.Date, sa.DateTime))
        ]
        largest = (sa.cast(sa.func.max(column), sa.Text()).label(column.name) for column in growing)
        rows = sa.func.count().label(ROWS)
        try:
            found = connection.execute(sa.select(rows, *largest).select_from(table)).mappings().one()
        except sa.exc.DBAPIError as error:
            raise ConnectionError(f"{name} cannot be asked: {str(error.orig).splitlines()[0]}") from None
    last = {column.name: found[column.name] for column in growing}
    return {"rows": found[ROWS], "last": last}


def engine(variable: str) -> sa.Engine:
    """Return the database whose URL is in the environment variable ``variable``."""
    text = os.environ.get(variable, "")
    if not text:
        raise LookupError(
            f"{variable} is not set: put the database's URL into it, postgresql://user:password@host/name"
        )
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError(f"{variable} holds no URL of a database, like postgresql://user:password@host/name") from None
    if url.host and "@" in f"{url.host}{url.database}":
        raise ValueError(f"{variable} holds a URL with a second @: write one that is part of a password as %40")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise LookupError(f"{variable} names a file that is not there: write sqlite:////folder/file.db")
    try:
        return sa.create_engine(url.set(drivername=DRIVERS.get(url.drivername, url.drivername)), poolclass=sa.NullPool)
    except sa.exc.NoSuchModuleError:
        raise ValueError(f"{variable} names a kind of database that SQLAlchemy does not know") from None


def connect(database: sa.Engine, variable: str) -> sa.Connection:
    """Return a connection to ``database``."""
    try:
        return database.connect()
    except sa.exc.DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        shown = "" if database.url.password and database.url.password in reason else f": {reason}"
        raise ConnectionError(f"the database that {variable} names cannot be reached{shown}") from None


def find_table(connection: sa.Connection, name: str, schema: str | None) -> sa.Table:
    """Return the table or view as the database describes it."""
    try:
        return sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection, resolve_fks=False)
    except sa.exc.NoSuchTableError:
        names = table_names(connection, schema)
        near = get_close_matches(name, names, n=3) or names[:10]
        place = f" in the schema {schema}" if schema else ""
        raise LookupError(f"there is no table {name}{place}; there is: {', '.join(near) or 'none'}") from None


def table_names(connection: sa.Connection, schema: str | None = None) -> list[str]:
    """Return the names of all tables and views of ``schema``, by default of that which a bare name is looked up in."""
    inspector = sa.inspect(connection)
    return sorted([*inspector.get_table_names(schema), *inspector.get_view_names(schema)])


def arrow_column(column: sa.Column[Any], database: str) -> tuple[sa.ColumnElement[Any], pa.DataType]:
    """Return what to ask for to get ``column``, and its type in Arrow: text for all but truths, numbers and moments.

    A decimal of more digits than a double has is text too; so is a whole number that may be beyond 64 bits.

    Moments with a zone come in UTC. SQLite has no type for moments: there they are the texts that were stored.
    """
    match column.type:
        case sa.Boolean():
            return column, pa.bool_()
        case sa.Integer() if not getattr(column.type, "unsigned", False):
            return column, pa.int64()
        case sa.Float() | sa.Numeric() as number if isinstance(number, sa.Float) or (number.precision or 0) <= DIGITS:
            return sa.type_coerce(column, sa.Double()), pa.float64()
        case sa.Date() if database != "sqlite":
            return column, pa.date32()
        case sa.DateTime(timezone=zoned) if database != "sqlite":
            return column, pa.timestamp("us", tz="UTC" if zoned else None)
        case _:
            return sa.cast(column, sa.Text()).label(column.name), pa.string()


def batches(database: sa.Engine, query: sa.Select[Any], kinds: pa.Schema, name: str) -> Iterator[pa.RecordBatch]:
    """Yield what ``query`` finds, with no more than a batch in memory."""
    read = 0
    with database.connect().execution_options(yield_per=BATCH) as connection:
        for rows in connection.execute(query).partitions():
            yield pa.record_batch(list(arrays(rows, kinds)), schema=kinds)
            read += len(rows)
            if read % PROGRESS == 0:
                print(f"{name}: {read:,} rows so far", flush=True)


def arrays(rows: Sequence[sa.Row[Any]], kinds: pa.Schema) -> Iterator[pa.Array]:
    """Yield the columns of ``rows``; raises ValueError for a value that is not of its column's type."""
    for field, values in zip(kinds, zip(*rows, strict=True), strict=True):
        try:
            yield pa.array(values, field.type)
        except (pa.ArrowException, TypeError, OverflowError) as error:
            raise ValueError(f"{field.name} should hold {field.type}: {error}; read a view that casts it") from error

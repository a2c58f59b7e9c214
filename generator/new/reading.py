"""Open a file of data the way ``collect`` will read it, so that what is inferred holds in the project."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from generator.sql import identifier, literal

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
RAW = "raw"
"""The table in the database that holds the data."""


class UnreadableError(Exception):
    """Why a file cannot be taken as a table, and what to do."""


@dataclass(frozen=True)
class Raw:
    """A table as it came: where it is, how it is read, and its columns with DuckDB's types."""

    database: duckdb.DuckDBPyConnection
    file: Path
    format: str
    delimiter: str
    columns: dict[str, str]
    rows: int


@contextmanager
def opened(file: Path) -> Iterator[Raw]:
    """Yield the table in ``file``: texts where the file holds text, typed columns where it has types.

    Raises :class:`UnreadableError` for a file that is not there, is empty, has no names, or is of no known format.
    """
    if not file.is_file():
        raise UnreadableError(f"there is no file {file}")
    if file.stat().st_size == 0:
        raise UnreadableError(f"{file} is empty")
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise UnreadableError(f"{file.name} is of no known format; known are {', '.join(FORMATS)}")
    with duckdb.connect() as database:
        database.execute("SET preserve_insertion_order = true")
        try:
            delimiter = _delimiter(database, file) if kind == "csv" else ","
            database.execute(f"CREATE TABLE {RAW} AS SELECT * FROM {_call(file, kind, delimiter)}")
        except duckdb.Error as error:
            raise UnreadableError(f"{file.name} cannot be read: {_first_line(error)}") from error
        columns = {str(row[0]): str(row[1]) for row in database.execute(f"DESCRIBE {RAW}").fetchall()}
        rows = database.execute(f"SELECT count(*) FROM {RAW}").fetchall()[0][0]
        if kind == "csv":
            _check_names(file, columns)
        if rows == 0:
            raise UnreadableError(f"{file.name} has names and no rows")
        yield Raw(database, file, kind, delimiter, columns, int(rows))


def _delimiter(database: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Return what separates the values of a text file."""
    if file.suffix.lower() == ".tsv":
        return "\t"
    sniffed = database.execute("SELECT Delimiter FROM sniff_csv(?, all_varchar = true)", [str(file)]).fetchall()
    return str(sniffed[0][0])


def _call(file: Path, kind: str, delimiter: str) -> str:
    path = literal(str(file))
    if kind == "csv":
        return f"read_csv({path}, header = true, all_varchar = true, sep = {literal(delimiter)}, nullstr = [''])"
    return f"read_{kind}({path})"


def _check_names(file: Path, columns: dict[str, str]) -> None:
    """Refuse a file whose first line is a row like the others: its names would be numbers."""
    numbers = [name for name in columns if re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?(_\d+)?", name)]
    if len(numbers) > len(columns) / 2:
        raise UnreadableError(
            f"the first line of {file.name} holds no names, but {', '.join(numbers[:3])}: put a line of names above it"
        )


def _first_line(error: Exception) -> str:
    return re.sub(r"^\w[\w ]*Error: ", "", str(error).strip().splitlines()[0])


def column(name: str) -> str:
    """Return ``name`` as SQL."""
    return identifier(name)

"""Open a file of data the way ``collect`` will read it, so that what is inferred holds in the project."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from generator.new.encodings import UTF8, encoding_of
from generator.sources.flat import flat
from generator.sources.utf8 import in_utf8
from generator.sql import literal

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
HINTS = {
    "csv": "\nlook for a stray quote or carriage return in the file, or save it as Parquet",
    "parquet": "",
    "json": "\nwrite one object a line, or a list of objects",
}
RAW = "raw"
"""The table in the database that holds the data."""


class UnreadableError(Exception):
    """Why a file cannot be taken as a table, and what to do."""


@dataclass(frozen=True)
class Raw:
    """A table as it came: the files it is in, how they are read, and its columns with DuckDB's types."""

    database: duckdb.DuckDBPyConnection
    files: tuple[Path, ...]
    format: str
    delimiter: str
    encoding: str
    columns: dict[str, str]
    rows: int


@contextmanager
def opened(files: tuple[Path, ...]) -> Iterator[Raw]:
    """Yield the table in ``files``: texts where they hold text, typed columns where they have types.

    Raises :class:`UnreadableError` for a file that is not there, is empty, has no names, or is of no known format.
    """
    kind, file = _format(files), files[0]
    encoding = encoding_of(files) if kind == "csv" else UTF8
    with duckdb.connect() as database, TemporaryDirectory() as folder:
        database.execute("SET preserve_insertion_order = true")
        readable = files if encoding == UTF8 else _in_utf8(files, encoding, Path(folder))
        try:
            delimiter = _delimiter(database, readable[0]) if kind == "csv" else ","
            flat(database.sql(f"FROM {_call(readable, kind, delimiter)}")).create(RAW)
        except duckdb.Error as error:
            raise UnreadableError(f"{_first_line(error)}{HINTS[kind]}") from error
        columns = {str(row[0]): str(row[1]) for row in database.execute(f"DESCRIBE {RAW}").fetchall()}
        rows = database.execute(f"SELECT count(*) FROM {RAW}").fetchall()[0][0]
        if kind == "csv":
            _check_names(file, columns)
        if rows == 0:
            raise UnreadableError(f"{file.name} has names and no rows")
        yield Raw(database, files, kind, delimiter, encoding, columns, int(rows))


def _format(files: tuple[Path, ...]) -> str:
    """Return the format that all of ``files`` are of."""
    kinds = set()
    for file in files:
        if not file.is_file():
            raise UnreadableError(f"there is no file {file}")
        if file.stat().st_size == 0:
            raise UnreadableError(f"{file} is empty")
        name = file.name.lower().removesuffix(".gz")
        kind = next((kind for ending, kind in FORMATS.items() if name.endswith(ending)), None)
        if kind is None:
            raise UnreadableError(f"{file.name} is of no known format; known are {', '.join(FORMATS)}")
        kinds.add(kind)
    if len(kinds) > 1:
        raise UnreadableError(f"the files are of several formats: {', '.join(sorted(kinds))}")
    return kinds.pop()


def _in_utf8(files: tuple[Path, ...], encoding: str, folder: Path) -> tuple[Path, ...]:
    """Return copies of ``files`` in UTF-8."""
    return tuple(in_utf8(file, encoding, folder / str(place)) for place, file in enumerate(files))


def _delimiter(database: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Return what separates the values of a text file."""
    if ".tsv" in file.suffixes:
        return "\t"
    sniffed = database.execute("SELECT Delimiter FROM sniff_csv(?, all_varchar = true)", [str(file)]).fetchall()
    return str(sniffed[0][0])


def _call(files: tuple[Path, ...], kind: str, delimiter: str) -> str:
    path = f"[{', '.join(literal(str(file)) for file in files)}]"
    if kind == "csv":
        how = f"header = true, skip = 0, all_varchar = true, sep = {literal(delimiter)}, nullstr = ['']"
        return f"read_csv({path}, {how})"
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

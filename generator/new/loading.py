"""Load files into DuckDB as ``collect`` will: first what writes them anew where need be, then a reader of DuckDB."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from generator.schema.source import Source
from generator.sources.counts import counted
from generator.sources.flat import flat
from generator.sources.merged import merged
from generator.sources.paths import exact
from generator.sources.prepare import Step, prepared
from generator.sources.quotes import quotes
from generator.sources.reading import PACKED, StepPlan, options_of, steps_of
from generator.sources.records import records
from generator.sql.parsing import identifier, literal

WHOLE = "whole"
"""The table, or view, in the database that holds all rows."""

LARGE = 200_000_000
"""Bytes of files from which on their rows are not kept in memory: text is parsed once, into Parquet on disk."""

OPTIONS = "say how it is laid out with --skip, --separator or --no-header, or save it as Parquet"

REMEDIES = {
    "differ only in case": "call one of them otherwise",
    "encoding is not supported": "save the file in UTF-8",
    "duplicate key": "write each key once",
}
"""What to do about some of what DuckDB says."""

ORIGINAL = "Original Line"
"""What stands before the line that DuckDB shows, which may be long; what is wrong comes after it."""

NAMED = 50
"""Columns whose names are looked for among the values of a row."""

LIBRARY = {"python_calamine": "python-calamine"}


class UnreadableError(Exception):
    """Why a file cannot be taken as a table, and what to do."""


def load(
    database: duckdb.DuckDBPyConnection, files: tuple[Path, ...], source: Source, names: Sequence[str], folder: Path
) -> tuple[Source, tuple[str, ...]]:
    """Read ``files`` as the table :data:`WHOLE`; return how, another way than ``source`` where that fails."""
    rewritten = source.model_copy(update={"rewrite": True})
    try:
        _tried(database, files, source, folder / "first")
        if source.is_rewritten or not (repeats := _repeats(database, names)):
            return source, ()
        database.execute(f"DROP {'VIEW' if _is_view(database) else 'TABLE'} {WHOLE}")
        _tried(database, files, rewritten, folder / "second")
        return rewritten, (f"{counted(repeats, 'row', 'repeats', 'repeat')} the names of the columns: left out",)
    except duckdb.Error as error:
        if source.format != "csv" or source.is_rewritten:
            raise UnreadableError(_told(files, source, error)) from error
    try:
        _tried(database, files, rewritten, folder / "second")
    except duckdb.Error as error:
        raise UnreadableError(_told(files, rewritten, error)) from error
    return rewritten, ("lines do not all end alike or are not all as long: written anew before they are read",)


def _repeats(database: duckdb.DuckDBPyConnection, names: Sequence[str]) -> int:
    """Return how many rows hold the names of the columns again, as files do that were put together."""
    columns = database.table(WHOLE).columns if not _is_view(database) else database.view(WHOLE).columns
    same = [
        f"{identifier(column)} = {literal(name)}" for name, column in list(zip(names, columns, strict=False))[:NAMED]
    ]
    if not names or len(names) != len(columns) or not all(names[:NAMED]):
        return 0
    return int(database.execute(f"SELECT count(*) FROM {WHOLE} WHERE {' AND '.join(same)}").fetchall()[0][0])


def _is_view(database: duckdb.DuckDBPyConnection) -> bool:
    ask = "SELECT count(*) FROM duckdb_views() WHERE view_name = ?"
    return bool(database.execute(ask, [WHOLE]).fetchall()[0][0])


def _tried(database: duckdb.DuckDBPyConnection, files: tuple[Path, ...], source: Source, folder: Path) -> None:
    texts = exact(in_form(files, steps_of(source), folder))
    match source.format:
        case "parquet" | "arrow" | "orc" | "stata":
            rows = flat(merged(database, texts))
        case "json":
            rows = records(database, texts)
        case _:
            quoted = {} if source.is_rewritten else quotes(database, texts, source.delimiter)
            rows = database.read_csv(texts, **options_of(source), **quoted)
    if sum(file.stat().st_size for file in files) < LARGE:
        rows.create(WHOLE)
    elif source.format == "parquet" and not _is_packed(files[0]):
        rows.create_view(WHOLE)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(str(folder / "whole.parquet"), compression="lz4_raw")
        database.read_parquet(str(folder / "whole.parquet")).create_view(WHOLE)


def _is_packed(file: Path) -> bool:
    return file.suffix.lower() in PACKED


def in_form(files: tuple[Path, ...], steps: tuple[StepPlan, ...], folder: Path) -> list[Path]:
    """Return ``files`` as they are after ``steps``, as :func:`prepared` makes them in a project."""
    try:
        return prepared(files, [_step(step) for step in steps], folder)
    except (ValueError, LookupError) as error:
        raise UnreadableError(str(error.args[0])) from error


def _step(step: StepPlan) -> Step:
    try:
        function: Callable[..., Any] = getattr(import_module(f"generator.sources.{step.module}"), step.function)
    except ImportError as error:
        library = LIBRARY.get(str(error.name), str(error.name))
        raise UnreadableError(f"the file takes a library that is not installed: pip install {library}") from error
    return partial(function, **step.options)


def _told(files: tuple[Path, ...], source: Source, error: duckdb.Error) -> str:
    """Return in words why DuckDB does not read ``files``."""
    first, *others = str(error).strip().splitlines()
    said = re.sub(r"^\w[\w ]*Error: ", "", first)
    if others and others[0].startswith(ORIGINAL):
        said = " ".join((said, *others[1:2]))
    hint = {"json": "write one object a line, or a list of objects", "csv": OPTIONS}.get(source.format, "")
    hint = next((remedy for words, remedy in REMEDIES.items() if words in said), hint)
    return f"{said}\n{hint}".rstrip()

"""Open a file of data the way ``collect`` will read it, so that what is inferred holds in the project."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from generator.new.encodings import UTF8, encoding_of
from generator.new.sample import count, in_words, sample
from generator.new.sniffing import Asked, Layout, layout_of
from generator.new.steps import Tell, silent
from generator.schema.data import Source
from generator.sources.flat import flat
from generator.sources.merged import merged
from generator.sources.paths import exact
from generator.sources.prepare import Step, prepared
from generator.sources.reading import PACKED, StepPlan, options_of, steps_of
from generator.sources.records import records

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".dat": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
WHOLE = "whole"
"""The table, or view, in the database that holds all rows."""

RAW = "raw"
"""The rows that are looked at: all of them, or a sample of very many."""

LARGE = 200_000_000
"""Bytes of files from which on their rows are not kept in memory: text is parsed once, into Parquet on disk."""

MEMORY = "2GB"

BEGINNING = 1 << 20
"""Letters of a file that tell how it is laid out."""

OPTIONS = "say how it is laid out with --skip, --separator or --no-header, or save it as Parquet"
LIBRARY = {"python_calamine": "python-calamine"}


class UnreadableError(Exception):
    """Why a file cannot be taken as a table, and what to do."""


@dataclass(frozen=True)
class Raw:
    """A table as it came: the files it is in, how they are read, and its columns with DuckDB's types.

    ``source`` says how the files are read, wherever they are; ``notes`` what of that may be unexpected. ``looked_at``
    is the number of rows in the table :data:`RAW`: every ``nth``. ``tell`` hears of each step of long work.
    """

    database: duckdb.DuckDBPyConnection
    files: tuple[Path, ...]
    source: Source
    columns: dict[str, str]
    rows: int
    looked_at: int
    notes: tuple[str, ...] = ()
    nth: int = 1
    tell: Tell = silent

    @property
    def sampled(self) -> bool:
        """Return whether some rows are looked at, and not all."""
        return self.looked_at < self.rows

    @property
    def looked_at_in_words(self) -> str:
        """Return in words which rows are looked at, and what is counted in all; nothing where all are looked at."""
        return in_words(self.looked_at, self.rows, self.nth) if self.sampled else ""

    def step(self, words: str) -> None:
        """Tell what is done next, where there are so many rows that it takes a while."""
        if self.sampled:
            self.tell(words)


@contextmanager
def opened(files: tuple[Path, ...], asked: Asked | None = None, tell: Tell = silent) -> Iterator[Raw]:
    """Yield the table in ``files``: texts where they hold text, typed columns where they have types.

    ``asked`` is what the user says of how they are laid out, ``tell`` hears of each step of long work. Raises
    :class:`UnreadableError` for a file that is not there, is empty, has no names, or is of no known format.
    """
    source = _source(files, asked or Asked())
    if sum(file.stat().st_size for file in files) >= LARGE:
        tell(f"reading {sum(file.stat().st_size for file in files) / 1e6:,.0f} MB")
    with duckdb.connect() as database, TemporaryDirectory() as folder:
        database.execute("SET preserve_insertion_order = true")
        database.execute(f"SET memory_limit = '{MEMORY}'")
        database.execute("SET temp_directory = ?", [folder])
        source, notes = _laid_out(files, source, asked or Asked(), Path(folder))
        source, more = _read(database, files, source, Path(folder))
        columns = {str(row[0]): str(row[1]) for row in database.execute(f"DESCRIBE {WHOLE}").fetchall()}
        rows = count(database, WHOLE)
        if rows == 0:
            raise UnreadableError(f"{files[0].name} has names and no rows")
        nth = sample(database, WHOLE, RAW, rows, len(columns))
        yield Raw(database, files, source, columns, rows, count(database, RAW), (*notes, *more), nth, tell)


def _source(files: tuple[Path, ...], asked: Asked) -> Source:
    """Return what the names of ``files`` tell of how they are read, which is the same for all."""
    kinds, packs = set(), set()
    for file in files:
        if not file.is_file():
            raise UnreadableError(f"there is no file {file}")
        if file.stat().st_size == 0:
            raise UnreadableError(f"{file} is empty")
        ending = file.suffix.lower() if file.suffix.lower() in PACKED else ""
        name = file.name.lower().removesuffix(ending)
        kind = FORMATS.get(Path(name).suffix, "csv" if ending == ".zip" and not Path(name).suffix else None)
        if kind is None:
            known = f"{', '.join(FORMATS)}, each also with {', '.join(PACKED)} after it"
            raise UnreadableError(f"{file.name} is of no known format; known are {known}")
        kinds.add(kind)
        packs.add(ending)
    if len(kinds) > 1 or len(packs) > 1:
        raise UnreadableError(f"the files are of several formats: {', '.join(sorted({*kinds, *packs} - {''}))}")
    kind = kinds.pop()
    if asked.sheet is not None and kind != "excel":
        raise UnreadableError(f"--sheet is about a workbook, and {files[0].name} is none")
    if kind not in ("csv", "excel") and (asked.skip or asked.separator or asked.header is not None):
        raise UnreadableError(f"--skip, --separator and --no-header are about text, and {files[0].name} is {kind}")
    return Source.model_validate({"path": f"rows{packs.pop()}", "format": kind, "sheet": asked.sheet})


def _laid_out(files: tuple[Path, ...], source: Source, asked: Asked, folder: Path) -> tuple[Source, tuple[str, ...]]:
    """Return ``source`` with all that its text tells of how it is laid out, and what of that may be unexpected."""
    if not source.is_text:
        return source, ()
    texts = _prepared(files, steps_of(source.model_copy(update={"rewrite": True}))[:-1], folder / "texts")
    encoding = encoding_of(texts) if source.format == "csv" else UTF8
    source = source.model_copy(update={"encoding": encoding})
    with texts[0].open(encoding="utf-8-sig" if encoding == UTF8 else encoding, newline="") as file:
        text = file.read(BEGINNING)
    if len(text) == BEGINNING:
        text = text[: max(text.rfind("\n"), text.rfind("\r"), 0)]
    layout = layout_of(text, asked) or _given(asked)
    if layout.missing:
        raise UnreadableError(
            f"the first line of {files[0].name} holds no names, it seems, but values: {', '.join(layout.missing[:3])}\n"
            "write --no-header where it is a row, then columns are called column0, column1 and so on; --header where "
            "these are the names"
        )
    guess = f"not in UTF-8: read as {encoding}; where letters look wrong, write another `encoding`"
    return (
        source.model_copy(update=layout.fields),
        (*(() if encoding.startswith("utf") else (guess,)), *layout.notes),
    )


def _given(asked: Asked) -> Layout:
    """Return what the user says of a file whose rows do not agree with each other."""
    given = {"skip": asked.skip, "delimiter": asked.separator, "header": asked.header}
    return Layout({name: value for name, value in given.items() if value is not None})


def _read(
    database: duckdb.DuckDBPyConnection, files: tuple[Path, ...], source: Source, folder: Path
) -> tuple[Source, tuple[str, ...]]:
    """Read ``files`` as the table :data:`WHOLE`; return how, another way than ``source`` where that fails."""
    try:
        _load(database, files, source, folder / "first")
        return source, ()
    except duckdb.Error as error:
        if source.format != "csv" or source.is_rewritten:
            raise UnreadableError(_told(files, source, error)) from error
    rewritten = source.model_copy(update={"rewrite": True})
    _load(database, files, rewritten, folder / "second")
    return rewritten, ("lines do not all end alike or are not all as long: written anew before they are read",)


def _load(database: duckdb.DuckDBPyConnection, files: tuple[Path, ...], source: Source, folder: Path) -> None:
    texts = exact(_prepared(files, steps_of(source), folder))
    match source.format:
        case "parquet":
            rows = flat(merged(database, texts))
        case "json":
            rows = records(database, texts)
        case _:
            rows = database.read_csv(texts, **options_of(source))  # type: ignore[arg-type]
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


def _prepared(files: tuple[Path, ...], steps: tuple[StepPlan, ...], folder: Path) -> list[Path]:
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
    said = re.sub(r"^\w[\w ]*Error: ", "", str(error).strip().splitlines()[0])
    hint = {"json": "\nwrite one object a line, or a list of objects", "csv": f"\n{OPTIONS}"}
    return f"{said}{hint.get(source.format, '')}"

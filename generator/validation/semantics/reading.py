"""Read files of data as `collect` will: the names of their columns, and keys that several rows share."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator.schema.source import Source
from generator.sources.paths import exact
from generator.sources.prepare import prepared
from generator.sources.reading import PACKED, options_of, steps_of
from generator.sql.duckdb_catalog import ANSWERS, duckdb_version
from generator.sql.parsing import identifier

MODEST = 50_000_000
"""Bytes of a file that is read to the end before anything runs; of one that takes another form first less."""

MODEST_TO_PREPARE = 5_000_000
HEAD = 1_000_000
"""Bytes of a text, the first of which hold the names of its columns."""

Types = dict[str, str]
Doubles = list[tuple[str, int]]


def names_of(source: Source, file: Path) -> list[str]:
    """Return the names of the columns of ``file``; none where it cannot be read, or is too large for that."""
    begins = source.format == "csv" and not _is_wide(source)
    if not (_is_short(source, file) or begins or source.format == "parquet"):
        return []
    return list(_asked("names", source, file, lambda rows, _: list(rows.columns), head=not _is_short(source, file)))


def doubles_of(source: Source, file: Path, types: Types) -> Doubles:
    """Return some keys that several rows of ``file`` have, each in words with the number of rows.

    Rows that do not fit ``types``, those of the columns that are read, are set aside by `process`, and by this.
    """
    if not _is_short(source, file):
        return []

    def shared(rows: Any, database: Any) -> Doubles:
        if not set(types) <= set(rows.columns):
            return []
        values = {name: f"TRY_CAST({identifier(name)} AS {kind})" for name, kind in types.items()}
        fits = " AND ".join(f"({identifier(name)} IS NULL OR {value} IS NOT NULL)" for name, value in values.items())
        key = ", ".join(f"{values[name]} AS {identifier(name)}" for name in source.key)
        database.register("__rows", rows)
        ask = f"SELECT {key}, count(*) FROM __rows WHERE {fits} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 3"
        found = database.execute(ask).fetchall()
        pairs = ((zip(source.key, row[:-1], strict=True), int(row[-1])) for row in found)
        return [(", ".join(f"{name} {_shown(value)}" for name, value in pair), count) for pair, count in pairs]

    return [(str(words), int(count)) for words, count in _asked(f"doubles {types!r}", source, file, shared)]


def _shown(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"


def _is_short(source: Source, file: Path) -> bool:
    """Return whether ``file`` is read to the end in no time."""
    changed = bool(steps_of(source)) or file.suffix.lower() in PACKED or source.format in ("json", "excel")
    return file.stat().st_size <= (MODEST_TO_PREPARE if changed else MODEST)


def _asked(
    what: str, source: Source, file: Path, ask: Callable[[Any, Any], list[Any]], head: bool = False
) -> Iterable[Any]:
    """Return what ``ask`` makes of the rows of ``file``, kept as long as it stays; nothing where it is unreadable."""

    def read() -> list[Any]:
        import duckdb  # which takes a while, and is not needed where the file is known

        with duckdb.connect() as database, TemporaryDirectory() as folder:
            try:
                return ask(_rows(database, source, file, Path(folder), head), database)
            except (duckdb.Error, OSError, ValueError, LookupError, ImportError):
                return []  # of which its stage tells

    state = file.stat()
    question = (duckdb_version(), str(file.absolute()), state.st_size, state.st_mtime_ns, source.model_dump_json())
    return ANSWERS.get(f"{what} {question!r}", read)


def _rows(database: Any, source: Source, file: Path, folder: Path, head: bool) -> Any:
    """Return the rows of ``file``, or the first of them, read as `collect` reads them."""
    steps = [
        partial(getattr(import_module(f"generator.sources.{step.module}"), step.function), **step.options)
        for step in steps_of(source)
    ]
    if head and steps and source.is_text and not source.is_workbook and not _is_wide(source):
        file, steps = _head(file, folder), steps[1:] if file.suffix.lower() in PACKED else steps
    files = exact(prepared([file], steps, folder / "prepared"))
    if source.format == "json":
        from generator.sources.records import records

        return records(database, files)
    if not source.is_text:
        return database.read_parquet(files, **options_of(source))
    from generator.sources.quotes import quotes

    quoted = {} if source.is_rewritten else quotes(database, files, source.delimiter)
    return database.read_csv(files, **options_of(source), **quoted)


def _is_wide(source: Source) -> bool:
    """Return whether a letter takes several bytes, between which a text cannot be cut."""
    return source.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32"))


def _head(file: Path, folder: Path) -> Path:
    """Write the first lines of ``file``, unpacked, to ``folder`` and return the copy."""
    from generator.sources.unpack import OPENERS

    packed = file.suffix.lower() in PACKED
    copy = folder / (file.stem if packed else file.name)
    with OPENERS[file.suffix.lower()](file) if packed else file.open("rb") as content, copy.open("wb") as text:
        first = content.read(HEAD)
        text.write(first[: first.rfind(b"\n") + 1] or first)
    return copy

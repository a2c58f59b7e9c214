"""Open a file of data the way ``collect`` will read it, so that what is inferred holds in the project."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from generator.new.disguise import disguised
from generator.new.laying import laid_out, renamed
from generator.new.loading import LARGE, WHOLE, UnreadableError, load
from generator.new.sample import count, in_words, sample
from generator.new.sniffing import Asked
from generator.new.steps import Echo, silent
from generator.schema.source import Source
from generator.sources.reading import PACKED

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
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".orc": "orc",
    ".dta": "stata",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
RAW = "raw"
"""The rows that are looked at: all of them, or a sample of very many."""

MEMORY = "2GB"


@dataclass(frozen=True)
class Raw:
    """A table as it came: the files it is in, how they are read, and its columns with DuckDB's types.

    ``source`` says how the files are read, wherever they are; ``notes`` what of that may be unexpected; ``renamed``
    the columns that are not called what the file calls them, since others are, or nothing. ``looked_at`` is the number
    of rows in the table :data:`RAW`: every ``nth``. ``echo`` gets a line for each step of long work.
    """

    database: duckdb.DuckDBPyConnection
    files: tuple[Path, ...]
    source: Source
    columns: dict[str, str]
    rows: int
    looked_at: int
    notes: tuple[str, ...] = ()
    nth: int = 1
    echo: Echo = silent
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def sampled(self) -> bool:
        """Return whether some rows are looked at, and not all."""
        return self.looked_at < self.rows

    @property
    def looked_at_in_words(self) -> str:
        """Return in words which rows are looked at, and what is counted in all; nothing where all are looked at."""
        return in_words(self.looked_at, self.rows, self.nth) if self.sampled else ""

    def step(self, words: str) -> None:
        """Print what is done next, where there are so many rows that it takes a while."""
        if self.sampled:
            self.echo(words)


@contextmanager
def opened(files: tuple[Path, ...], asked: Asked | None = None, echo: Echo = silent) -> Iterator[Raw]:
    """Yield the table in ``files``: texts where they hold text, typed columns where they have types.

    ``asked`` is what the user says of how they are laid out, ``echo`` gets a line for each step of long work. Raises
    :class:`UnreadableError` for a file that is not there, is empty, has no names, or is of no known format.
    """
    source = _source(files, asked or Asked())
    if sum(file.stat().st_size for file in files) >= LARGE:
        echo(f"reading {sum(file.stat().st_size for file in files) / 1e6:,.0f} MB")
    with duckdb.connect() as database, TemporaryDirectory() as folder:
        database.execute("SET preserve_insertion_order = true")
        database.execute(f"SET memory_limit = '{MEMORY}'")
        database.execute("SET temp_directory = ?", [folder])
        source, notes, names = laid_out(files, source, asked or Asked(), Path(folder))
        source, more = load(database, files, source, names, Path(folder))
        notes = (*notes, *more)
        columns = {str(row[0]): str(row[1]) for row in database.execute(f"DESCRIBE {WHOLE}").fetchall()}
        rows = count(database, WHOLE)
        if rows == 0:
            raise UnreadableError("\n".join((f"{files[0].name} has names and no rows", *notes)))
        nth = sample(database, WHOLE, RAW, rows, len(columns))
        looked_at, others = count(database, RAW), renamed(names, list(columns))
        yield Raw(database, files, source, columns, rows, looked_at, notes, nth, echo, others)


def _source(files: tuple[Path, ...], asked: Asked) -> Source:
    """Return what the names of ``files`` say about how they are read, which is the same for all."""
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
        if not ending and (reason := disguised(file, kind)):
            raise UnreadableError(reason)
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

"""Plan the collection: where each source is, how it is read, what it has to have."""

from dataclasses import dataclass

from generator.code import Code, name, python
from generator.project import Project
from generator.schema.data import Source
from generator.sql import TYPES


@dataclass(frozen=True)
class Reader:
    """A function that reads files of one format, and the call it makes."""

    name: Code
    words: Code
    call: Code


@dataclass(frozen=True)
class SourcePlan:
    """A source for ``collect``: the code that finds it, the function that reads it, and what is expected of it."""

    name: str
    file: Code
    reader: Code
    columns: tuple[str, ...]
    time_range: str | None


@dataclass(frozen=True)
class CollectPlan:
    """What ``collect.py`` needs."""

    readers: tuple[Reader, ...]
    sources: tuple[SourcePlan, ...]
    packaged: bool
    zipped: bool
    patterns: bool


def collect_plan(project: Project) -> CollectPlan:
    """Plan the reading of every source; sources that are read alike share a function."""
    sources = project.config.data.sources
    readers: dict[Code, Reader] = {}
    for label, source in sources.items():
        call = _call(source)
        first = all(source.format != sources[other].format for other in sources if _call(sources[other]) in readers)
        name = f"read_{source.format}" if first else f"read_{label}"
        readers.setdefault(call, Reader(Code(name), _words(source), call))
    return CollectPlan(
        tuple(readers.values()),
        tuple(_source(project, label, source, readers[_call(source)]) for label, source in sources.items()),
        packaged=any(source.package for source in sources.values()),
        zipped=any(source.path.endswith(".zip") for source in sources.values()),
        patterns=any("*" in source.path for source in sources.values()),
    )


def _call(source: Source) -> Code:
    """Return the call that reads ``file`` the way ``source`` has to be read."""
    if source.format != "csv":
        return Code(f"read_{source.format}(str(file))")
    marks = f"sep={python(source.delimiter)}, na_values={python(list(source.nulls))}"
    return Code(f"read_csv(str(file), header=True, all_varchar=True, {marks})")


def _words(source: Source) -> Code:
    names = {"csv": "a CSV file, every value as text", "json": "a JSON file", "parquet": "a Parquet file"}
    return Code(names[source.format])


def _source(project: Project, label: str, source: Source, reader: Reader) -> SourcePlan:
    path = python(source.path)
    file = Code(f"packaged({python(source.package)}, {path})" if source.package else f"Path({path})")
    if label == project.config.data.table:
        read = [column for column in project.columns if column.sql is None]
        columns = {column.source: column.type for column in read}
        values = {column.source: column.read for column in read if column.read is not None}
    else:
        columns, values = {column: TYPES[kind] for column, kind in source.columns.items()}, {}
    times = [column for column, kind in columns.items() if kind in ("TIMESTAMP", "DATE")]
    time = f"TRY_CAST({values.get(times[0], name(times[0]))} AS TIMESTAMP)" if times else None
    return SourcePlan(label, file, reader.name, tuple(columns), f"min({time}), max({time})" if time else None)

"""Plan the collection: where each source is, how it is read, what it has to have."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from generator.project import Project
from generator.schema.origins import (
    AnyFile,
    DatabaseTable,
    Origin,
    PackageFile,
    ProjectFile,
    RemoteFile,
    RowsFunction,
    origin_of,
)
from generator.schema.source import Source
from generator.sources.reading import StepPlan, options_of, steps_of
from generator.sql.cleaning import cleaned_once
from generator.sql.code import Code, name, python
from generator.sql.parsing import TYPES


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A function that reads files of one format, the call it makes, and the modules with a function that this uses."""

    name: Code
    words: Code
    call: Code
    uses: tuple[Code, ...]


@dataclass(frozen=True, kw_only=True)
class SourcePlan:
    """A source for ``collect``: the code that finds or makes it, and what is expected of it."""

    name: str
    kind: Code
    code: Code
    columns: tuple[str, ...]
    time_range: str | None


@dataclass(frozen=True, kw_only=True)
class CollectPlan:
    """What ``collect.py`` needs; ``modules`` are the project's own, with functions that return rows.

    ``made`` says whether there is any source that is not a file, ``databases`` whether any is a table of a database.
    """

    readers: tuple[Reader, ...]
    sources: tuple[SourcePlan, ...]
    modules: tuple[Code, ...]
    made: bool
    databases: bool
    partial: bool
    packaged: bool
    steps: tuple[tuple[Code, Code], ...]
    """What writes files anew before they are read: the module and the function of each."""
    uses: tuple[Code, ...]
    patterns: bool
    remote: bool
    logged: bool
    readers_of: Mapping[str, Reader]
    steps_of: Mapping[str, tuple[StepPlan, ...]]
    """What reads each source that is a file, and what is done to it before."""

    @property
    def several(self) -> bool:
        """Return whether a source may be more than one file, or a copy of one."""
        return self.patterns or self.remote

    @property
    def files_template(self) -> str:
        """Return what lists the files of a source."""
        return f"package/data/collect/files/{'remote' if self.remote else 'pattern'}.py.jinja"

    @property
    def files(self) -> Code:
        """Return the call that lists the files of a source."""
        copies = ', folder / "prepared" / source.name / "fetched"' if self.remote else ""
        return Code(f"files_of(source{copies})")

    @property
    def logged_file(self) -> Code:
        """Return what the rows of the log are described by."""
        return Code("[file]" if self.several else "file")

    @property
    def prepares(self) -> bool:
        """Return whether files are written that are no snapshots."""
        return bool(self.steps) or self.remote

    @property
    def shared(self) -> tuple[str, ...]:
        """Return the modules that read files, which `ninefold new` and projects share."""
        of_files = ("paths", *(("prepare",) if self.steps else ())) if self.readers else ()
        of_files += ("remote",) if self.remote else ()
        return (*of_files, *dict.fromkeys(module for module, _ in self.steps), *map(str, self.uses))


def collect_plan(project: Project) -> CollectPlan:
    """Plan the reading of every source; sources that are read alike share a function."""
    sources = project.config.data.sources
    origins = {label: origin_of(source) for label, source in sources.items()}
    files = {label: sources[label] for label, origin in origins.items() if isinstance(origin, AnyFile)}
    steps = {label: steps_of(source) for label, source in files.items()}
    readers: dict[str, Reader] = {}
    for label, source in files.items():
        readers[label] = _reader(project, label, source, readers)
    functions = [origin for origin in origins.values() if isinstance(origin, RowsFunction)]
    modules = sorted({function.module for function in functions})
    databases = any(isinstance(origin, DatabaseTable) for origin in origins.values())
    return CollectPlan(
        readers=tuple(dict.fromkeys(readers.values())),
        sources=tuple(
            _source(project, label, origin, readers.get(label), steps.get(label, ()))
            for label, origin in origins.items()
        ),
        modules=tuple(Code(module) for module in modules),
        made=len(files) < len(sources),
        databases=databases,
        partial=databases
        or any(function.params for function in functions)
        or any(step.options for found in steps.values() for step in found),
        packaged=any(isinstance(origin, PackageFile) for origin in origins.values()),
        steps=tuple(sorted({(Code(step.module), Code(step.function)) for found in steps.values() for step in found})),
        uses=tuple(sorted({used for reader in readers.values() for used in reader.uses})),
        patterns=any(
            isinstance(origin, ProjectFile | PackageFile) and "*" in origin.path for origin in origins.values()
        ),
        remote=any(isinstance(origin, RemoteFile) for origin in origins.values()),
        logged=project.learns_from_log,
        readers_of=readers,
        steps_of=steps,
    )


def module_text(name: str) -> Code:
    """Return the text of a module that `ninefold new` and projects share; importing it would need its libraries."""
    return Code((Path(__file__).parents[1] / "sources" / f"{name}.py").read_text(encoding="utf-8"))


def _reader(project: Project, label: str, source: Source, others: Mapping[str, Reader]) -> Reader:
    """Return what reads ``source``: one of ``others`` that reads as it has to be read, or a new one."""
    flat = (source.is_converted or source.format == "parquet") and any(
        "." in column for column in _columns(project, label, source)
    )
    call = _call(source, flat)
    uses = tuple(Code(used) for used in ("quotes", "flat", "merged", "records") if f"{used}(" in call)
    alike = (reader for reader in others.values() if reader.call == call)
    formats = {project.config.data.sources[other].format for other in others}
    name = f"read_{label}" if source.format in formats else f"read_{source.format}"
    return next(alike, None) or Reader(name=Code(name), words=_words(source, flat), call=call, uses=uses)


def _call(source: Source, flat: bool) -> Code:
    """Return the call that reads ``files`` the way ``source`` has to be read."""
    if source.format == "json":
        return Code("records(database, exact(files))")
    if (source.is_converted or source.format == "parquet") and "*" in (source.path or ""):
        return Code("flat(merged(database, exact(files)))" if flat else "merged(database, exact(files))")
    given = ", ".join(f"{key}={python(value)}" for key, value in options_of(source).items())
    function = "csv" if source.is_text else "parquet"
    if source.is_text and not source.is_rewritten:
        given += f", **quotes(database, exact(files), {python(source.delimiter)})"
    call = f"database.read_{function}(exact(files), {given})"
    return Code(f"flat({call})" if flat else call)


def _columns(project: Project, label: str, source: Source) -> dict[str, str]:
    """Return the columns that are read of a source, each with its type."""
    if label == project.config.data.table:
        return {column.source: column.type for column in project.columns if column.sql is None}
    return {column: TYPES[kind] for column, kind in source.columns.items()}


def _words(source: Source, flat: bool) -> Code:
    names = {
        "csv": "CSV files, every value as text",
        "excel": "sheets, every value as text",
        "json": "JSON files, every value that is no list as text",
        "parquet": "Parquet files",
        "arrow": "files of Arrow, written as Parquet",
        "orc": "files of ORC, written as Parquet",
        "stata": "files of Stata, written as Parquet",
    }
    return Code(names[source.format] + (", structures laid flat" if flat else ""))


def _source(
    project: Project, label: str, origin: Origin, reader: Reader | None, steps: tuple[StepPlan, ...]
) -> SourcePlan:
    columns = _columns(project, label, project.config.data.sources[label])
    own = project.columns if label == project.config.data.table else ()
    read = {column.source: column.read.text if column.read else None for column in own}
    values = {column.source: cleaned_once(column.source, read[column.source], column.nulls) for column in own}
    times = [column for column, kind in columns.items() if kind in ("TIMESTAMP", "DATE")]
    time = f"TRY_CAST({values.get(times[0], name(times[0]))} AS TIMESTAMP)" if times else None
    return SourcePlan(
        name=label,
        kind=Code("Source" if reader else "Made"),
        code=_code(origin, reader, steps),
        columns=tuple(columns),
        time_range=f"min({time}), max({time})" if time else None,
    )


def _code(origin: Origin, reader: Reader | None, steps: tuple[StepPlan, ...]) -> Code:
    """Return where the rows are and what reads them: for a file the steps before that, for a function its arguments."""
    match origin:
        case ProjectFile():
            return _read(f"Path({python(origin.path)})", reader, steps)
        case RemoteFile():
            return _read(f"Path({python(origin.name)})", reader, steps, f", url={python(origin.url)}")
        case PackageFile():
            return _read(f"packaged({python(origin.package)}, {python(origin.path)})", reader, steps)
        case DatabaseTable():
            schema = f", schema={python(origin.schema)}" if origin.schema else ""
            return Code(f"partial(read_table, {python(origin.variable)}, {python(origin.name)}{schema})")
        case RowsFunction():
            function = f"{origin.module}.{origin.function}"
            return _partial(function, origin.params) if origin.params else Code(function)
        case _:
            assert_never(origin)


def _read(file: str, reader: Reader | None, steps: tuple[StepPlan, ...], more: str = "") -> Code:
    assert reader is not None
    listed = f", steps=({''.join(f'{step_code(step)}, ' for step in steps)})" if steps else ""
    return Code(f"{file}, {reader.name}{listed}{more}")


def step_code(step: StepPlan) -> Code:
    """Return the code of one step."""
    return _partial(step.function, step.options) if step.options else Code(step.function)


def _partial(function: str, given: Mapping[str, object]) -> Code:
    listed = "".join(f", {key}={python(value)}" for key, value in given.items())
    return Code(f"partial({function}{listed})")

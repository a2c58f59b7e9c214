"""Plan the collection: where each source is, how it is read, what it has to have."""

from dataclasses import dataclass

from generator.code import Code, name, python
from generator.project import Project
from generator.schema.data import Source
from generator.sql import TYPES


@dataclass(frozen=True)
class SourcePlan:
    """A source for ``collect``: the code that finds and reads it, and what is expected of it."""

    name: Code
    file: Code
    reader: Code
    as_text: Code
    columns: tuple[str, ...]
    time_range: str | None


@dataclass(frozen=True)
class CollectPlan:
    """What ``collect.py`` needs."""

    sources: tuple[SourcePlan, ...]
    packaged: bool
    zipped: bool


def collect_plan(project: Project) -> CollectPlan:
    """Plan the reading of every source."""
    data = project.config.data
    sources = tuple(_source(project, label, source) for label, source in data.sources.items())
    return CollectPlan(
        sources,
        packaged=any(source.package for source in data.sources.values()),
        zipped=any(source.path.endswith(".zip") for source in data.sources.values()),
    )


def _source(project: Project, label: str, source: Source) -> SourcePlan:
    if source.format == "csv":
        options = (
            f"header=True, all_varchar=True, sep={python(source.delimiter)}, na_values={python(list(source.nulls))}"
        )
        reader = f"read_csv(str(file), {options})"
    else:
        reader = f"read_{source.format}(str(file))"
    file = (
        f"packaged({python(source.package)}, {python(source.path)})"
        if source.package
        else f"Path({python(source.path)})"
    )
    if label == project.config.data.table:
        read = [column for column in project.columns if column.sql is None]
        columns = tuple(column.source for column in read)
        times = [column.source for column in read if column.type in ("TIMESTAMP", "DATE")]
    else:
        columns = tuple(source.columns)
        times = [column for column, kind in source.columns.items() if TYPES[kind] in ("TIMESTAMP", "DATE")]
    time = f"TRY_CAST({name(times[0])} AS TIMESTAMP)" if times else None
    return SourcePlan(
        Code(label),
        Code(file),
        Code(reader),
        Code(", every value as text" if source.format == "csv" else ""),
        columns,
        f"min({time}), max({time})" if time else None,
    )

"""Plan the features of one request: the expressions of features.sql as straight-line Python, tables read by key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.compile.expressions import import_lines, sources
from generator.plan.features import Key, final
from generator.plan.functions import functions_plan
from generator.plan.requests import attribute_names, featured_columns, needed_columns
from generator.plan.row_compiler import RowCompiler
from generator.plan.select import NOTHING
from generator.plan.snapshots import ZERO, Group
from generator.project import ComputedFeature, LookupFeature, Project
from generator.schema.base import words
from generator.sql.code import Code
from generator.sql.parsing import unlike
from generator.sql.typing import ExpressionTyping


@dataclass(frozen=True, kw_only=True)
class Line:
    """One assignment."""

    target: Code
    code: Code


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that the service holds by key, and the line that reads it.

    ``values`` are the columns that are read; ``unknown`` is what stands for them where the key is not found.
    """

    attribute: Code
    name: str
    file: Code
    keys: list[str]
    values: list[str]
    unknown: tuple[int | None, ...]
    reading: Line
    known_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The steps in which snapshots are taken: a constant, and the variable that numbers the step of a decision."""

    constant: Code
    length: Code
    variable: Code


@dataclass(frozen=True, kw_only=True)
class ServingFeaturesPlan:
    """What ``service/features.py`` and ``service/sql.py`` need."""

    inputs: tuple[Line, ...]
    decided: Code
    decide_before: Code
    date: bool
    lookups: tuple[Table, ...]
    timed: tuple[Table, ...]
    cadences: tuple[Cadence, ...]
    snapshots: tuple[Table, ...]
    computed: tuple[Line, ...]
    results: tuple[Code, ...]
    modules: tuple[Code, ...]
    strict: bool
    imports: tuple[Code, ...]
    functions: Code
    runtime: Code
    libraries: tuple[str, ...]

    @property
    def classes(self) -> Code:
        """Return the classes that hold the tables."""
        classes = {"Lookup": self.lookups, "Snapshots": self.snapshots, "TimedLookup": self.timed}
        return Code(", ".join(name for name, tables in classes.items() if tables))

    @property
    def clock(self) -> Code:
        """Return what of ``datetime`` the moment of the decision is made with."""
        wanted = {
            "datetime": self.date or self.snapshots,
            "time": self.date,
            "timedelta": self.decide_before or self.cadences,
        }
        return Code(", ".join(name for name, needed in wanted.items() if needed))

    @property
    def tables(self) -> bool:
        """Return whether anything is read by key."""
        return bool(self.lookups or self.timed or self.snapshots)

    @property
    def looked_up(self) -> dict[str, tuple[str, ...]]:
        """Return the tables that are looked up, each with the columns that are read of it."""
        found: dict[str, tuple[str, ...]] = {}
        for table in (*self.lookups, *self.timed):
            columns = (*table.keys, *([table.known_at] if table.known_at else []), *table.values)
            found[table.name] = tuple(dict.fromkeys((*found.get(table.name, ()), *columns)))
        return found


def serving_features_plan(project: Project, groups: tuple[Group, ...]) -> ServingFeaturesPlan:
    """Plan the features of one request, of which ``groups`` are tables of snapshots."""
    decide_before = project.config.problem.decide_before or ZERO
    with ExpressionTyping() as typing:
        compiler = RowCompiler(project, typing)
        lookups = tuple(_lookups(project, compiler))
        snapshots = tuple(_snapshots(group, compiler) for group in groups)
        computed = tuple(
            Line(target=Code(compiler.names[feature.name]), code=compiler.made(feature))
            for feature in project.by_level
            if isinstance(feature, ComputedFeature) and feature.level
        )
        results = tuple(compiler.compiled(final(feature)) for feature in project.features)
    timed = tuple(table for table in lookups if table.known_at)
    since = bool(groups or timed)
    return ServingFeaturesPlan(
        inputs=tuple(_inputs(project, compiler)),
        decided=_decided(project, compiler, decide_before) if since else NOTHING,
        decide_before=length(decide_before) if since and decide_before else NOTHING,
        date=since and project.time is not None and project.time.type == "DATE",
        lookups=tuple(table for table in lookups if not table.known_at),
        timed=timed,
        cadences=tuple(dict.fromkeys(_cadence(group) for group in groups)),
        snapshots=snapshots,
        computed=computed,
        results=results,
        modules=functions_plan(project).modules,
        strict=any(call.strict for call in project.calls),
        imports=tuple(Code(line) for line in import_lines(compiler.imports())),
        functions=Code(", ".join(sorted(compiler.called()))),
        runtime=Code(sources(compiler.functions())),
        libraries=compiler.libraries(),
    )


def _inputs(project: Project, compiler: RowCompiler) -> Iterator[Line]:
    """Yield the assignment of each field of a request to a variable."""
    columns, used = needed_columns(project), featured_columns(project)
    for column, field in zip(columns, attribute_names(column.name for column in columns), strict=True):
        if column in used:
            yield Line(target=Code(compiler.names[column.name]), code=Code(f"row.{field}"))


def _decided(project: Project, compiler: RowCompiler, decide_before: timedelta) -> Code:
    """Return the moment of the decision."""
    assert project.time is not None
    moment = compiler.names[project.time.name]
    if project.time.type == "DATE":
        moment = f"datetime.combine({moment}, time())"
    return Code(f"{moment} - DECIDE_BEFORE" if decide_before else moment)


def length(span: timedelta) -> Code:
    """Return ``span`` as a call of timedelta in its largest unit: ``timedelta(hours=3)``."""
    count, unit = words(span).split()
    return Code(f"timedelta({unit.rstrip('s')}s={count})")


def _cadence(group: Group) -> Cadence:
    unit = words(group.every).replace(" ", "_")
    return Cadence(constant=Code(f"EVERY_{unit.upper()}"), length=length(group.every), variable=Code(f"step_{unit}"))


def _lookups(project: Project, compiler: RowCompiler) -> Iterator[Table]:
    """Yield a table for each dimension and key by which it is looked up."""
    found: dict[Key, list[LookupFeature]] = {}
    for feature in project.lookups:
        found.setdefault((feature.dimension, feature.by), []).append(feature)
    seen: list[str] = []
    names = set(project.config.data.sources)
    for (source, by), features in found.items():
        dimension = next(item for item in project.dimensions if item.name == source)
        known_at = dimension.known_at if project.time else None
        attribute = unlike(source, names) if source in seen else source
        seen.append(source)
        call = f"self.{attribute}.at({compiler.key(by)}{', decided' if known_at else ''})"
        yield Table(
            attribute=Code(attribute),
            name=source,
            file=Code(f"tables/{source}.json"),
            keys=list(dimension.key),
            values=[feature.column for feature in features],
            unknown=tuple(None for _ in features),
            reading=Line(target=compiler.targets(feature.name for feature in features), code=Code(call)),
            known_at=known_at or "",
        )


def _snapshots(group: Group, compiler: RowCompiler) -> Table:
    call = f"self.{group.table}.at({compiler.key(group.by)}, {_cadence(group).variable})"
    return Table(
        attribute=group.table,
        name=group.table,
        file=Code(f"snapshots/{group.table}.json"),
        keys=list(group.key_columns),
        values=list(group.features),
        unknown=tuple(0 if value.default else None for value in group.values),
        reading=Line(target=compiler.targets(group.features), code=Code(call)),
    )

"""Plan the past: tables of snapshots, one for each key, cadence, span and lag, and how rows read them."""

import re
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.partials import Value, value_of
from generator.plan.select import NOTHING, ColumnPlan
from generator.project import Project, WindowAggregate
from generator.schema.base import words
from generator.sql import parsing as sql
from generator.sql.binding import BoundExpression
from generator.sql.code import Code, name, names

SNAPSHOT = "__snapshot"
"""The column that numbers the snapshots: steps of the cadence since 1970."""

ZERO = timedelta(0)
FORMS = {"count_distinct": "distinct", "stddev": "spread"}
"""The functions that are no sums of partial results, and the template that computes each."""

LONGEST = 100
"""Letters of the name of a table of snapshots, which is the name of a file too."""


@dataclass(frozen=True, kw_only=True)
class KeyPart(ColumnPlan):
    """A column of the key of snapshots; ``asked`` is its value for a row of ``inputs``."""

    asked: Code


@dataclass(frozen=True, kw_only=True)
class Group:
    """One table of snapshots: features that share a key, a cadence, a span and a lag."""

    table: Code
    asking: Code
    asked: Code
    title: Code
    template: str
    by: tuple[BoundExpression, ...]
    keys: tuple[KeyPart, ...]
    key_columns: tuple[str, ...]
    key_names: Code
    known_keys: Code
    known_snapshot: Code
    asked_snapshot: Code
    now: Code
    steps: int
    leaves: bool
    frame: Code
    values: tuple[Value, ...]
    features: tuple[str, ...]
    every: timedelta

    @property
    def condition(self) -> Code:
        """Return the condition under which a row of ``inputs`` reads a snapshot."""
        return Code(f"{self.of_key(self.asked)} AND {self.asked}.{SNAPSHOT} = {self.asked_snapshot}")

    def of_key(self, table: str) -> Code:
        """Return the condition under which ``table`` is about the key of a row of ``inputs``."""
        return Code(" AND ".join(f"{table}.{key.name} = {key.asked}" for key in self.keys))

    @property
    def tells(self) -> Code:
        """Return the condition under which a snapshot says more than that no row counts."""
        return Code(" OR ".join(f"{value.name} IS DISTINCT FROM {value.default or 'NULL'}" for value in self.values))

    def reading(self, value: Value) -> Code:
        """Return the expression that reads ``value`` once the table is joined."""
        read = Code(f"{self.asked}.{value.name}")
        return Code(f"coalesce({read}, {value.default})") if value.default else read


@dataclass(frozen=True, kw_only=True)
class SnapshotsPlan:
    """What ``snapshots.sql``, ``latest.sql`` and ``snapshots.py`` need."""

    table: Code
    time: Code
    ahead: Code
    ahead_words: Code
    groups: tuple[Group, ...]


def snapshots_plan(project: Project, groups: tuple[Group, ...]) -> SnapshotsPlan:
    """Plan all tables of snapshots."""
    time = name(project.time.name) if project.time else NOTHING
    ahead = furthest(project)
    span = words(ahead) if ahead else ""
    interval = Code(f"INTERVAL '{span}'") if span else NOTHING
    return SnapshotsPlan(
        table=Code(project.config.data.table), time=time, ahead=interval, ahead_words=Code(span), groups=groups
    )


def furthest(project: Project) -> timedelta:
    """Return how long before its time a row of a timetable is counted, at most."""
    return max([ZERO, *(-feature.lag for feature in project.window_aggregates)])


def groups_of(project: Project) -> tuple[Group, ...]:
    """Return the tables of snapshots that the features need, in the order of their first feature."""
    found: dict[tuple[object, ...], list[WindowAggregate]] = {}
    for feature in project.window_aggregates:
        alone = feature.name if feature.function == "count_distinct" else ""
        form = FORMS.get(feature.function, "rolled")
        found.setdefault((feature.by, feature.every, feature.over, feature.lag, form, alone), []).append(feature)
    taken = {item.name for item in project.dimensions} | {project.config.data.table, "events", "features", "inputs"}
    return tuple(_group(project, features, taken) for features in found.values())


def _group(project: Project, features: list[WindowAggregate], taken: set[str]) -> Group:
    first = features[0]
    assert project.time is not None
    span = "all" if first.over is None else words(first.over)
    table = sql.unlike("_".join(["by", *map(_word, (*map(str, first.by), span))])[:LONGEST].strip("_"), taken)
    steps = 0 if first.over is None else first.over // first.every
    key_columns = tuple(part.column or f"__key_{place}" for place, part in enumerate(first.by, start=1))
    frame = "UNBOUNDED PRECEDING" if not steps else f"{steps - 1} PRECEDING"
    moment = name(project.time.name)
    decide_before = project.config.problem.decide_before or ZERO
    return Group(
        table=Code(table),
        asking=Code(f"asking_{table}"),
        asked=Code(f"asked_{table}"),
        title=_title(first),
        template=f"package/features/snapshots/{FORMS.get(first.function, 'rolled')}.sql.jinja",
        by=first.by,
        keys=tuple(
            KeyPart(name=name(column), sql=Code(part), asked=Code(part.of("inputs")))
            for column, part in zip(key_columns, first.by, strict=True)
        ),
        key_columns=key_columns,
        key_names=names(key_columns),
        known_keys=Code(" AND ".join(f"{part} IS NOT NULL" for part in first.by)),
        known_snapshot=_number(moment, first.lag, first.every),
        asked_snapshot=_number(Code(f"inputs.{moment}"), -decide_before, first.every),
        now=_number(moment, ZERO, first.every),
        steps=steps,
        leaves=bool(steps),
        frame=Code(f"RANGE BETWEEN {frame} AND CURRENT ROW"),
        values=tuple(value_of(place, feature) for place, feature in enumerate(features, start=1)),
        features=tuple(feature.name for feature in features),
        every=first.every,
    )


def _title(first: WindowAggregate) -> Code:
    """Return what a table holds as one line of a SQL comment, whatever stands in the expressions."""
    span = "all the past" if first.over is None else words(first.over)
    counts = "their time"
    if first.lag:
        counts = f"{words(abs(first.lag))} {'after' if first.lag > ZERO else 'before'} their time"
    text = f"{', '.join(map(str, first.by))} over {span}, every {words(first.every)}; rows count from {counts} on"
    return Code(" ".join(text.split()))


def _number(moment: Code, shift: timedelta, every: timedelta) -> Code:
    """Return the number of the step of the cadence in which ``moment``, shifted, lies."""
    sign = "-" if shift < ZERO else "+"
    shifted = f"{moment} {sign} INTERVAL '{words(abs(shift))}'" if shift else moment
    return Code(f"CAST(floor(epoch({shifted}) / {int(every.total_seconds())}) AS BIGINT)")


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30].strip("_") or "key"

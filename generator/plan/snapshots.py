"""Plan the past: tables of snapshots, one for each key, cadence, span and lag, and how rows read them."""

import re
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.partials import Value, rolled_value, value_of_row
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
class Window:
    """A span that features are computed over, in steps of the cadence; 0 ``steps`` where it is all of the past."""

    name: Code
    frame: Code
    steps: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """One table of snapshots: features that share a key, a cadence and a lag, over one or several windows.

    ``inputs`` are the values by row, ``partials`` the results of one step that windows are rolled from. ``leaving`` are
    the steps after which a row has left a window, for each window that rows leave.
    """

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
    windows: tuple[Window, ...]
    inputs: tuple[ColumnPlan, ...]
    partials: tuple[ColumnPlan, ...]
    values: tuple[Value, ...]
    features: tuple[str, ...]
    every: timedelta

    @property
    def leaving(self) -> tuple[int, ...]:
        """Return after how many steps a row has left a window, for each window that rows leave."""
        return tuple(window.steps for window in self.windows if window.steps)

    @property
    def leaves(self) -> Code:
        """Return the number of the step at which a row has left a window, for each of them."""
        steps = ", ".join(map(str, self.leaving))
        return Code(f"__snapshot + {f'unnest([{steps}])' if len(self.leaving) > 1 else steps}")

    @property
    def reach(self) -> int:
        """Return the steps after which nothing is left of a row; 0 where something always is."""
        return max(self.leaving) if len(self.leaving) == len(self.windows) else 0

    @property
    def condition(self) -> Code:
        """Return the condition under which a row of ``inputs`` reads a snapshot."""
        return Code(f"{self.of_key(self.asked)} AND {self.asked}.{SNAPSHOT} = {self.asked_snapshot}")

    def of_key(self, table: str) -> Code:
        """Return the condition under which ``table`` is about the key of a row of ``inputs``."""
        return Code(" AND ".join(f"{table}.{key.name} = {key.asked}" for key in self.keys))

    @property
    def informs(self) -> Code:
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
        # What is rolled from results by step shares them with other spans; the other forms go back to the rows.
        alone = {"distinct": feature.name, "spread": feature.over}.get(FORMS.get(feature.function, ""))
        form = FORMS.get(feature.function, "rolled")
        found.setdefault((feature.by, feature.every, feature.lag, form, alone), []).append(feature)
    taken = {item.name for item in project.dimensions} | {project.config.data.table, "events", "features", "inputs"}
    return tuple(_group(project, features, taken) for features in found.values())


def _group(project: Project, features: list[WindowAggregate], taken: set[str]) -> Group:
    first = features[0]
    assert project.time is not None
    spans = dict.fromkeys(feature.over for feature in features)
    table = sql.unlike(_table(first.by, tuple(spans)), taken)
    key_columns = tuple(part.column or f"__key_{place}" for place, part in enumerate(first.by, start=1))
    windows = {over: _window(over, first.every) for over in spans}
    inputs = tuple(dict.fromkeys(map(value_of_row, features)))
    values = tuple(
        rolled_value(feature, inputs.index(value_of_row(feature)) + 1, windows[feature.over].name)
        for feature in features
    )
    moment = name(project.time.name)
    decide_before = project.config.problem.decide_before or ZERO
    return Group(
        table=Code(table),
        asking=Code(f"asking_{table}"),
        asked=Code(f"asked_{table}"),
        title=_title(first, tuple(spans)),
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
        windows=tuple(windows.values()),
        inputs=tuple(
            ColumnPlan(name=Code(f"__value_{place}"), sql=value) for place, value in enumerate(inputs, start=1)
        ),
        partials=tuple(dict.fromkeys(part for value in values for part in value.partials)),
        values=values,
        features=tuple(feature.name for feature in features),
        every=first.every,
    )


def _table(by: tuple[BoundExpression, ...], spans: tuple[timedelta | None, ...]) -> str:
    """Return the name of a table of snapshots: what is asked by, and how far back it reaches."""
    return "_".join(["by", *map(_word, (*map(str, by), *map(_span, spans)))])[:LONGEST].strip("_")


def _window(over: timedelta | None, every: timedelta) -> Window:
    """Plan the window over the snapshots of a span."""
    steps = 0 if over is None else over // every
    frame = f"{steps - 1} PRECEDING" if steps else "UNBOUNDED PRECEDING"
    return Window(
        name=Code(f"over_{_word(_span(over))}"), frame=Code(f"RANGE BETWEEN {frame} AND CURRENT ROW"), steps=steps
    )


def _span(over: timedelta | None) -> str:
    return "all" if over is None else words(over)


def _title(first: WindowAggregate, spans: tuple[timedelta | None, ...]) -> Code:
    """Return what a table holds as one line of a SQL comment, whatever stands in the expressions."""
    over = " and ".join("all the past" if span is None else words(span) for span in spans)
    counts = "their time"
    if first.lag:
        counts = f"{words(abs(first.lag))} {'after' if first.lag > ZERO else 'before'} their time"
    text = f"{', '.join(map(str, first.by))} over {over}, every {words(first.every)}; rows count from {counts} on"
    return Code(" ".join(text.split()))


def _number(moment: Code, shift: timedelta, every: timedelta) -> Code:
    """Return the number of the step of the cadence in which ``moment``, shifted, lies."""
    sign = "-" if shift < ZERO else "+"
    shifted = f"{moment} {sign} INTERVAL '{words(abs(shift))}'" if shift else moment
    return Code(f"CAST(floor(epoch({shifted}) / {int(every.total_seconds())}) AS BIGINT)")


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30].strip("_") or "key"

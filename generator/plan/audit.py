"""Plan the audit: what of the data was known at a moment, and which features may look how far ahead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.logged_rows import LOGGED
from generator.plan.partials import is_rounded
from generator.plan.select import NOTHING, ColumnPlan
from generator.plan.snapshots import ZERO, Group
from generator.project import Column, ComputedFeature, Project, WindowAggregate
from generator.schema.base import words
from generator.sql.code import Code, name

MOMENT = "getvariable('moment')"
SINCE = "getvariable('since')"
"""The time of the earliest row that is audited."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A dimension table of which only the rows known at a moment are read."""

    table: Code
    known_at: Code


@dataclass(frozen=True, kw_only=True)
class Rounded:
    """Features of one key that are sums of fractions: the rows of ``events`` that have it, and a bound for each."""

    table: Code
    keys: tuple[ColumnPlan, ...]
    known_keys: Code
    condition: Code
    bounds: tuple[ColumnPlan, ...]


@dataclass(frozen=True, kw_only=True)
class AuditPlan:
    """What ``audit.sql`` and ``audit.py`` need; ``horizons`` say by how many seconds which features look ahead.

    ``rounded`` are the features whose last bits hang on the order of a sum, ``derived`` those computed from them.
    """

    table: Code
    logged: bool
    time: Code
    decided: Code
    certain: tuple[ColumnPlan, ...]
    hidden: tuple[ColumnPlan, ...]
    timed: tuple[Timed, ...]
    past: bool
    earliest: Code
    horizons: dict[int, tuple[str, ...]]
    rounded: tuple[Rounded, ...]
    derived: dict[str, tuple[str, ...]]

    @property
    def slack_template(self) -> str:
        """Return the template of what distinguishes rounding from leaks; nothing where nothing is rounded."""
        return f"package/features/audit/{'derived' if self.derived else 'rounded'}.py.jinja" if self.rounded else ""

    @property
    def slack(self) -> Code:
        """Return the argument by which rounding is allowed for."""
        if self.derived:
            return Code(", slack=slack(database) | derived(trained, again)")
        return Code(", slack=slack(database)" if self.rounded else "")

    @property
    def comparing(self) -> Code:
        """Return what is imported to compare features."""
        return Code(", ".join(["Slack"] * bool(self.rounded) + ["differences"] + ["equal"] * bool(self.derived)))

    @property
    def moments(self) -> str:
        """Return the query for the moments of decision at which features are computed again."""
        source = f"read_parquet('data/tables/{self.table}.parquet')"
        source += f" WHERE __row NOT IN (SELECT __row FROM read_parquet('{LOGGED}'))" if self.logged else ""
        return f"SELECT quantile_disc({self.decided}, [0.3, 0.6, 0.9]) FROM {source}"


def audit_plan(project: Project, groups: tuple[Group, ...]) -> AuditPlan:
    """Plan the audit of a project whose rows have a time."""
    assert project.time is not None
    time, decide_before = name(project.time.name), project.config.problem.decide_before
    outcomes = project.with_role("outcome")
    return AuditPlan(
        table=Code(project.config.data.table),
        logged=project.learns_from_log,
        time=time,
        decided=Code(f"{time} - INTERVAL '{words(decide_before)}'") if decide_before else time,
        certain=tuple(
            ColumnPlan(name=name(column.name), sql=_when_certain(project, time, column)) for column in outcomes
        ),
        hidden=tuple(
            ColumnPlan(name=name(item.name), sql=Code(f"CASE WHEN FALSE THEN {name(item.name)} END"))
            for item in outcomes
        ),
        timed=tuple(
            Timed(table=name(item.name), known_at=name(item.known_at)) for item in project.dimensions if item.known_at
        ),
        past=bool(project.window_aggregates),
        earliest=_earliest(project, time),
        horizons=_horizons(project),
        rounded=tuple(_rounded(groups)),
        derived=_derived(project),
    )


def _when_certain(project: Project, time: Code, column: Column) -> Code:
    after = column.certain_after(project.config.problem)
    moment = f"{time} + INTERVAL '{words(after)}'" if after else time
    return Code(f"CASE WHEN {moment} <= {MOMENT} THEN {name(column.name)} END")


def _earliest(project: Project, time: Code) -> Code:
    """Return the condition that leaves out rows too old for every feature of the rows that are audited.

    Nothing where a feature counts all rows.
    """
    windows = project.window_aggregates
    if not windows or any(window.over is None for window in windows):
        return NOTHING
    reach = max(item.over + item.every + max(item.lag, ZERO) for item in windows if item.over is not None)
    reach += project.config.problem.decide_before or ZERO
    return Code(f" AND {time} >= {SINCE} - INTERVAL '{words(reach)}'")


def _horizons(project: Project) -> dict[int, tuple[str, ...]]:
    """Return the features by how far ahead of a moment the timetable they look at is known, in seconds."""
    ahead = dict(_aheads(project))
    spans = sorted(set(ahead.values()))
    return {
        int(span.total_seconds()): tuple(feature.name for feature in project.features if ahead[feature.name] == span)
        for span in spans
    }


def _aheads(project: Project) -> Iterator[tuple[str, timedelta]]:
    """Yield each feature with how far it looks ahead, itself or through the features it is computed from."""
    found: dict[str, timedelta] = {}
    for feature in project.by_level:
        read = feature.sql.columns if isinstance(feature, ComputedFeature) else ()
        own = -feature.lag if isinstance(feature, WindowAggregate) and feature.ahead else ZERO
        found[feature.name] = max([own, *(found.get(column, ZERO) for column in read)])
        yield feature.name, found[feature.name]


def _rounded(groups: tuple[Group, ...]) -> Iterator[Rounded]:
    """Yield the keys by which fractions are added up."""
    for place, group in enumerate(groups, start=1):
        bounds = tuple(ColumnPlan(name=value.name, sql=value.rounding) for value in group.values if value.rounding)
        if bounds:
            table = Code(f"of_key_{place}")
            yield Rounded(
                table=table, keys=group.keys, known_keys=group.known_keys, condition=group.of_key(table), bounds=bounds
            )


def _derived(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the features that are computed from such as are rounded, each with those."""
    rounded = {feature.name for feature in project.window_aggregates if is_rounded(feature)}
    found: dict[str, tuple[str, ...]] = {}
    for feature in project.by_level:
        read = feature.sql.columns if isinstance(feature, ComputedFeature) else ()
        own = {name for column in read for name in found.get(column, (column,) if column in rounded else ())}
        if own:
            found[feature.name] = tuple(sorted(own))
    return found

"""Plan the features: joins of dimension tables, layers of expressions, the columns that models see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.plan.select import ColumnPlan, Join, Step, layers
from generator.plan.snapshots import Group
from generator.project import Column, ComputedFeature, Feature, LookupFeature, Project
from generator.schema.base import words
from generator.sql.binding import BoundExpression, own
from generator.sql.code import Code, name
from generator.sql.parsing import unlike

Key = tuple[str, tuple[BoundExpression, ...]]
"""A dimension and what it is looked up by."""


@dataclass(frozen=True, kw_only=True)
class FeaturesPlan:
    """What ``features.sql``, ``features.py`` and ``columns.py`` need."""

    table: Code
    lookups: tuple[str, ...]
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    last_step: Code
    selected: tuple[ColumnPlan, ...]
    features: tuple[str, ...]
    categories: tuple[str, ...]
    encodings: dict[str, dict[str, Any]]
    audited: bool
    logged: bool
    calls: bool
    grouped: bool
    weighted: bool

    @property
    def labels(self) -> Code:
        """Return what is known of a labelled row beside its features."""
        group, weight = ", __group" if self.grouped else "", ", __weight" if self.weighted else ""
        return Code(f"__row, __part, __target{group}{weight}")

    @property
    def summarised(self) -> bool:
        """Return whether there is anything to report of the features."""
        return self.audited or self.grouped

    @property
    def write_template(self) -> str:
        """Return what writes the rows with their features."""
        return f"package/features/features/{'logged' if self.logged else 'computed'}.py.jinja"

    @property
    def summary(self) -> Code:
        """Return what reports/features.json says."""
        said = {"groups": "groups" * self.grouped, "audit": "audit(database)" * self.audited}
        said["logged"] = "logged.summary()" * self.logged
        return Code("{" + ", ".join(f'"{key}": {value}' for key, value in said.items() if value) + "}")

    @property
    def past_tables(self) -> tuple[str, ...]:
        """Return the tables of snapshots."""
        return tuple(str(group.table) for group in self.groups)

    @property
    def tables(self) -> bool:
        """Return whether the features are made of tables beside the labelled rows."""
        return bool(self.lookups or self.groups)


def features_plan(project: Project, groups: tuple[Group, ...]) -> FeaturesPlan:
    """Plan the joins, the layers and the final selection of features."""
    joins: dict[Key, Join] = {}
    looked_up = []
    for feature in project.lookups:
        key = (feature.dimension, feature.by)
        if key not in joins:
            joins[key] = _join(project, feature, joins)
        looked_up.append(ColumnPlan(name=name(feature.name), sql=name(feature.column, joins[key].alias)))
    looked_up += [ColumnPlan(name=value.name, sql=group.reading(value)) for group in groups for value in group.values]
    computed = [
        Column(item.name, "", item.type, "", item.sql, item.level)
        for item in project.features
        if isinstance(item, ComputedFeature) and item.level
    ]
    first = Code("looked_up" if looked_up else "inputs")
    steps = layers(computed, first)
    if looked_up:
        read = (
            *joins.values(),
            *(Join(table=group.asked, alias=group.asked, aliased=False, condition=group.condition) for group in groups),
        )
        steps = (
            Step(name=first, before=Code("inputs"), columns=tuple(looked_up), star=Code("inputs.*"), joins=read),
            *steps,
        )
    selected = tuple(ColumnPlan(name=name(item.name), sql=Code(final(item))) for item in project.features)
    return FeaturesPlan(
        table=Code(project.config.data.table),
        lookups=tuple(dict.fromkeys(dimension for dimension, _ in joins)),
        groups=groups,
        steps=steps,
        last_step=steps[-1].name if steps else first,
        selected=selected,
        features=tuple(item.name for item in project.features),
        categories=tuple(item.name for item in project.features if item.encoding == "category"),
        encodings={item.name: item.encode.model_dump(mode="json") for item in project.features if item.encode},
        audited=project.time is not None,
        logged=project.learns_from_log,
        calls=bool(project.calls),
        grouped=project.group is not None,
        weighted=project.weight is not None,
    )


def final(feature: Feature) -> BoundExpression:
    """Return the expression of a feature with its type: DOUBLE for what models see as a number, else VARCHAR."""
    kind = "VARCHAR" if feature.encoding == "category" else "DOUBLE"
    return own(feature.name) if feature.type == kind else own(feature.name).cast(kind)


def _join(project: Project, feature: LookupFeature, others: Mapping[Key, Join]) -> Join:
    dimension = next(item for item in project.dimensions if item.name == feature.dimension)
    again = any(other == dimension.name for other, _ in others)
    taken = {*project.config.data.sources, *(str(join.alias) for join in others.values())}
    alias = unlike(dimension.name, taken) if again else dimension.name
    conditions = [f"{name(key, alias)} = {by.of('inputs')}" for key, by in zip(dimension.key, feature.by, strict=True)]
    decide_before = project.config.problem.decide_before
    if dimension.known_at and project.time:
        moment = name(project.time.name, "inputs")
        moment = Code(f"{moment} - INTERVAL '{words(decide_before)}'") if decide_before else moment
        conditions.append(f"{name(dimension.known_at, alias)} <= {moment}")
    return Join(table=name(dimension.name), alias=name(alias), aliased=again, condition=Code(" AND ".join(conditions)))

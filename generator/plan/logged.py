"""Plan what of a prediction its log does not keep: columns with ``log: false``, and all that is computed from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.requests import attribute_names, field_names, needed_columns
from generator.project import Feature, Project, WindowAggregate, expressions_of


@dataclass(frozen=True, kw_only=True)
class LoggedPlan:
    """What is logged where not all is: fields of a request by their names in Python, features, and those left out."""

    inputs: dict[str, str]
    features: tuple[str, ...]
    unlogged: tuple[str, ...]


def logged_plan(project: Project) -> LoggedPlan | None:
    """Plan what is logged; None where all is."""
    if not unlogged_columns(project):
        return None
    unlogged = unlogged_features(project)
    features = tuple(feature.name for feature in project.features if feature.name not in unlogged)
    return LoggedPlan(inputs=_logged_inputs(project), features=features, unlogged=unlogged)


def _logged_inputs(project: Project) -> dict[str, str]:
    """Return the fields of a request that are logged, by their names in Python."""
    columns, hidden = needed_columns(project), unlogged_columns(project)
    attributes, fields = attribute_names(column.name for column in columns), field_names(columns)
    named = zip(columns, attributes, fields, strict=True)
    return {attribute: field for column, attribute, field in named if column.name not in hidden}


def unlogged_columns(project: Project) -> frozenset[str]:
    """Return the columns that are not logged: the personal ones, others read from the same place, and those derived."""
    given = project.config.data.columns
    personal = {column.source for column in project.columns if column.sql is None and given[column.name].log is False}
    hidden = {name for name, column in given.items() if column.log is False}
    for column in sorted(project.columns, key=lambda column: column.level):
        if column.source in personal if column.sql is None else not hidden.isdisjoint(column.sql.columns):
            hidden.add(column.name)
    return frozenset(hidden)


def unlogged_features(project: Project) -> tuple[str, ...]:
    """Return the features that are computed, or looked up, from what is not logged."""
    hidden = set(unlogged_columns(project))
    for feature in project.by_level if hidden else ():
        if not hidden.isdisjoint(_read(feature)):
            hidden.add(feature.name)
    return tuple(feature.name for feature in project.features if feature.name in hidden)


def _read(feature: Feature) -> Iterator[str]:
    """Yield the columns and features that ``feature`` is made of; the name of a column it only passes on is its own."""
    expressions = expressions_of(feature)
    if isinstance(feature, WindowAggregate):
        expressions = (*expressions, feature.value, *([feature.where] if feature.where else []))
    for expression in expressions:
        yield from expression.columns

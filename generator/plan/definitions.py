"""Plan the definitions of features: what is logged under one of them is the same as what is computed under it today."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from generator.project import Feature, FunctionFeature, LookupFeature, Project, WindowAggregate, expressions_of
from generator.schema.base import words

DIGITS = 12
"""Hexadecimal digits of a digest, of which a project has some hundreds at most."""


@dataclass(frozen=True, kw_only=True)
class DefinitionsPlan:
    """What ``features/definitions.py`` needs: a digest for each feature, and the files of functions that it calls."""

    definitions: dict[str, str]
    files: dict[str, tuple[str, ...]]


def definitions_plan(project: Project) -> DefinitionsPlan:
    """Plan a digest of how each feature is computed, from the fields of a request and the rows of the past."""
    texts: dict[str, str] = {}
    files: dict[str, tuple[str, ...]] = {}
    derived = {column.name: column.sql.text for column in project.columns if column.sql is not None}
    for feature in project.by_level:
        read = [name for expression in expressions_of(feature) for name in expression.columns]
        earlier = [texts[name] for name in read if name in texts]
        own = [f"{feature.module}.py"] if isinstance(feature, FunctionFeature) else []
        texts[feature.name] = "\n".join([*_parts(project, feature, derived), *earlier])
        found = dict.fromkeys([*own, *(file for name in read for file in files.get(name, ()))])
        if found:
            files[feature.name] = tuple(found)
    digests = {item.name: sha256(texts[item.name].encode()).hexdigest()[:DIGITS] for item in project.features}
    return DefinitionsPlan(definitions=digests, files=files)


def _parts(project: Project, feature: Feature, derived: dict[str, str]) -> Iterator[str]:
    """Yield all that decides which values ``feature`` has, but for what it is computed from."""
    yield f"{feature.encoding} {feature.type}"
    yield from (str(expression) for expression in expressions_of(feature))
    if isinstance(feature, LookupFeature):
        dimension = next(item for item in project.dimensions if item.name == feature.dimension)
        yield f"{feature.dimension}.{feature.column} by {dimension.key} known at {dimension.known_at}"
    if isinstance(feature, WindowAggregate):
        over = "all" if feature.over is None else words(feature.over)
        yield f"{feature.function} over {over} every {words(feature.every)} from {feature.lag.total_seconds()}"
        for expression in (feature.value, *((feature.where,) if feature.where else ())):
            yield f"of {expression}: {[derived.get(name, name) for name in expression.columns]}"
    if isinstance(feature, LookupFeature | WindowAggregate) and project.config.problem.decide_before:
        yield f"decided {words(project.config.problem.decide_before)} before"

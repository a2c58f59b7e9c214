"""Plan the bundle, the service in it, its release and its monitoring."""

import builtins
import itertools
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator import sql
from generator.code import Code, name
from generator.plan.features import features_plan
from generator.plan.words import TASKS
from generator.project import Column, Feature, Project

LIBRARIES = ("duckdb", "msgspec", "numpy", "pyarrow", "pyyaml", "starlette", "uvicorn")
MODULES = ("__init__.py", "columns.py", "encoding.py", "features.sql", "outputs.py", "settings.py")
ANSWERS = {
    "binary": Code('`{"probability": 0.25}`'),
    "multiclass": Code('`{"class": "...", "probabilities": {"...": 0.25}}`'),
    "regression": Code('`{"value": 12.5}`'),
}
TAKEN = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "l", "date", "datetime", "time"])
"""Names that a field of a request does not get, though it could."""

UNESCAPED = {'"': "'", "\\": "/", **{chr(code): " " for code in range(32)}}
"""What stands in the name of a field for what JSON escapes, which msgspec does not take there."""


@dataclass(frozen=True)
class PythonType:
    """How a DuckDB type looks in a request: its annotation, and the lines of code that this needs."""

    annotation: str
    imports: tuple[str, ...] = ()
    alias: str = ""


_INTEGER = PythonType("Integer", alias="Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]")
_DATETIME = ("from datetime import datetime",)
PYTHON_TYPES = {
    "BOOLEAN": PythonType("bool"),
    "VARCHAR": PythonType("str"),
    "DATE": PythonType("date", ("from datetime import date",)),
    "TIME": PythonType("time", ("from datetime import time",)),
    "TIMESTAMP": PythonType("Timestamp", _DATETIME, "Timestamp = Annotated[datetime, Meta(tz=False)]"),
    "TIMESTAMP WITH TIME ZONE": PythonType("ZonedTime", _DATETIME, "ZonedTime = Annotated[datetime, Meta(tz=True)]"),
}


@dataclass(frozen=True)
class InputPlan:
    """One field of a request."""

    attribute: Code
    type: Code
    name: Code
    sql_type: Code


@dataclass(frozen=True)
class ServicePlan:
    """What the modules of ``service/`` need."""

    table: Code
    imports: tuple[Code, ...]
    types: tuple[Code, ...]
    inputs: tuple[InputPlan, ...]
    columns: tuple[str, ...]
    renamed: dict[str, str]
    aliased: bool
    lookups: tuple[str, ...]
    prediction_words: Code
    answers_template: str
    answer_words: Code
    decision: bool
    log: bool
    port: int


@dataclass(frozen=True)
class PackagePlan:
    """What ``package.py`` needs."""

    modules: tuple[str, ...]
    libraries: tuple[str, ...]
    lookups: tuple[str, ...]
    decision: bool


@dataclass(frozen=True)
class GatePlan:
    """What ``gate.py`` needs."""

    no_skill_template: str
    no_skill_arguments: Code


@dataclass(frozen=True)
class MonitorPlan:
    """What ``monitor.py`` needs."""

    score_type: Code


def service_plan(project: Project) -> ServicePlan:
    """Plan the request type, the inputs in SQL, and the endpoints."""
    task, config = TASKS[project.config.problem.task], project.config
    columns = needed_columns(project)
    attributes, fields = attribute_names(columns), field_names(columns)
    kinds = [python_type(column.type) for column in columns]
    return ServicePlan(
        Code(config.data.table),
        tuple(Code(line) for line in sorted({"from typing import Annotated", *(i for k in kinds for i in k.imports)})),
        tuple(Code(line) for line in sorted({kind.alias for kind in kinds if kind.alias})),
        tuple(
            InputPlan(
                Code(attribute),
                Code(kind.annotation if column.role == "time" else f"{kind.annotation} | None"),
                name(column.name),
                Code(column.type),
            )
            for attribute, column, kind in zip(attributes, columns, kinds, strict=True)
        ),
        tuple(column.name for column in columns),
        {attribute: field for attribute, field in zip(attributes, fields, strict=True) if attribute != field},
        fields != [column.name for column in columns],
        features_plan(project).lookups,
        task.prediction_words,
        f"package/service/answers/{task.name}.py.jinja",
        ANSWERS[task.name],
        config.problem.decision is not None,
        config.service.log,
        config.service.port,
    )


def package_plan(project: Project) -> PackagePlan:
    """Plan what goes into the bundle."""
    decision = project.config.problem.decision is not None
    return PackagePlan(
        tuple(sorted((*MODULES, "scoring/__init__.py", *(("decision.py",) if decision else ())))),
        LIBRARIES,
        features_plan(project).lookups,
        decision,
    )


def gate_plan(project: Project) -> GatePlan:
    """Plan the reference that a released model has to beat."""
    task = TASKS[project.config.problem.task]
    classes = ', len(encoders["classes"])' if task.classes else ""
    return GatePlan(f"package/gate/{task.name}.py.jinja", Code(classes))


def monitor_plan(project: Project) -> MonitorPlan:
    """Plan what a logged score looks like."""
    return MonitorPlan(Code("list[float]" if TASKS[project.config.problem.task].classes else "float"))


def needed_columns(project: Project) -> tuple[Column, ...]:
    """Return the columns of the table from which features are computed, in the order of the config."""
    used = {column for feature in project.features for column in _used(project, feature)}
    return tuple(column for column in project.with_role("key", "time", "input") if column.name in used)


def _used(project: Project, feature: Feature) -> Iterator[str]:
    for expression in (feature.sql, *feature.by):
        if expression:
            yield from sql.column_names(sql.parse(expression))
    dimension = next((item for item in project.dimensions if item.name == feature.dimension), None)
    if dimension and dimension.known_at and project.time and project.config.problem.decide_before:
        yield project.time.name


def python_type(kind: str) -> PythonType:
    """Return how values of DuckDB type ``kind`` look in a request; text where JSON has nothing nearer."""
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return PythonType("float")
    return _INTEGER if kind in sql.NUMBERS else PYTHON_TYPES.get(kind, PythonType("str"))


def attribute_names(columns: tuple[Column, ...]) -> list[str]:
    """Return a name for each column that is a plain Python name: its own where that is one."""
    return _distinct([column.name for column in columns], [_attribute(column.name) for column in columns], "_")


def field_names(columns: tuple[Column, ...]) -> list[str]:
    """Return a name for each column that JSON holds as it stands: its own where that is one."""
    table = str.maketrans(UNESCAPED)
    names = [column.name for column in columns]
    return _distinct(names, [name.translate(table) for name in names], " ")


def _distinct(names: list[str], wanted: list[str], mark: str) -> list[str]:
    """Return ``wanted`` with a number behind what would be there twice; what is its own name stays as it is."""
    taken = {own for own, want in zip(names, wanted, strict=True) if own == want}
    found = []
    for own, want in zip(names, wanted, strict=True):
        numbered = (f"{want}{mark}{count}" for count in itertools.count(2))
        free = want if own == want else next(item for item in itertools.chain([want], numbered) if item not in taken)
        taken.add(free)
        found.append(free)
    return found


def _attribute(column: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") or "field"
    words = f"field_{words}" if words[0].isdigit() else words
    return f"{words}_" if words in TAKEN else words
